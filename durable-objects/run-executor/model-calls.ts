/**
 * The calls of models that the program of one run makes. One that a cap refuses waits: budget-waits.ts. Answers are stored before the program sees them, so that a program which is
 * started again after a crash gets those that were paid for, and asks again for the one that it waited for.
 */
import type { GenerateAnswer, GeneratePort, GenerateRequest } from "../../worker/capabilities/model.ts";
import type { BudgetWait } from "../../worker/domain/budget-wait.ts";
import { CapabilityError } from "../../worker/domain/capability.ts";
import type { ModelSpending } from "../../worker/domain/guest-outcome.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { OverBudgetError, StoppedWaitError } from "../../worker/llm/call-cost.ts";
import { ModelError, type ModelErrorReason, type ModelRequest, type Provider } from "../../worker/llm/provider.ts";
import { BudgetWaits, type CheapDecision } from "./budget-waits.ts";
import { ProgramClock } from "./program-clock.ts";

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
export interface KeptModelCalls extends CheapDecision {
  /** The answer that this call got in an earlier attempt; null where it got none, or asked for something else. */
  answer(call: number, request: GenerateRequest): GenerateAnswer | null;
  put(row: ModelCallRow): void;
  /** Undefined where nothing was asked. */
  spending(): ModelSpending | undefined;
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
  readonly #waits: BudgetWaits;

  constructor(ports: ModelCallsPorts) {
    this.#ports = ports;
    this.#waits = new BudgetWaits(ports.storage, ports.clock);
  }

  /** What the run waits for; null for nothing. */
  get waiting(): BudgetWait | null {
    return this.#waits.waiting;
  }

  get spending(): ModelSpending | undefined {
    return this.#ports.storage.spending();
  }

  /**
   * What an attempt works with: its calls are counted from the first.
   * @param say tells who reads the log that the run waits
   */
  begin(say: (sentence: string) => void): BegunCalls {
    const clock = new ProgramClock(this.#ports.clock);
    const waiting = (provider: Provider) => this.#waits.around(provider, { clock, say });
    let calls = 0;
    return { clock, waiting, generate: (request, signal) => this.#generate(calls++, request, { signal, waiting }) };
  }

  /** The calls that wait, and all later ones, make do with what is left. */
  finishCheaply(): void {
    this.#waits.finishCheaply();
  }

  /** Something about the budget has changed. */
  askAgain(): void {
    this.#waits.askAgain();
  }

  async #generate(call: number, request: GenerateRequest, { signal, waiting }: Attempt): Promise<GenerateAnswer> {
    const known = this.#ports.storage.answer(call, request);
    if (known) return known;
    const provider = waiting(await this.#ports.provider());
    try {
      return await this.#ask(provider, { call, request, signal });
    } catch (error) {
      throw toldError(error);
    }
  }

  async #ask(provider: Provider, { call, request, signal }: AskedCall): Promise<GenerateAnswer> {
    let text = "";
    try {
      for await (const event of provider.stream(modelRequest(provider.defaultModel, request, signal))) {
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
      const wasSent = !(error instanceof OverBudgetError || error instanceof StoppedWaitError);
      if (wasSent) this.#noteFailure(call, request, error);
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
}

/** What an attempt works with. */
export interface BegunCalls {
  /** Stands still while a call waits. */
  readonly clock: Clock;
  readonly generate: GeneratePort;
  /** The same provider, whose calls wait for a person where a budget refuses them. */
  readonly waiting: (provider: Provider) => Provider;
}

interface Attempt {
  readonly signal: AbortSignal;
  readonly waiting: BegunCalls["waiting"];
}

interface AskedCall {
  readonly call: number;
  readonly request: GenerateRequest;
  readonly signal: AbortSignal;
}

function modelRequest(
  model: string,
  { system, prompt, maxTokens }: GenerateRequest,
  signal: AbortSignal,
): ModelRequest {
  return { model, system, messages: [{ role: "user", text: prompt }], maxTokens, signal };
}

/** As the program sees it: a name that it can tell apart. */
function toldError(error: unknown): unknown {
  if (!(error instanceof ModelError)) return error;
  const names: Partial<Record<ModelErrorReason, string>> = { "over-budget": "BudgetError", aborted: "AbortError" };
  return new CapabilityError(names[error.reason] ?? "ModelError", error.message);
}
