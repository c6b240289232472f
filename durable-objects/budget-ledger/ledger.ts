/**
 * A workspace's budget at work: stores each transition of domain/budget-state.ts before anybody hears of it. Everything
 * outside comes through {@link LedgerPorts}, so that a simulation can drive it.
 * Invariant: while anything is stored that time takes away, or a warning is owed, the alarm is armed. A warning is stored
 * with the spending that it is of, and told from the alarm until it was heard: a crash neither loses nor doubles it.
 */
import {
  type BudgetPeriod,
  type BudgetState,
  type BudgetSubject,
  type BudgetTransition,
  type Cap,
  capOf,
  EACH_RUN,
  markUnknown,
  meterId,
  putCap,
  type ReserveAnswer,
  type ReserveRequest,
  removeCap,
  reserve,
  settle,
  windowKey,
  windowOf,
} from "../../worker/domain/budget-state.ts";
import { newId } from "../../worker/domain/ids.ts";
import type { Clock, Random } from "../../worker/domain/ports.ts";
import { budgetWarningMessage, type WebhookMessage } from "../../worker/domain/webhook-events.ts";
import { RECOVERY_DELAY_MS, type WakeUp } from "../wake-up.ts";
import type { BudgetLedgerRpc, BudgetOverview, CapStanding } from "./rpc.ts";
import type { BudgetStorage } from "./storage.ts";

/** A call takes ten minutes at most (llm/connection.ts): whoever made one that is open for longer was lost with it. */
export const OPEN_MS = 15 * 60_000;
/** For as long a repeated call finds its reservation. Nobody repeats one after days. */
export const SETTLED_KEPT_MS = 7 * 24 * 3_600_000;
/** Two months: the window before the current one can always be shown. */
const WINDOWS_KEPT_MS = 62 * 24 * 3_600_000;
const PRUNE_EVERY_MS = 24 * 3_600_000;
/** Of one workspace. All are in memory. */
export const CAPS_MAX = 500;
const RUN_METER = meterId({ kind: "run", id: "" }, "always");
const UNKNOWN_SHOWN = 100;
/** Told in one alarm. */
const WARNINGS_PER_ALARM = 50;

export interface LedgerPorts {
  readonly storage: Omit<BudgetStorage, "workspaceId">;
  readonly workspaceId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly wakeUp: Pick<WakeUp, "within" | "rang">;
  /** Resolves when everybody who wants to hear of it has it; may be repeated. */
  warn(messages: readonly WebhookMessage[]): Promise<void>;
}

export class Ledger implements BudgetLedgerRpc {
  readonly #ports: LedgerPorts;
  #state: BudgetState;

  constructor(ports: LedgerPorts) {
    this.#ports = ports;
    this.#state = ports.storage.load();
  }

  async reserve(request: ReserveRequest): Promise<ReserveAnswer> {
    // Before the reservation: a crash after it finds the alarm that ends it.
    await this.#ports.wakeUp.within(OPEN_MS);
    return this.#takeAndWarn(request.id, (state) => reserve(state, request, this.#ports.clock.now()));
  }

  async settle(id: string, actualMicros: number): Promise<number | null> {
    // What it may owe is told by this alarm where a crash keeps it from arming a nearer one.
    await this.#ports.wakeUp.within(OPEN_MS);
    return this.#takeAndWarn(id, (state) => settle(state, id, actualMicros));
  }

  async markUnknown(id: string): Promise<void> {
    await this.#takeAndWarn(id, (state) => ({ state: markUnknown(state, id), answer: null, warnings: [] }));
  }

  async putCap(subject: BudgetSubject, period: BudgetPeriod, limitMicros: number): Promise<CapStanding | null> {
    const cap = capOf(subject, period, limitMicros);
    const { caps } = this.#state;
    return caps.size >= CAPS_MAX && !caps.has(cap.id) ? null : this.#put(cap);
  }

