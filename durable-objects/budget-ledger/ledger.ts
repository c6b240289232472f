/**
 * A workspace's budget at work: stores each transition of domain/budget-state.ts before anybody hears of it. Everything
 * outside comes through {@link LedgerPorts}, so that a simulation can drive it.
 */
import {
  type BudgetState,
  type BudgetTransition,
  type BudgetWarning,
  type Cap,
  type CapWindow,
  markUnknown,
  putCap,
  type Reservation,
  type ReserveAnswer,
  type ReserveRequest,
  removeCap,
  reserve,
  settle,
  windowKey,
} from "../../worker/domain/budget-state.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import type { BudgetLedgerRpc } from "./rpc.ts";
import type { BudgetStorage } from "./storage.ts";

export interface LedgerPorts {
  readonly storage: BudgetStorage;
  readonly clock: Clock;
  /** People are to be told; it never throws. */
  warn(warnings: readonly BudgetWarning[]): void;
}

export class Ledger implements BudgetLedgerRpc {
  readonly #ports: LedgerPorts;
  #state: BudgetState;

  constructor(ports: LedgerPorts) {
    this.#ports = ports;
    this.#state = ports.storage.load();
  }

  async reserve(request: ReserveRequest): Promise<ReserveAnswer> {
    return this.#take(request.id, (state) => reserve(state, request, this.#ports.clock.now()));
  }

  async settle(id: string, actualMicros: number): Promise<number | null> {
    return this.#take(id, (state) => settle(state, id, actualMicros));
  }

  async markUnknown(id: string): Promise<void> {
    this.#take(id, (state) => ({ state: markUnknown(state, id), answer: null, warnings: [] }));
  }

  async putCap(cap: Cap): Promise<void> {
    this.#ports.storage.putCap(cap);
    this.#state = putCap(this.#state, cap);
  }

  async removeCap(capId: string): Promise<void> {
    this.#ports.storage.removeCap(capId);
    this.#state = removeCap(this.#state, capId);
  }

  async caps(): Promise<readonly Cap[]> {
    return [...this.#state.caps.values()];
  }

  async windows(): Promise<readonly CapWindow[]> {
    return [...this.#state.windows.values()];
  }

  async unsettled(): Promise<readonly Reservation[]> {
    return [...this.#state.reservations.values()];
  }

  #take<Answer>(id: string, step: (state: BudgetState) => BudgetTransition<Answer>): Answer {
    const before = this.#withReservation(id);
    const { state, answer, warnings } = step(before);
    const reservation = state.reservations.get(id);
    if (state === before || !reservation) return answer;
    const windows = reservation.windows.map(({ capId, window }) => state.windows.get(windowKey(capId, window))!);
    this.#ports.storage.save({ windows, reservation });
    this.#state = reservation.status === "settled" ? without(state, id) : state;
    if (warnings.length > 0) this.#ports.warn(warnings);
    return answer;
  }

  /** Those that are settled are not kept in memory, and a repeat has to find them. */
  #withReservation(id: string): BudgetState {
    if (this.#state.reservations.has(id)) return this.#state;
    const stored = this.#ports.storage.reservation(id);
    if (!stored) return this.#state;
    return { ...this.#state, reservations: new Map(this.#state.reservations).set(id, stored) };
  }
}

function without(state: BudgetState, id: string): BudgetState {
  const reservations = new Map(state.reservations);
  reservations.delete(id);
  return { ...state, reservations };
}
