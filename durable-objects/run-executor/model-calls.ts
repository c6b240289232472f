/**
 * The calls of models that one run makes. A call that a cap refuses does not fail: it waits for a person, and the
 * program's clock stands still meanwhile. Answers are stored before the program sees them, so that a program which is
 * started again after a crash gets those that were paid for, and asks again for the one that it waited for.
 */
import type { GenerateAnswer, GeneratePort, GenerateRequest } from "../../worker/capabilities/model.ts";
import { type BudgetWait, DECISION_MS } from "../../worker/domain/budget-wait.ts";
import { CapabilityError } from "../../worker/domain/capability.ts";
import type { ModelSpending } from "../../worker/domain/guest-outcome.ts";
import { toIso } from "../../worker/domain/instant.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { cheaperModel, OverBudgetError, tokensWithin } from "../../worker/llm/call-cost.ts";
import { ModelError, type ModelRequest, type Provider } from "../../worker/llm/provider.ts";
import { ProgramClock } from "./program-clock.ts";

/** How often a call that waits asks whether it fits now: a cap may be raised elsewhere, and a day may end. */
const ASK_AGAIN_MS = 5_000;
/** Of an answer. Longer than 16,000 tokens of any text. */
const ANSWER_CHARS = 400_000;

export interface ModelCallRow {
  /** Counted from 0 in the order in which the program makes them. */
  readonly call: number;
  readonly request: GenerateRequest;
  /** Null for a call that failed and was paid for all the same. */
  readonly answer: GenerateAnswer | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number | null;
}

/** What outlives the object's memory. */
export interface KeptModelCalls {
  /** The answer that this call got in an earlier attempt; null where it got none, or asked for something else. */
  answer(call: number, request: GenerateRequest): GenerateAnswer | null;
  put(row: ModelCallRow): void;
  /** Undefined where nothing was asked. */
  spending(): ModelSpending | undefined;
  readonly isCheap: boolean;
  finishCheaply(): void;
}

export interface ModelCallsPorts {
  readonly storage: KeptModelCalls;
  readonly clock: Clock;
  /** The workspace's provider, each of whose calls counts in this run's budgets. */
  readonly provider: () => Promise<Provider>;
}

/** A replay has its answers from the journal. */
export const NO_MODEL: GeneratePort = () => Promise.reject(new Error("a replay asks no model"));

export class ModelCalls {
  readonly #ports: ModelCallsPorts;
  readonly #waits = new Set<BudgetWait>();
  #wake: (() => void)[] = [];

  constructor(ports: ModelCallsPorts) {
    this.#ports = ports;
  }

  /** What the run waits for; null for nothing. */
  get waiting(): BudgetWait | null {
    const [first] = this.#waits;
    return first ?? null;
  }

  get spending(): ModelSpending | undefined {
    return this.#ports.storage.spending();
  }