  async raiseCap(capId: string, byMicros: number): Promise<CapStanding | null> {
    const { caps } = this.#state;
    // A run under the cap of each run gets one of its own.
    const each = capId.startsWith(RUN_METER) ? caps.get(meterId({ kind: "run", id: EACH_RUN }, "always")) : undefined;
    const own = caps.get(capId);
    if (own) return this.#put({ ...own, limitMicros: own.limitMicros + byMicros });
    if (!each || caps.size >= CAPS_MAX) return null;
    const subject: BudgetSubject = { kind: "run", id: capId.slice(RUN_METER.length) };
    return this.#put(capOf(subject, "always", each.limitMicros + byMicros));
  }

  async removeCap(capId: string): Promise<boolean> {
    if (!this.#state.caps.has(capId)) return false;
    this.#ports.storage.removeCap(capId);
    this.#state = removeCap(this.#state, capId);
    return true;
  }

  async overview(): Promise<BudgetOverview> {
    const now = this.#ports.clock.now();
    const spentIn = (period: "day" | "month") =>
      windowOf(this.#state, { id: meterId({ kind: "workspace" }, period), period }, now);
    const unknown = [...this.#state.reservations.values()].filter(({ status }) => status === "unknown");
    return {
      caps: [...this.#state.caps.values()].map((cap) => this.#standing(cap)),
      spent: { day: spentIn("day"), month: spentIn("month") },
      unknown: unknown.sort((a, b) => a.reservedAt - b.reservedAt).slice(0, UNKNOWN_SHOWN),
      unknownCount: unknown.length,
    };
  }

  /** What is open for longer than any call takes is unknown, and what is old is forgotten. */
  async alarm(): Promise<void> {
    const { storage, wakeUp, clock } = this.#ports;
    wakeUp.rang();
    const now = clock.now();
    const open = [...this.#state.reservations.values()].filter(({ status }) => status === "open");
    const lost = open.filter(({ reservedAt }) => reservedAt <= now - OPEN_MS);
    for (const { id } of lost) await this.markUnknown(id);
    storage.prune(now - SETTLED_KEPT_MS, now - WINDOWS_KEPT_MS);
    this.#state = storage.load();
    if (open.length > lost.length) await wakeUp.within(OPEN_MS);
    else if (!storage.isEmpty()) await wakeUp.within(PRUNE_EVERY_MS);
    const owed = storage.owedWarnings(WARNINGS_PER_ALARM);
    if (owed.length === 0) return;
    // Also looks after those that did not fit.
    await wakeUp.within(RECOVERY_DELAY_MS);
    await this.#ports.warn(owed);
    storage.told(owed);
  }

  #put(cap: Cap): CapStanding {
    const now = this.#ports.clock.now();
    const state = putCap(this.#state, cap, now);
    this.#ports.storage.putCap(cap, windowOf(state, cap, now), now);
    this.#state = state;
    return this.#standing(cap);
  }

  #standing(cap: Cap): CapStanding {
    return { cap, window: windowOf(this.#state, cap, this.#ports.clock.now()) };
  }

  async #takeAndWarn<Answer>(id: string, step: (state: BudgetState) => BudgetTransition<Answer>): Promise<Answer> {
    const { answer, warnings } = this.#take(id, step);
    // People are told from the alarm: whoever calls does not wait for that.
    if (warnings.length > 0) await this.#ports.wakeUp.within(0);
    return answer;
  }

  #take<Answer>(id: string, step: (state: BudgetState) => BudgetTransition<Answer>): BudgetTransition<Answer> {
    const { storage, clock, random, workspaceId } = this.#ports;
    const before = this.#withReservation(id);
    const taken = step(before);
    const { state } = taken;
    const reservation = state.reservations.get(id);
    if (state === before || !reservation) return taken;
    const windows = reservation.windows.map(({ capId, window }) => state.windows.get(windowKey(capId, window))!);
    const at = clock.now();
    const warnings = taken.warnings.map((each) =>
      budgetWarningMessage(newId("msg", clock, random), workspaceId, each, at),
    );
    storage.save({ windows, reservation, warnings, at });
    this.#state = reservation.status === "settled" ? without(state, id) : state;
    return taken;
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
