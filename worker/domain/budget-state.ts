/**
 * What a workspace may spend on models and what it has spent, as a pure machine. Before a call its worst case is reserved
 * under every cap that it falls under; afterwards the reservation is settled once, at what the call did cost. A call whose
 * outcome is unknown counts with its worst case until somebody finds out.
 *
 * Amounts are integers in millionths of a US dollar.
 * Invariant: under no cap do spending and reservations together exceed its limit by a call that was let through, in whatever
 * order callers reserve and settle, and however often each of them repeats itself.
 */

/** What a cap is about. Its `id` is that of the agent, the repository or the run; the workspace's own is the machine's. */
export type BudgetSubject =
  | { readonly kind: "workspace" }
  | { readonly kind: "agent" | "repository" | "run"; readonly id: string };

/** A day and a month are those of UTC; a run's cap usually holds for as long as there is the run. */
export type BudgetPeriod = "day" | "month" | "always";

export interface Cap {
  /** That of its meter: {@link meterId}. So there is one cap at most for a subject and a period. */
  readonly id: string;
  readonly subject: BudgetSubject;
  readonly period: BudgetPeriod;
  readonly limitMicros: number;
}

/**
 * What a subject has spent in one of its periods, with a cap or without one: a cap that is set later counts what was spent
 * in its period before.
 */
export interface CapWindow {
  readonly capId: string;
  /** `2026-11-27`, `2026-11`, or empty where there is one for ever. */
  readonly window: string;
  readonly spentMicros: number;
  readonly reservedMicros: number;
  /** The highest of {@link WARN_AT} that was warned of. */
  readonly warnedAt: number;
}

export interface Reservation {
  readonly id: string;
  /** The worst case. */
  readonly boundMicros: number;
  readonly reservedAt: number;
  /** The windows that it counts in: those of the instant at which it was made, whenever it is settled. */
  readonly windows: readonly Pick<CapWindow, "capId" | "window">[];
  readonly status: "open" | "unknown" | "settled";
  /** What the call did cost; null until it is known. */
  readonly actualMicros: number | null;
}

export interface BudgetState {
  readonly caps: ReadonlyMap<string, Cap>;
  /** By {@link windowKey}. */
  readonly windows: ReadonlyMap<string, CapWindow>;
  readonly reservations: ReadonlyMap<string, Reservation>;
}

/** Shares of a limit, in percent, of which people are warned once in each period; of the highest, where a call passes two. */
export const WARN_AT = [50, 80, 100] as const;
export type WarningPercent = (typeof WARN_AT)[number];

export interface BudgetWarning {
  readonly cap: Cap;
  readonly window: string;
  readonly percent: WarningPercent;
  readonly spentMicros: number;
}

export type ReserveAnswer =
  | { readonly granted: true }
  /** `unknown-price`: nobody can say what it costs at worst, and there is a cap to hold. */
  | { readonly granted: false; readonly reason: "cap"; readonly cap: Cap; readonly leftMicros: number }
  | { readonly granted: false; readonly reason: "unknown-price"; readonly cap: Cap };

export interface BudgetTransition<Answer> {
  readonly state: BudgetState;
  readonly answer: Answer;
  readonly warnings: readonly BudgetWarning[];
}

/** What is counted of each kind of subject. */
export const PERIODS: Readonly<Record<BudgetSubject["kind"], readonly BudgetPeriod[]>> = {
  workspace: ["day", "month"],
  agent: ["day", "month"],
  repository: ["day", "month"],
  run: ["always"],
};

/** The name of what counts a subject's spending by a period. */
export function meterId(subject: BudgetSubject, period: BudgetPeriod): string {
  return `${subject.kind}:${period}${subject.kind === "workspace" ? "" : `:${subject.id}`}`;
}

export function capOf(subject: BudgetSubject, period: BudgetPeriod, limitMicros: number): Cap {
  return { id: meterId(subject, period), subject, period, limitMicros };
}

/** The id under which a cap holds for each run that has none of its own. */
export const EACH_RUN = "*";
const EACH_RUN_METER = meterId({ kind: "run", id: EACH_RUN }, "always");

/** The cap of a meter, if it has one. */
export function capAt(state: Pick<BudgetState, "caps">, meter: string): Cap | undefined {
  const own = state.caps.get(meter);
  if (own || !meter.startsWith("run:")) return own;
  const each = state.caps.get(EACH_RUN_METER);
  return each && { ...each, id: meter };
}

export const NO_BUDGET: BudgetState = { caps: new Map(), windows: new Map(), reservations: new Map() };

export interface ReserveRequest {
  /** The call's own: a repeated request finds its reservation. */
  readonly id: string;
  /** The worst case; null where the price is not known. */
  readonly boundMicros: number | null;
  /** All that the call is about, besides the workspace. */
  readonly subjects: readonly BudgetSubject[];
}

export const windowKey = (capId: string, window: string) => `${capId} ${window}`;

/** The period of a cap in which an instant lies. */
export function windowAt(period: BudgetPeriod, now: number): string {
  const iso = new Date(now).toISOString();
  if (period === "day") return iso.slice(0, "2026-11-27".length);
  return period === "month" ? iso.slice(0, "2026-11".length) : "";
}

/** What counts in the period of a cap in which an instant lies. */
export function windowOf(state: BudgetState, cap: Pick<Cap, "id" | "period">, now: number): CapWindow {
  const window = windowAt(cap.period, now);
  return state.windows.get(windowKey(cap.id, window)) ?? nothingIn(cap.id, window);
}