  /**
   * What an attempt works with: its calls are counted from the first.
   * @param say tells who reads the log that the run waits
   */
  begin(say: (sentence: string) => void): { readonly generate: GeneratePort; readonly clock: Clock } {
    const clock = new ProgramClock(this.#ports.clock);
    let calls = 0;
    return { clock, generate: (request, signal) => this.#generate(calls++, request, { signal, clock, say }) };
  }

  /** The calls that wait, and all later ones, make do with what is left. */
  finishCheaply(): void {
    this.#ports.storage.finishCheaply();
    this.askAgain();
  }

  /** Something about the budget has changed. */
  askAgain(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #generate(call: number, request: GenerateRequest, attempt: Attempt): Promise<GenerateAnswer> {
    const known = this.#ports.storage.answer(call, request);
    if (known) return known;
    const provider = await this.#ports.provider();
    const asked = { ...request, model: provider.defaultModel };
    let wait: BudgetWait | null = null;
    try {
      for (;;) {
        try {
          return await this.#ask(provider, {
            call,
            request,
            asked: this.#within(provider, asked),
            signal: attempt.signal,
          });
        } catch (error) {
          if (!(error instanceof OverBudgetError) || error.leftMicros === null) throw toldError(error);
          if (this.#ports.storage.isCheap) {
            const maxTokens = tokensWithin(provider.name, modelRequest(this.#within(provider, asked), attempt.signal), {
              leftMicros: error.leftMicros,
              now: this.#ports.clock.now(),
            });
            if (maxTokens === 0 || maxTokens >= asked.maxTokens) throw toldError(error);
            asked.maxTokens = maxTokens;
            continue;
          }
          if (!wait) attempt.say(`Waiting for a decision about the budget. ${error.message}`);
          wait = this.#waitFor(error, wait);
          await attempt.clock.during(this.#decided(wait, attempt.signal));
          if (this.#ports.clock.now() >= Date.parse(wait.until)) throw toldError(error);
        }
      }
    } finally {
      if (wait) this.#waits.delete(wait);
    }
  }

  /** The same for a cheaper model, once the run is to finish cheaply and there is one. */
  #within<Asked extends { readonly model: string }>(provider: Provider, asked: Asked): Asked {
    const cheaper = this.#ports.storage.isCheap
      ? cheaperModel(provider.name, asked.model, this.#ports.clock.now())
      : null;
    return cheaper === null ? asked : { ...asked, model: cheaper };
  }

  async #ask(provider: Provider, { call, request, asked, signal }: AskedCall): Promise<GenerateAnswer> {
    let text = "";
    try {
      for await (const event of provider.stream(modelRequest(asked, signal))) {
        if (event.type === "text") {
          text += event.text;
          if (text.length > ANSWER_CHARS) throw new CapabilityError("RangeError", "the model's answer is too long");
        }
        if (event.type !== "done") continue;
        const { inputTokens, outputTokens } = event.usage;
        const costMicros = event.cost?.micros ?? null;
        const cost = costMicros === null ? null : costMicros / 1_000_000;
        const answer = {
          text,
          isWhole: event.stopReason === "end",
          model: event.model,
          inputTokens,
          outputTokens,
          cost,
        };
        this.#ports.storage.put({ call, request, answer, inputTokens, outputTokens, costMicros });
        return answer;
      }
    } catch (error) {
      if (!(error instanceof OverBudgetError)) this.#noteFailure(call, request, error);
      throw error;
    }
    throw new CapabilityError("ModelError", "the model's answer had no end");
  }

  /** A call that may have been charged for makes the run's cost unknown. */
  #noteFailure(call: number, request: GenerateRequest, error: unknown): void {
    const wasRefused = error instanceof ModelError && error.status !== null && !error.isPartial;
    if (wasRefused) return;
    this.#ports.storage.put({ call, request, answer: null, inputTokens: 0, outputTokens: 0, costMicros: null });
  }

  #waitFor(error: OverBudgetError, known: BudgetWait | null): BudgetWait {
    const now = this.#ports.clock.now();
    const wait: BudgetWait = {
      sentence: `Waiting for a decision about the budget. ${error.message}`,
      budget: error.cap.id,
      neededMicros: error.neededMicros ?? 0,
      leftMicros: error.leftMicros ?? 0,
      since: known?.since ?? toIso(now),
      until: known?.until ?? toIso(now + DECISION_MS),
    };
    if (known) this.#waits.delete(known);
    this.#waits.add(wait);
    return wait;
  }

  /** Resolves when the call may be tried again. */
  async #decided({ until }: BudgetWait, signal: AbortSignal): Promise<void> {
    const leftMs = Math.max(0, Date.parse(until) - this.#ports.clock.now());
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
      this.#wake.push(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
    await Promise.race([woken, this.#ports.clock.sleep(Math.min(ASK_AGAIN_MS, leftMs))]);
    signal.removeEventListener("abort", wake);
    this.#wake = this.#wake.filter((each) => each !== wake);
    if (signal.aborted) throw new CapabilityError("AbortError", "The operation was aborted");
  }
}

interface Attempt {
  readonly signal: AbortSignal;
  readonly clock: ProgramClock;
  readonly say: (sentence: string) => void;
}

interface AskedCall {
  readonly call: number;
  readonly request: GenerateRequest;
  readonly asked: GenerateRequest & { readonly model: string };
  readonly signal: AbortSignal;
}

function modelRequest({ model, system, prompt, maxTokens }: AskedCall["asked"], signal: AbortSignal): ModelRequest {
  return { model, system, messages: [{ role: "user", text: prompt }], maxTokens, signal };
}

/** As the program sees it: a name that it can tell apart. */
function toldError(error: unknown): unknown {
  if (!(error instanceof ModelError)) return error;
  return new CapabilityError(error.reason === "over-budget" ? "BudgetError" : "ModelError", error.message);
}
