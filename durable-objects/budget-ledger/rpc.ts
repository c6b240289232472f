/**
 * What others may ask of the object of a workspace's calls of models. Amounts are millionths of a US dollar. An answer that
 * says that something was done comes when it is durable, but for what {@link BudgetLedgerRpc.begin} says.
 */
import type {
  BudgetPeriod,
  BudgetSubject,
  Cap,
  CapWindow,
  Reservation,
  ReserveAnswer,
  ReserveRequest,
} from "../../worker/domain/budget-state.ts";
import type { CallLimits, CircuitView, LimitedService } from "../../worker/domain/call-limits.ts";
import type { CallVerdict } from "../../worker/domain/circuit.ts";
import type { ExecutionRecord } from "../../worker/store/executions.ts";

/** A cap with what counts against it now. */
export interface CapStanding {
  readonly cap: Cap;
  readonly window: CapWindow;
}

export interface BudgetOverview {
  readonly caps: readonly CapStanding[];
  /** What the workspace has spent, with caps and without. */
  readonly spent: Readonly<Record<"day" | "month", CapWindow>>;
  /** Calls of which nobody knows what became, the oldest first; at most 100. */
  readonly unknown: readonly Reservation[];
  readonly unknownCount: number;
}

/** A provider by one of its keys: what a circuit breaker stands for. */
export interface CircuitAddress {
  readonly service: LimitedService;
  readonly keyId: string;
}

/** One attempt at a call, and what it may cost. Its `id` is its own: a call that is tried again has several. */
export interface CallAttempt extends ReserveRequest {
  readonly address: CircuitAddress;
}

export type GateAnswer =
  /** The call may be made, after this wait; it is reported under the epoch. */
  | {
      readonly type: "admitted";
      readonly epoch: number;
      readonly waitMs: number;
      /**
       * So many more calls without a price may be made by the same key, under the same epoch, within {@link AHEAD_MS} of
       * when this was asked. They count as made.
       */
      readonly ahead?: number;
    }
  | { readonly type: "over-limit" | "circuit-open"; readonly retryInMs: number };

/** Whether an attempt may be made. */
export type BeginAnswer =
  | GateAnswer
  | { readonly type: "over-budget"; readonly refusal: Exclude<ReserveAnswer, { granted: true }> };

/** What came of an attempt that was let through. */
export interface AttemptEnd {
  readonly id: string;
  readonly address: CircuitAddress;
  readonly epoch: number;
  readonly verdict: CallVerdict;
  /** Whether anything was held back for it. */
  readonly isHeld: boolean;
  /** What it did cost; null where nobody knows. */
  readonly costMicros: number | null;
}

/** What there is to tell of calls. The record of a call's end stands for that of its beginning, whichever comes first. */
export interface CallNews {
  readonly ends: readonly AttemptEnd[];
  readonly records: readonly ExecutionRecord[];
}

export interface GateState {
  readonly limits: CallLimits;
  readonly circuits: readonly CircuitView[];
}

export interface BudgetLedgerRpc {
  /**
   * Before a provider is asked: takes a call of its limit, and holds back the worst case, or says what stands in the way and
   * does neither. What is held back is durable when the answer comes; the record, and what a call without a price is, a few
   * milliseconds later.
   * @param news what there is to tell of the call until now. Its record is kept only if the attempt may be made
   */
  begin(attempt: CallAttempt, news: CallNews): Promise<BeginAnswer>;
  /** What stands in the way right now of a call without a known price; null for nothing. For one that had to wait. */
  refusalOfUnpriced(subjects: readonly BudgetSubject[]): Promise<Exclude<ReserveAnswer, { granted: true }> | null>;
  /** After providers were asked, by one call or several. A repeat changes nothing but a breaker's count. */
  note(news: CallNews): Promise<void>;
  /** Puts all that is recorded until now into D1, for whoever wants to read it there. */
  copyRecords(): Promise<void>;
  /** Whether what calls ask and answer is recorded at all. */
  keepTexts(keeps: boolean): Promise<void>;
  /**
   * What a call did cost, once. Answers what counts; null for a call that reserved nothing, or that was settled more than a
   * week ago.
   */
  settle(id: string, actualMicros: number): Promise<number | null>;
  /**
   * Sets a cap or another limit of it; null where there are as many caps as there may be. Once it is answered, no call
   * begins that the cap would refuse.
   */
  putCap(subject: BudgetSubject, period: BudgetPeriod, limitMicros: number): Promise<CapStanding | null>;
  /** Adds to the limit of a cap; null where there is no such cap. */
  raiseCap(capId: string, byMicros: number): Promise<CapStanding | null>;
  /** False where there is no such cap. */
  removeCap(capId: string): Promise<boolean>;
  overview(): Promise<BudgetOverview>;
  describeGate(): Promise<GateState>;
  limit(limits: CallLimits): Promise<void>;
  /** A deleted key's breaker is not needed any more. */
  forgetCircuit(keyId: string): Promise<void>;
}
