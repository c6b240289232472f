/**
 * A provider that is asked only when the workspace lets the call through: within its limit of calls a minute, while its
 * circuit is closed, and with its worst case held back under every budget that it falls under. Goes right around an adapter,
 * within retry.ts: each attempt is a call of its own. What came of it goes back, once.
 */
import type { BudgetSubject, ReserveAnswer } from "../domain/budget-state.ts";
import type { CallVerdict } from "../domain/circuit.ts";
import type { Clock } from "../domain/ports.ts";
import { costOfFailure, OverBudgetError, priced } from "./call-cost.ts";
import { type PriceSnapshot, worstCaseMicros } from "./prices.ts";
import { ModelError, type ModelErrorReason, type ModelEvent, type ModelRequest, type Provider } from "./provider.ts";
import { sleepUnlessAborted } from "./retry.ts";
import { upperTokens } from "./usage.ts";

export type Admission =
  /** The call may be made, after this wait. */
  | { readonly type: "admitted"; readonly epoch: number; readonly waitMs: number }
  | { readonly type: "over-limit" | "circuit-open"; readonly retryInMs: number }
  | { readonly type: "over-budget"; readonly refusal: Refusal };

type Refusal = Exclude<ReserveAnswer, { granted: true }>;

/** The workspace's gate and budget, as one attempt asks them. */
export interface Admitter {
  /**
   * Rejects where nobody can be asked.
   * @param price by which the attempt is paid, if it is made; null where it is not known
   */
  begin(
    attempt: {
      readonly id: string;
      /** Millionths of a US dollar; null where the price is not known. */
      readonly boundMicros: number | null;
      readonly subjects: readonly BudgetSubject[];
    },
    price: PriceSnapshot | null,
  ): Promise<Admission>;
  /** What stands in the way by now of an admitted attempt whose price is not known; null for nothing. */
  refusalOfUnpriced(subjects: readonly BudgetSubject[]): Promise<Refusal | null>;
  /** Is not waited for. Once for each attempt that was admitted. */
  ended(end: {
    readonly id: string;
    readonly epoch: number;
    readonly verdict: CallVerdict;
    /** False for an attempt whose price is not known: nothing was held back for it. */
    readonly isHeld: boolean;
    /** Null where nobody knows it. */
    readonly costMicros: number | null;
  }): void;
}

export interface AdmissionOptions {
  readonly admitter: Admitter;
  readonly clock: Clock;
  readonly newId: () => string;
  /** How the provider is called in sentences for people. */
  readonly label: string;
  /** What calls are about, besides the workspace. */
  readonly subjects: readonly BudgetSubject[];
  /** What a model costs now; null where nobody can say. */
  readonly priceOf: (model: string) => PriceSnapshot | null;
  /** What somebody can do about a price that nobody can say, as a sentence; empty for nothing. */
  readonly priceRemedy: string;
}

/** The provider's own faults. What it answers, a refusal included, shows that it is there. */
const FAULTS: readonly ModelErrorReason[] = ["overloaded", "unreachable", "timed-out", "cut-off"];

/** Above this a wait is told, with its reason; below nobody would have read it. */
const TOLD_WAIT_MS = 250;

export function withAdmission(provider: Provider, options: AdmissionOptions): Provider {
  return { ...provider, stream: (request) => admittedStream(provider, request, options) };
}

async function* admittedStream(
  provider: Provider,
  request: ModelRequest,
  options: AdmissionOptions,
): AsyncGenerator<ModelEvent> {
  const { admitter, clock, label } = options;
  const price = options.priceOf(request.model);
  const id = options.newId();
  const { epoch, waitMs } = await admitted(id, price, request, options);
  let verdict: CallVerdict = "nothing";
  let cost: number | null = 0;
  let isTold = false;
  let hasBegun = false;
  const tell = () => {
    if (!isTold) admitter.ended({ id, epoch, verdict, isHeld: price !== null, costMicros: cost });
    isTold = true;
  };
  try {
    if (waitMs >= TOLD_WAIT_MS) {
      const message = `Waiting ${secondsOf(waitMs)} s for the rate limit of ${label}.`;
      yield { type: "wait", waitMs, message };
    }
    await sleepUnlessAborted(waitMs, clock, request.signal);
    if (request.signal.aborted) throw new ModelError("aborted", "The request was cancelled.");
    // Nothing is held back for it: a budget that was set meanwhile would not be held.
    if (waitMs > 0 && price === null) await stillAdmitted(request, options);
    // From here on nobody knows, until the provider says it.
    cost = null;
    for await (const event of priced(provider.stream(request), price)) {
      // An answer that its reader leaves was on its way.
      verdict = "ok";
      hasBegun = true;
      if (event.type === "done") {
        cost = event.cost?.micros ?? null;
        // Before it is handed out: nobody has to come back for more.
        tell();
      }
      yield event;
    }
  } catch (error) {
    if (error instanceof ModelError) {
      cost ??= costOfFailure(error, price, hasBegun);
      verdict = verdictOf(error.reason);
    }
    throw error;
  } finally {
    tell();
  }
}

/** Without the workspace's object nothing is let through: it may be back in a moment. */
async function admitted(
  id: string,
  price: PriceSnapshot | null,
  request: ModelRequest,
  { admitter, subjects, label, priceRemedy }: AdmissionOptions,
): Promise<Extract<Admission, { type: "admitted" }>> {
  const boundMicros = price && worstCaseMicros(price, upperTokens(request), request.maxTokens);
  const answer = await asked(admitter.begin({ id, boundMicros, subjects }, price));
  if (answer.type === "admitted") return answer;
  if (answer.type === "over-budget") {
    const { model } = request;
    throw new OverBudgetError(answer.refusal, { model, neededMicros: boundMicros, price, remedy: priceRemedy });
  }
  throw refusalOf(answer, label);
}

async function stillAdmitted({ model }: ModelRequest, { admitter, subjects, priceRemedy }: AdmissionOptions) {
  const refusal = await asked(admitter.refusalOfUnpriced(subjects));
  if (refusal) throw new OverBudgetError(refusal, { model, neededMicros: null, price: null, remedy: priceRemedy });
}

async function asked<Answer>(asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (cause) {
    const message = "The workspace's budget cannot be asked right now: nothing was sent.";
    throw new ModelError("overloaded", message, { cause });
  }
}

function verdictOf(reason: ModelErrorReason): CallVerdict {
  if (reason === "aborted" || reason === "over-budget") return "nothing";
  return FAULTS.includes(reason) ? "fault" : "ok";
}

function refusalOf(
  { type, retryInMs }: Extract<Admission, { type: "over-limit" | "circuit-open" }>,
  label: string,
): ModelError {
  const seconds = secondsOf(retryInMs);
  const message =
    type === "over-limit"
      ? `The workspace's limit of calls to ${label}, by all of its keys, is used up for ${seconds} s. Try again then.`
      : `Calls to ${label} failed several times; it is not asked for another ${seconds} s.`;
  return new ModelError(type, message, { retryAfterMs: seconds * 1_000 });
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
