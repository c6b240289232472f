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
  type CapWindow,
  capOf,
  EACH_RUN,
  markUnknown,
  meterId,
  metersOf,
  putCap,
  type Reservation,
  type ReserveAnswer,
  type ReserveRequest,
  reserve,
  settle,
  windowAt,
  windowKey,
  windowOf,
} from "../../worker/domain/budget-state.ts";
import { newId } from "../../worker/domain/ids.ts";
import type { Clock, Random } from "../../worker/domain/ports.ts";
import { budgetWarningMessage, type WebhookMessage } from "../../worker/domain/webhook-events.ts";
import { RECOVERY_DELAY_MS, type WakeUp } from "../wake-up.ts";
import type { BudgetOverview, CapStanding } from "./rpc.ts";
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
  readonly wakeUp: Pick<WakeUp, "within" | "by">;
  /** Resolves when everybody who wants to hear of it has it; may be repeated. */
  warn(messages: readonly WebhookMessage[]): Promise<void>;
}

/** As the ledger keeps it, so that a call costs the same however many there were: a transition gets what concerns it. */
interface KeptState {
  readonly caps: Map<string, Cap>;
  readonly windows: Map<string, CapWindow>;
  readonly reservations: Map<string, Reservation>;
}

export class Ledger {
  readonly #ports: LedgerPorts;
  #state: KeptState;
  #prunedAt = 0;

  constructor(ports: LedgerPorts) {
    this.#ports = ports;
    this.#state = keptFrom(ports.storage.load());
  }

  /** Before a model is called: holds back its worst case, or says which cap stands in the way. */
  async reserve(request: ReserveRequest): Promise<ReserveAnswer> {
    // Before the reservation: a crash after it finds the alarm that ends it.
    await this.#ports.wakeUp.within(OPEN_MS);
    const now = this.#ports.clock.now();
    const meters = metersOf(request.subjects).map(({ id, period }) => windowKey(id, windowAt(period, now)));
    return this.#takeAndWarn(request.id, meters, (state) => reserve(state, request, now));
  }

  /** What stands in the way of a call without a known price; null for nothing. Changes nothing. */
  refusalOfUnpriced(subjects: readonly BudgetSubject[]): Exclude<ReserveAnswer, { granted: true }> | null {
    // Under no id: what is not counted is no repeat of anything.
    const { answer } = reserve(this.#state, { id: "", boundMicros: null, subjects }, this.#ports.clock.now());
    return answer.granted ? null : answer;
  }

  /** After it was called, once: what it did cost. Answers what counts; null for a call that reserved nothing. */
  async settle(id: string, actualMicros: number): Promise<number | null> {
    // What it may owe is told by this alarm where a crash keeps it from arming a nearer one.
    await this.#ports.wakeUp.within(OPEN_MS);
    return this.#takeAndWarn(id, [], (state) => settle(state, id, actualMicros));
  }

  /** Nobody knows what became of the call: its worst case counts until it is settled. */
  async markUnknown(id: string): Promise<void> {
    await this.#takeAndWarn(id, [], (state) => ({ state: markUnknown(state, id), answer: null, warnings: [] }));
  }

  get hasCaps(): boolean {
    return this.#state.caps.size > 0;
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
    this.#state.caps.delete(capId);
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

  /** What is open for longer than any call takes is unknown, what is old is forgotten, and people are warned. */
  async alarm(): Promise<void> {
    const { storage, wakeUp, clock } = this.#ports;
    const now = clock.now();
    const open = [...this.#state.reservations.values()].filter(({ status }) => status === "open");
    const lost = open.filter(({ reservedAt }) => reservedAt <= now - OPEN_MS);
    const dueAt = (next: number, { reservedAt }: Reservation) => Math.min(next, reservedAt + OPEN_MS);
    const next = open.filter(({ reservedAt }) => reservedAt > now - OPEN_MS).reduce(dueAt, Number.POSITIVE_INFINITY);
    for (const { id } of lost) await this.markUnknown(id);
    if (now - this.#prunedAt >= PRUNE_EVERY_MS) {
      storage.prune(now - SETTLED_KEPT_MS, now - WINDOWS_KEPT_MS);
      this.#state = keptFrom(storage.load());
      this.#prunedAt = now;
    }
    if (next < Number.POSITIVE_INFINITY) await wakeUp.by(next);
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
    const window = windowOf(putCap(this.#state, cap, now), cap, now);
    this.#ports.storage.putCap(cap, window, now);
    this.#state.caps.set(cap.id, cap);
    this.#state.windows.set(windowKey(cap.id, window.window), window);
    return this.#standing(cap);
  }

  #standing(cap: Cap): CapStanding {
    return { cap, window: windowOf(this.#state, cap, this.#ports.clock.now()) };
  }

  async #takeAndWarn<Answer>(
    id: string,
    windowKeys: readonly string[],
    step: (state: BudgetState) => BudgetTransition<Answer>,
  ): Promise<Answer> {
    const { answer, warnings } = this.#take(this.#concerning(id, windowKeys), id, step);
    // People are told from the alarm: whoever calls does not wait for that.
    if (warnings.length > 0) await this.#ports.wakeUp.within(0);
    return answer;
  }

  #take<Answer>(
    before: BudgetState,
    id: string,
    step: (state: BudgetState) => BudgetTransition<Answer>,
  ): BudgetTransition<Answer> {
    const { storage, clock, random, workspaceId } = this.#ports;
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
    for (const each of windows) this.#state.windows.set(windowKey(each.capId, each.window), each);
    // Those that are settled are not kept in memory: a repeat finds them in storage.
    if (reservation.status === "settled") this.#state.reservations.delete(id);
    else this.#state.reservations.set(id, reservation);
    return taken;
  }

  /** The caps, this reservation, and the windows that it or whoever asks for it counts in. */
  #concerning(id: string, windowKeys: readonly string[]): BudgetState {
    const { caps, windows, reservations } = this.#state;
    const reservation = reservations.get(id) ?? this.#ports.storage.reservation(id);
    const counted = reservation?.windows.map(({ capId, window }) => windowKey(capId, window)) ?? windowKeys;
    return {
      caps,
      windows: new Map(counted.flatMap((key) => (windows.has(key) ? [[key, windows.get(key)!]] : []))),
      reservations: new Map(reservation ? [[id, reservation]] : []),
    };
  }
}

function keptFrom({ caps, windows, reservations }: BudgetState): KeptState {
  return { caps: new Map(caps), windows: new Map(windows), reservations: new Map(reservations) };
}
