/** What others may ask of a workspace's budget. Every call may be repeated. Amounts are millionths of a US dollar. */
import type { Cap, CapWindow, Reservation, ReserveAnswer, ReserveRequest } from "../../worker/domain/budget-state.ts";

export interface BudgetLedgerRpc {
  /** Before a model is called: holds back its worst case, or says which cap stands in the way. */
  reserve(request: ReserveRequest): Promise<ReserveAnswer>;
  /** After it was called, once: what it did cost. Answers what counts; null for a call that reserved nothing. */
  settle(id: string, actualMicros: number): Promise<number | null>;
  /** Nobody knows what became of the call: its worst case counts until it is settled. */
  markUnknown(id: string): Promise<void>;
  putCap(cap: Cap): Promise<void>;
  removeCap(capId: string): Promise<void>;
  caps(): Promise<readonly Cap[]>;
  /** What counts against each cap, in each of its periods. */
  windows(): Promise<readonly CapWindow[]>;
  /** Calls that are under way, or of which nobody knows what became. */
  unsettled(): Promise<readonly Reservation[]>;
}
