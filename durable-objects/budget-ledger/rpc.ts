/** What others may ask of a workspace's budget. Every call may be repeated. Amounts are millionths of a US dollar. */
import type {
  BudgetPeriod,
  BudgetSubject,
  Cap,
  CapWindow,
  Reservation,
  ReserveAnswer,
  ReserveRequest,
} from "../../worker/domain/budget-state.ts";

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

export interface BudgetLedgerRpc {
  /** Before a model is called: holds back its worst case, or says which cap stands in the way. */
  reserve(request: ReserveRequest): Promise<ReserveAnswer>;
  /**
   * After it was called, once: what it did cost. Answers what counts; null for a call that reserved nothing, or that was
   * settled more than a week ago.
   */
  settle(id: string, actualMicros: number): Promise<number | null>;
  /** Nobody knows what became of the call: its worst case counts until it is settled. */
  markUnknown(id: string): Promise<void>;
  /** Sets a cap or another limit of it; null where there are as many caps as there may be. */
  putCap(subject: BudgetSubject, period: BudgetPeriod, limitMicros: number): Promise<CapStanding | null>;
  /** Adds to the limit of a cap; null where there is no such cap. */
  raiseCap(capId: string, byMicros: number): Promise<CapStanding | null>;
  /** False where there is no such cap. */
  removeCap(capId: string): Promise<boolean>;
  overview(): Promise<BudgetOverview>;
}
