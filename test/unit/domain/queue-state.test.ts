import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PRIORITIES, type Priority } from "../../../worker/domain/lane.ts";
import {
  demandOf,
  EMPTY_QUEUE,
  expiredRuns,
  isShort,
  nextExpiry,
  type QueueEvent,
  type QueueState,
  queueTransition,
} from "../../../worker/domain/queue-state.ts";
import { describeWait } from "../../../worker/domain/wait-reason.ts";

const HOUR_MS = 3_600_000;
const enqueue = (runId: string, priority: Priority = "normal", concurrency = 1): QueueEvent => ({
  ...{ type: "enqueue", runId, priority, concurrency, expiresAt: null, isSmart: true },
});
const allot = (slots: number, revision = 1): QueueEvent => ({
  ...{ type: "allot", allotment: { slots, target: slots, revision } },
});

/** A lane that the workspace does not restrict. */
const OPEN = queueTransition(EMPTY_QUEUE, allot(100), 0).state;

function play(events: readonly QueueEvent[], from: QueueState = OPEN, now = 0): QueueState {
  return events.reduce((state, event) => queueTransition(state, event, now).state, from);
}

/** Lets every run start and end, one after another, and tells in which order. */
function drain(from: QueueState, now = 0): string[] {
  const order: string[] = [];
  let state = queueTransition(from, { type: "tick" }, now).state;
  for (let holder = state.claimed[0]; holder; holder = state.claimed[0]) {
    order.push(holder.runId);
    state = queueTransition(state, { type: "release", runId: holder.runId, epoch: holder.epoch }, now).state;
  }
  return order;
}

