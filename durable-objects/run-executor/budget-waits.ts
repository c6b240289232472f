/**
 * Calls of one run that a cap refuses: they do not fail, they wait for a person, and the clock of whoever makes them
 * stands still meanwhile. Once the run is to finish cheaply they make do with what is left. Whoever asks a model for a
 * run asks through {@link BudgetWaits.around}.
 */
import { type BudgetWait, DECISION_MS } from "../../worker/domain/budget-wait.ts";
import { toIso } from "../../worker/domain/instant.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { cheaperModel, OverBudgetError, StoppedWaitError, tokensWithin } from "../../worker/llm/call-cost.ts";
import type { ModelEvent, ModelRequest, Provider } from "../../worker/llm/provider.ts";
import type { ProgramClock } from "./program-clock.ts";

/** How often a call that waits asks whether it fits now: a cap may be raised elsewhere, and a day may end. */
const ASK_AGAIN_MS = 5_000;

/** What was decided for the whole run, in storage. */
export interface CheapDecision {
  readonly isCheap: boolean;
  finishCheaply(): void;
}

/** Who waits. */
export interface Waiter {
  /** Stands still while a call waits. */
  readonly clock: ProgramClock;
  /** Tells who reads the log that the run waits. */
  readonly say: (sentence: string) => void;
}

export class BudgetWaits {
  readonly #decision: CheapDecision;
  readonly #clock: Clock;
  readonly #waits = new Set<BudgetWait>();
  #wake: (() => void)[] = [];

  constructor(decision: CheapDecision, clock: Clock) {
    this.#decision = decision;
    this.#clock = clock;
  }

  /** What the run waits for; null for nothing. */
  get waiting(): BudgetWait | null {
    const [first] = this.#waits;
    return first ?? null;
  }

  /** The calls that wait, and all later ones, make do with what is left. */
  finishCheaply(): void {
    this.#decision.finishCheaply();
    this.askAgain();
  }

  /** Something about the budget has changed. */
  askAgain(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The same provider, whose calls wait. An {@link OverBudgetError} of it is final. */
  around(provider: Provider, waiter: Waiter): Provider {
    return { ...provider, stream: (request) => this.#stream(provider, request, waiter) };
  }

  async *#stream(provider: Provider, request: ModelRequest, { clock, say }: Waiter): AsyncGenerator<ModelEvent> {
    let asked = request;
    let wait: BudgetWait | null = null;
    try {
      for (;;) {
        const within = this.#within(provider, asked);
        try {
          // A budget refuses before anything is sent: nothing is handed out twice.
          yield* provider.stream(within);
          return;
        } catch (error) {
          if (!(error instanceof OverBudgetError) || error.leftMicros === null || error.price === null) throw error;
          if (this.#decision.isCheap) {
            const maxTokens = tokensWithin(error.price, within, error.leftMicros);
            if (maxTokens === 0 || maxTokens >= asked.maxTokens) throw error;
            asked = withTokens(asked, maxTokens);
            continue;
          }
          if (!wait)
            say(`${waitSentence(error)} The run can be stopped, go on under a raised budget, or finish cheaply.`);
          wait = this.#waitFor(error, wait);
          await clock.during(this.#decided(wait, request.signal));
          if (this.#clock.now() >= Date.parse(wait.until)) throw error;
        }
      }
    } finally {
      if (wait) this.#waits.delete(wait);
    }
  }

  /** The same for a cheaper model, once the run is to finish cheaply and there is one. */
  #within(provider: Provider, asked: ModelRequest): ModelRequest {
    const cheaper = this.#decision.isCheap ? cheaperModel(provider.name, asked.model, this.#clock.now()) : null;
    return cheaper === null ? asked : { ...asked, model: cheaper };
  }

  #waitFor(error: OverBudgetError, known: BudgetWait | null): BudgetWait {
    const now = this.#clock.now();
    const wait: BudgetWait = {
      sentence: waitSentence(error),
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
    const leftMs = Math.max(0, Date.parse(until) - this.#clock.now());
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
      this.#wake.push(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
    await Promise.race([woken, this.#clock.sleep(Math.min(ASK_AGAIN_MS, leftMs))]);
    signal.removeEventListener("abort", wake);
    this.#wake = this.#wake.filter((each) => each !== wake);
    if (signal.aborted) throw new StoppedWaitError();
  }
}

/** Thinking is a part of the answer: what leaves no room for it goes without. */
function withTokens({ thinkingTokens, ...asked }: ModelRequest, maxTokens: number): ModelRequest {
  const thinks = thinkingTokens !== undefined && thinkingTokens < maxTokens;
  return { ...asked, maxTokens, ...(thinks ? { thinkingTokens } : {}) };
}

function waitSentence({ message }: OverBudgetError): string {
  return `Waiting for a decision about the budget. ${message}`;
}
