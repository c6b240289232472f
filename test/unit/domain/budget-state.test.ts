/** A workspace's budget: what is let through, what counts, and that no order of events gets past a cap. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BudgetState,
  type Cap,
  capOf,
  EACH_RUN,
  leftMicros,
  markUnknown,
  NO_BUDGET,
  putCap,
  type ReserveRequest,
  reserve,
  settle,
  windowAt,
} from "../../../worker/domain/budget-state.ts";

const NOON = Date.UTC(2026, 10, 27, 12);
const DAY_MS = 86_400_000;
const DAILY = capOf({ kind: "workspace" }, "day", 1_000);
const AGENT = capOf({ kind: "agent", id: "a" }, "month", 600);

const withCaps = (...caps: readonly Cap[]) => caps.reduce((state, cap) => putCap(state, cap, NOON), NO_BUDGET);
const call = (id: string, boundMicros: number | null, ...agents: readonly string[]): ReserveRequest => ({
  id,
  boundMicros,
  subjects: agents.map((agent) => ({ kind: "agent", id: agent })),
});

describe("a call", () => {
  it("counts with its worst case until it is settled, and then with what it cost", () => {
    const reserved = reserve(withCaps(DAILY), call("1", 700), NOON);
    expect(reserved.answer).toEqual({ granted: true });
    expect(leftMicros(reserved.state, DAILY, NOON)).toBe(300);
    const settled = settle(reserved.state, "1", 200);
    expect(leftMicros(settled.state, DAILY, NOON)).toBe(800);
  });

  it("is refused under the cap that it would exceed, and reserves nothing under the others", () => {
    const state = withCaps(DAILY, AGENT);
    const { answer, state: after } = reserve(state, call("1", 700, "a"), NOON);
    expect(answer).toEqual({ granted: false, reason: "cap", cap: AGENT, leftMicros: 600 });
    expect(after).toBe(state);
    expect(reserve(state, call("2", 700, "b"), NOON).answer).toEqual({ granted: true });
  });

  it("of unknown price is refused under a cap alone", () => {
    expect(reserve(NO_BUDGET, call("1", null), NOON).answer).toEqual({ granted: true });
    const { answer } = reserve(withCaps(AGENT), call("1", null, "a"), NOON);
    expect(answer).toEqual({ granted: false, reason: "unknown-price", cap: AGENT });
  });

  it("whose outcome is unknown stays at its worst case until somebody finds out", () => {
    const { state } = reserve(withCaps(DAILY), call("1", 700), NOON);
    const unknown = markUnknown(state, "1");
    expect(leftMicros(unknown, DAILY, NOON)).toBe(300);
    expect(leftMicros(settle(unknown, "1", 0).state, DAILY, NOON)).toBe(1_000);
  });

  it("counts in the day in which it was reserved, whenever it is settled", () => {
    const { state } = reserve(withCaps(DAILY), call("1", 700), NOON);
    expect(leftMicros(state, DAILY, NOON + DAY_MS)).toBe(1_000);
    const settled = settle(state, "1", 100).state;
    expect([leftMicros(settled, DAILY, NOON), leftMicros(settled, DAILY, NOON + DAY_MS)]).toEqual([900, 1_000]);
  });
});

describe("a cap", () => {
  it("that is set later counts what its period has spent before", () => {
    const spent = settle(reserve(NO_BUDGET, call("1", 700), NOON).state, "1", 700).state;
    const state = putCap(spent, DAILY, NOON);
    expect(leftMicros(state, DAILY, NOON)).toBe(300);
    const below = putCap(state, { ...DAILY, limitMicros: 500 }, NOON);
    expect(reserve(below, call("2", 1), NOON).answer).toMatchObject({ granted: false, leftMicros: 0 });
  });

  it("of each run holds for every run by itself, unless the run has one of its own", () => {
    const of = (id: string, run: string): ReserveRequest => ({
      ...{ id, boundMicros: 600, subjects: [{ kind: "run", id: run }] },
    });
    const raised = capOf({ kind: "run", id: "c" }, "always", 1_200);
    let state = withCaps(capOf({ kind: "run", id: EACH_RUN }, "always", 1_000), raised);
    const answers = [of("1", "a"), of("2", "b"), of("3", "a"), of("4", "c"), of("5", "c")].map((request) => {
      const { state: after, answer } = reserve(state, request, NOON);
      state = after;
      return answer.granted;
    });
    expect(answers).toEqual([true, true, false, true, true]);
  });

  it("with another limit warns of it anew", () => {
    let state = settle(reserve(withCaps(DAILY), call("1", 900), NOON).state, "1", 900).state;
    state = putCap(state, { ...DAILY, limitMicros: 2_000 }, NOON);
    state = reserve(state, call("2", 200), NOON).state;
    expect(settle(state, "2", 200).warnings.map(({ percent }) => percent)).toEqual([50]);
  });
});

describe("a warning", () => {
  it("comes anew to a run when the limit of all runs was raised", () => {
    const subjects = [{ kind: "run", id: "r" }] as const;
    const spend = (state: BudgetState, id: string, micros: number) =>
      settle(reserve(state, { id, boundMicros: micros, subjects }, NOON).state, id, micros);
    const eachRun = (limit: number) => capOf({ kind: "run", id: EACH_RUN }, "always", limit);
    const first = spend(withCaps(eachRun(100)), "1", 80);
    expect(first.warnings.map(({ percent }) => percent)).toEqual([80]);
    const second = spend(putCap(first.state, eachRun(1_000), NOON), "2", 450);
    expect(second.warnings.map(({ percent }) => percent)).toEqual([50]);
    expect(spend(second.state, "3", 10).warnings).toEqual([]);
  });

  it("comes once for each share of the limit, and skips those that were passed together", () => {
    let state: BudgetState = withCaps(DAILY);
    const percents = [400, 150, 20, 350, 80].map((micros, index) => {
      state = reserve(state, call(String(index), micros), NOON).state;
      const settled = settle(state, String(index), micros);
      state = settled.state;
      return settled.warnings.map(({ percent }) => percent);
    });
    expect(percents).toEqual([[], [50], [], [80], [100]]);
  });
});

it.each([
  ["day", "2026-11-27"],
  ["month", "2026-11"],
  ["always", ""],
] as const)("the window of a %s is of UTC", (period, window) => {
  expect(windowAt(period, Date.UTC(2026, 10, 27, 23, 59, 59, 999))).toBe(window);
});

describe("any order of events", () => {
  const agents = ["a", "b", "c"];
  const event = fc.record({
    what: fc.constantFrom("reserve", "settle", "unknown", "repeat"),
    id: fc.integer({ min: 0, max: 40 }),
    bound: fc.integer({ min: 0, max: 900 }),
    share: fc.integer({ min: 0, max: 100 }),
    agent: fc.constantFrom(...agents),
    hours: fc.integer({ min: 0, max: 30 }),
  });
  const caps = fc.array(
    fc.record({
      subject: fc.constantFrom({ kind: "workspace" as const }, ...agents.map((id) => ({ kind: "agent" as const, id }))),
      period: fc.constantFrom("day" as const, "month" as const),
      limitMicros: fc.integer({ min: 0, max: 3_000 }),
    }),
    { minLength: 1, maxLength: 4 },
  );

  it("keeps to every cap, counts each call once, and loses nothing", () => {
    fc.assert(
      fc.property(caps, fc.array(event, { maxLength: 120 }), (drawn, events) => {
        const all = drawn.map(({ subject, period, limitMicros }) => capOf(subject, period, limitMicros));
        let state = withCaps(...all);
        let now = NOON;
        const actual = new Map<string, number>();
        for (const { what, id, bound, share, agent, hours } of events) {
          now += hours * 3_600_000;
          const known = state.reservations.get(String(id));
          if (what === "reserve" || what === "repeat")
            state = reserve(state, call(String(id), bound, agent), now).state;
          if (what === "unknown") state = markUnknown(state, String(id));
          if (what === "settle" && known) {
            const micros = Math.floor((known.boundMicros * share) / 100);
            if (known.status !== "settled") actual.set(String(id), micros);
            state = settle(state, String(id), micros).state;
          }
          for (const { capId, spentMicros, reservedMicros } of state.windows.values()) {
            expect(spentMicros).toBeGreaterThanOrEqual(0);
            expect(reservedMicros).toBeGreaterThanOrEqual(0);
            expect(spentMicros + reservedMicros).toBeLessThanOrEqual(
              state.caps.get(capId)?.limitMicros ?? Number.MAX_SAFE_INTEGER,
            );
          }
        }
        // From the reservations alone comes the same.
        for (const window of state.windows.values()) {
          const mine = [...state.reservations.values()].filter(({ windows }) =>
            windows.some((each) => each.capId === window.capId && each.window === window.window),
          );
          const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
          expect(window.spentMicros).toBe(sum(mine.map(({ id }) => actual.get(id) ?? 0)));
          expect(window.reservedMicros).toBe(
            sum(mine.map(({ status, boundMicros }) => (status === "settled" ? 0 : boundMicros))),
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});