describe("queueTransition", () => {
  it("gives a free slot to the first run at once", () => {
    const { state, claims } = queueTransition(OPEN, enqueue("a"), 5);
    expect(claims).toEqual([
      expect.objectContaining({ runId: "a", ordinal: 1, enqueuedAt: 5, epoch: 1, claimedAt: 5 }),
    ]);
    expect(state.waiting).toEqual([]);
  });

  it("claims urgent runs before earlier normal ones, and equals in order of arrival", () => {
    const state = play([enqueue("holder"), enqueue("n1"), enqueue("n2"), enqueue("u", "urgent"), enqueue("l", "low")]);
    expect(drain(state)).toEqual(["holder", "u", "n1", "n2", "l"]);
  });

  it("lets a run that has waited for long go before better ones that came much later", () => {
    let state = play([enqueue("holder"), enqueue("low", "low")]);
    state = play([enqueue("normal", "normal")], state, HOUR_MS / 2);
    expect(state.waiting.map((entry) => entry.runId)).toEqual(["normal", "low"]);
    state = play([enqueue("late", "normal")], state, 1.5 * HOUR_MS);
    expect(state.waiting.map((entry) => entry.runId)).toEqual(["normal", "low", "late"]);
  });

  it("takes runs first in, first out where priorities are switched off", () => {
    const plain = (runId: string, priority: Priority): QueueEvent =>
      ({ ...enqueue(runId, priority), isSmart: false }) as QueueEvent;
    expect(drain(play([plain("a", "low"), plain("b", "low"), plain("c", "urgent")]))).toEqual(["a", "b", "c"]);
  });

  it("keeps the order of arrival when the clock jumps back", () => {
    const state = play([enqueue("b")], play([enqueue("holder"), enqueue("a")], OPEN, HOUR_MS), 0);
    expect(state.waiting.map((entry) => entry.runId)).toEqual(["a", "b"]);
  });

  it("ignores a release with a stale epoch", () => {
    const state = play([enqueue("a")]);
    const stale = queueTransition(state, { type: "release", runId: "a", epoch: 99 }, 0);
    expect(stale.state).toBe(state);
    expect(stale.writes).toEqual([]);
  });

  it("gives a run that asks again a new epoch, so that an answer of before cannot free its slot", () => {
    const state = play([enqueue("a"), enqueue("a"), enqueue("b")]);
    expect(state.claimed).toEqual([expect.objectContaining({ runId: "a", epoch: 2 })]);
    expect(play([{ type: "release", runId: "a", epoch: 1 }], state)).toBe(state);
    expect(play([{ type: "release", runId: "a", epoch: 2 }], state).claimed[0]?.runId).toBe("b");
  });

  it("keeps a run that has joined again when the answer to its former claim comes", () => {
    const left = play([enqueue("a"), enqueue("b"), { type: "release", runId: "a", epoch: 1 }]);
    const joined = play([enqueue("a")], left);
    expect(play([{ type: "release", runId: "a", epoch: 1 }], joined)).toBe(joined);
    expect(joined.waiting.map((entry) => entry.runId)).toEqual(["a"]);
  });

  it("takes a waiting run out of the line when it is cancelled", () => {
    const state = play([enqueue("a"), enqueue("b"), { type: "release", runId: "b", epoch: null }]);
    expect(state.waiting).toEqual([]);
    expect(state.claimed.map((entry) => entry.runId)).toEqual(["a"]);
  });

  it("refuses a run when the lane is full, and stores nothing", () => {
    const full = play(Array.from({ length: 10_001 }, (_, index) => enqueue(`r${index}`)));
    const refused = queueTransition(full, enqueue("one-too-many"), 0);
    expect(refused.refusal).toBe("lane-full");
    expect(refused.state).toBe(full);
  });

  it("passes a held run over until it is let go", () => {
    const state = play([enqueue("holder"), enqueue("a"), enqueue("b"), { type: "hold", runId: "a", by: "Ana" }]);
    expect(drain(state)).toEqual(["holder", "b"]);
    expect(drain(play([{ type: "unhold", runId: "a" }], state))).toEqual(["holder", "a", "b"]);
  });

  it("starts nothing while the lane is paused, and goes on when it is resumed", () => {
    const paused = play([{ type: "pause", by: "Ana" }, enqueue("a")]);
    expect(paused.claimed).toEqual([]);
    expect(play([{ type: "resume" }], paused).claimed[0]?.runId).toBe("a");
  });

  it("refuses what can only be done to a waiting run", () => {
    const state = play([enqueue("running")]);
    for (const event of [
      { type: "hold", runId: "running", by: "Ana" },
      { type: "unhold", runId: "gone" },
      { type: "move", runId: "running", position: 1 },
      { type: "reprioritise", runId: "gone", priority: "low", isSmart: true },
    ] as const) {
      const refused = queueTransition(state, event, 0);
      expect(refused.refusal).toBe("not-waiting");
      expect(refused.state).toBe(state);
    }
  });

  it("moves a run to any place, also among runs that came in one millisecond", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(2), priority: fc.constantFrom(...PRIORITIES) }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.array(fc.record({ which: fc.nat(11), position: fc.integer({ min: 1, max: 14 }) }), { maxLength: 12 }),
        (arrivals, moves) => {
          let state = play([{ type: "pause", by: "Ana" }]);
          arrivals.forEach(({ at, priority }, index) => {
            state = play([enqueue(`r${index}`, priority)], state, at);
          });
          for (const { which, position } of moves) {
            const runId = `r${which % arrivals.length}`;
            const expected = state.waiting.map((entry) => entry.runId).filter((each) => each !== runId);
            expected.splice(position - 1, 0, runId);
            const { state: next, writes } = queueTransition(state, { type: "move", runId, position }, 9);
            expect(next.waiting.map((entry) => entry.runId)).toEqual(expected);
            expect(stored(state, writes)).toEqual(new Set([...next.waiting, ...next.claimed]));
            state = next;
          }
          expect(drain(play([{ type: "resume" }], state))).toEqual(state.waiting.map((entry) => entry.runId));
        },
      ),
    );
  });

  it("does not claim a run that has waited longer than it may", () => {
    const brief: QueueEvent = { ...enqueue("brief"), expiresAt: 100 } as QueueEvent;
    const state = play([enqueue("holder"), brief, enqueue("patient")]);
    expect(nextExpiry(state)).toBe(100);
    expect(expiredRuns(state, 99)).toEqual([]);
    expect(expiredRuns(state, 100)).toEqual(["brief"]);
    expect(drain(state, 100)).toEqual(["holder", "patient"]);
  });

  it("claims no more than the workspace allots, and gives back what it wants back as runs end", () => {
    const many = ["a", "b", "c", "d"].map((runId) => enqueue(runId, "normal", 4));
    let state = play([allot(0, 2), ...many], OPEN);
    expect([state.claimed.length, isShort(state, 0), demandOf(state, 0)]).toEqual([0, true, 4]);
    state = play([allot(3, 3)], state);
    expect(state.claimed.length).toBe(3);
    state = play([{ type: "allot", allotment: { slots: 3, target: 1, revision: 4 } }], state);
    expect(state.allotment.slots).toBe(3);
    state = play([{ type: "release", runId: "a", epoch: state.claimed[0]!.epoch }], state);
    expect([state.claimed.length, state.allotment.slots]).toEqual([2, 2]);
    expect(play([allot(9, 3)], state), "an older allotment").toBe(state);
  });

  it("keeps its invariants under any order of events", () => {
    const runId = fc.constantFrom("a", "b", "c", "d", "e");
    const record = <T extends object>(type: string, fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
      fc.record({ type: fc.constant(type), ...fields }) as fc.Arbitrary<unknown> as fc.Arbitrary<QueueEvent>;
    const small = fc.nat(4);
    const event = fc.oneof(
      record("enqueue", {
        ...{ runId, priority: fc.constantFrom(...PRIORITIES), concurrency: fc.constant(2), isSmart: fc.boolean() },
        expiresAt: fc.option(fc.nat(60)),
      }),
      record("release", { runId, epoch: fc.option(fc.integer({ min: 1, max: 12 })) }),
      record("hold", { runId, by: fc.constant("Ana") }),
      record("unhold", { runId }),
      record("move", { runId, position: fc.integer({ min: 1, max: 6 }) }),
      record("reprioritise", { runId, priority: fc.constantFrom(...PRIORITIES), isSmart: fc.boolean() }),
      record("pause", { by: fc.constant("Ana") }),
      record("resume", {}),
      record("tick", {}),
      record("allot", { allotment: fc.record({ slots: small, target: small, revision: fc.nat(9) }) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state = EMPTY_QUEUE;
        const epochs = new Set<number>();
        events.forEach((each, now) => {
          const before = state;
          const next = queueTransition(state, each, now);
          state = next.state;
          expect(state.claimed.length).toBeLessThanOrEqual(Math.max(1, state.concurrency));
          if (next.claims.length > 0) expect(state.claimed.length).toBeLessThanOrEqual(state.allotment.target);
          const ids = [...state.waiting, ...state.claimed].map((entry) => entry.runId);
          expect(new Set(ids).size).toBe(ids.length);
          const keys = state.waiting.map((entry) => entry.sortKey);
          expect(keys).toEqual(keys.toSorted((a, b) => a - b));
          for (const claim of next.claims) {
            expect(epochs.has(claim.epoch)).toBe(false);
            expect(claim.hold === null && state.pause === null).toBe(true);
            epochs.add(claim.epoch);
          }
          // What is written is exactly what changed, so that storage and memory cannot part.
          expect(stored(before, next.writes)).toEqual(new Set([...state.waiting, ...state.claimed]));
        });
      }),
    );
  });
});