const nothingIn = (capId: string, window: string): CapWindow => ({
  ...{ capId, window, spentMicros: 0, reservedMicros: 0, warnedAt: 0 },
});

/** What may still be spent or reserved; below zero where a limit was lowered. */
export function leftMicros(state: BudgetState, cap: Cap, now: number): number {
  const { spentMicros, reservedMicros } = windowOf(state, cap, now);
  return cap.limitMicros - spentMicros - reservedMicros;
}

/**
 * Holds back the worst case of a call under all caps that it falls under, or under none. Of a call without a known price
 * there is nothing to hold back or to count: it leaves no reservation.
 */
export function reserve(state: BudgetState, request: ReserveRequest, now: number): BudgetTransition<ReserveAnswer> {
  const { id, boundMicros, subjects } = request;
  const unchanged = (answer: ReserveAnswer) => ({ state, answer, warnings: [] });
  const granted = { granted: true } as const;
  // Also one that was settled: whoever repeats it has not heard the answer, and its call is paid for.
  if (state.reservations.has(id)) return unchanged(granted);
  const meters = metersOf(subjects);
  const caps = meters.flatMap((meter) => capAt(state, meter.id) ?? []);
  if (boundMicros === null) {
    const [cap] = caps;
    return unchanged(cap ? { granted: false, reason: "unknown-price", cap } : granted);
  }
  for (const cap of caps) {
    const left = leftMicros(state, cap, now);
    if (boundMicros > left) return unchanged({ granted: false, reason: "cap", cap, leftMicros: Math.max(0, left) });
  }
  const reservation: Reservation = {
    id,
    boundMicros,
    reservedAt: now,
    windows: meters.map((meter) => ({ capId: meter.id, window: windowAt(meter.period, now) })),
    status: "open",
    actualMicros: null,
  };
  return count(state, reservation, { reserved: boundMicros, spent: 0 }, granted);
}

/**
 * What the call did cost, once: a repeat changes nothing, whatever it says. Answers what counts now; null for a call that
 * reserved nothing.
 */
export function settle(state: BudgetState, id: string, actualMicros: number): BudgetTransition<number | null> {
  const known = state.reservations.get(id);
  if (!known || known.status === "settled") return { state, answer: known?.actualMicros ?? null, warnings: [] };
  const settled: Reservation = { ...known, status: "settled", actualMicros };
  return count(state, settled, { reserved: -known.boundMicros, spent: actualMicros }, actualMicros);
}

/** Nobody can say whether the call was made, or what it cost: its worst case stays until it is settled. */
export function markUnknown(state: BudgetState, id: string): BudgetState {
  const known = state.reservations.get(id);
  if (known?.status !== "open") return state;
  return { ...state, reservations: new Map(state.reservations).set(id, { ...known, status: "unknown" }) };
}

/**
 * Sets a cap, or another limit of it; below what is spent already, nothing more is let through. What people were warned of
 * under the limit before is warned of again when it is reached under this one.
 */
export function putCap(state: BudgetState, cap: Cap, now: number): BudgetState {
  const window = windowOf(state, cap, now);
  const warnedAt = percentReached(window.spentMicros, cap.limitMicros);
  const windows = new Map(state.windows).set(windowKey(cap.id, window.window), { ...window, warnedAt });
  return { ...state, windows, caps: new Map(state.caps).set(cap.id, cap) };
}

export function removeCap(state: BudgetState, capId: string): BudgetState {
  const caps = new Map(state.caps);
  caps.delete(capId);
  return { ...state, caps };
}

/** Everything in which a call counts. */
export function metersOf(subjects: readonly BudgetSubject[]): readonly Pick<Cap, "id" | "period">[] {
  const all: readonly BudgetSubject[] = [{ kind: "workspace" }, ...subjects];
  return all.flatMap((subject) => PERIODS[subject.kind].map((period) => ({ id: meterId(subject, period), period })));
}

function count<Answer>(
  state: BudgetState,
  reservation: Reservation,
  by: { readonly reserved: number; readonly spent: number },
  answer: Answer,
): BudgetTransition<Answer> {
  const windows = new Map(state.windows);
  const warnings: BudgetWarning[] = [];
  for (const { capId, window } of reservation.windows) {
    const key = windowKey(capId, window);
    const before = windows.get(key) ?? nothingIn(capId, window);
    const spentMicros = before.spentMicros + by.spent;
    const cap = capAt(state, capId);
    const reached = cap ? percentReached(spentMicros, cap.limitMicros) : 0;
    // Of the limit as it is now: that of all runs is raised without a look at the window of each.
    const known = cap ? Math.min(before.warnedAt, percentReached(before.spentMicros, cap.limitMicros)) : 0;
    if (cap && reached > known) warnings.push({ cap, window, percent: reached as WarningPercent, spentMicros });
    windows.set(key, {
      ...before,
      spentMicros,
      reservedMicros: before.reservedMicros + by.reserved,
      warnedAt: Math.max(before.warnedAt, reached),
    });
  }
  const reservations = new Map(state.reservations).set(reservation.id, reservation);
  return { state: { ...state, windows, reservations }, answer, warnings };
}

function percentReached(spentMicros: number, limitMicros: number): number {
  return WARN_AT.findLast((percent) => spentMicros * 100 >= limitMicros * percent && spentMicros > 0) ?? 0;
}