/** What storage holds after the writes. */
function stored(before: QueueState, writes: ReturnType<typeof queueTransition>["writes"]) {
  const rows = new Map([...before.waiting, ...before.claimed].map((entry) => [entry.runId, entry]));
  for (const write of writes) {
    if (write.type === "delete") rows.delete(write.runId);
    else rows.set(write.entry.runId, write.entry);
  }
  return new Set(rows.values());
}

describe("describeWait", () => {
  it("names the run that holds the slot and the place in the line", () => {
    const state = play([enqueue("a"), enqueue("b"), enqueue("c")]);
    expect(describeWait(state, "c", 0)?.sentence).toBe("Waiting for run a; 2nd of 2 in its lane.");
    expect(describeWait(state, "a", 0)).toBeNull();
  });

  it("counts the holders of a lane with several slots", () => {
    const state = play([enqueue("a", "normal", 2), enqueue("b", "normal", 2), enqueue("c", "normal", 2)]);
    expect(describeWait(state, "c", 0)?.sentence).toBe(
      "Waiting for one of 2 running runs to end; 1st of 1 in its lane.",
    );
  });

  it("says who paused the lane and who holds the run", () => {
    const paused = play([enqueue("a"), enqueue("b"), { type: "pause", by: "Ana" }]);
    expect(describeWait(paused, "b", 0)?.sentence).toBe(
      "Lane paused by Ana at 1970-01-01 00:00 UTC; 1st of 1 in its lane.",
    );
    const held = play([{ type: "resume" }, { type: "hold", runId: "b", by: "Ben" }], paused);
    expect(describeWait(held, "b", 0)?.sentence).toBe("Held by Ben at 1970-01-01 00:00 UTC; 1st of 1 in its lane.");
  });

  it("says when other lanes use what the workspace has", () => {
    const state = play([enqueue("a")], EMPTY_QUEUE);
    expect(describeWait(state, "a", 0)?.sentence).toMatch(/share of the workspace's capacity.*1st of 1/);
  });
});
