import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  describeWait,
  EMPTY_QUEUE,
  type QueueEvent,
  type QueueState,
  queueTransition,
} from "../../../worker/domain/queue-state.ts";
import { PRIORITIES, type Priority } from "../../../worker/domain/run.ts";

const enqueue = (runId: string, priority: Priority = "normal", concurrency = 1): QueueEvent => ({
  type: "enqueue",
  runId,
  priority,
  concurrency,
});

function play(events: readonly QueueEvent[], from: QueueState = EMPTY_QUEUE) {
  return events.reduce((state, event) => queueTransition(state, event, 0).state, from);
}

describe("queueTransition", () => {
  it("gives a free slot to the first run at once", () => {
    const { state, claims } = queueTransition(EMPTY_QUEUE, enqueue("a"), 5);
    expect(claims).toEqual([{ runId: "a", priority: "normal", ordinal: 1, enqueuedAt: 5, epoch: 1, claimedAt: 5 }]);
    expect(state.waiting).toEqual([]);
  });

  it("claims urgent runs before earlier normal ones, and equals in order of arrival", () => {
    let state = play([enqueue("holder"), enqueue("n1"), enqueue("n2"), enqueue("u", "urgent"), enqueue("l", "low")]);
    const order: string[] = [];
    for (;;) {
      const holder = state.claimed[0];
      if (!holder) break;
      order.push(holder.runId);
      state = queueTransition(state, { type: "release", runId: holder.runId, epoch: holder.epoch }, 0).state;
    }
    expect(order).toEqual(["holder", "u", "n1", "n2", "l"]);
  });

  it("ignores a release with a stale epoch", () => {
    const state = play([enqueue("a")]);
    const stale = queueTransition(state, { type: "release", runId: "a", epoch: 99 }, 0);
    expect(stale.state).toBe(state);
    expect(stale.writes).toEqual([]);
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

  it("keeps its invariants under any order of events", () => {
    const event = fc.oneof(
      fc.record({
        type: fc.constant("enqueue" as const),
        runId: fc.constantFrom("a", "b", "c", "d", "e"),
        priority: fc.constantFrom(...PRIORITIES),
        concurrency: fc.constant(2),
      }),
      fc.record({
        type: fc.constant("release" as const),
        runId: fc.constantFrom("a", "b", "c", "d", "e"),
        epoch: fc.option(fc.integer({ min: 1, max: 12 })),
      }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let state = EMPTY_QUEUE;
        const epochs = new Set<number>();
        for (const each of events) {
          const before = state;
          const next = queueTransition(state, each, 0);
          state = next.state;
          expect(state.claimed.length).toBeLessThanOrEqual(Math.max(1, state.concurrency));
          const ids = [...state.waiting, ...state.claimed].map((entry) => entry.runId);
          expect(new Set(ids).size).toBe(ids.length);
          if (state.waiting.length > 0) expect(state.claimed.length).toBe(state.concurrency);
          for (const claim of next.claims) {
            expect(epochs.has(claim.epoch)).toBe(false);
            epochs.add(claim.epoch);
          }
          // What is written is exactly what changed, so that storage and memory cannot part.
          const stored = new Map([...before.waiting, ...before.claimed].map((entry) => [entry.runId, entry]));
          for (const write of next.writes) {
            if (write.type === "delete") stored.delete(write.runId);
            else stored.set(write.entry.runId, write.entry);
          }
          expect(new Set(stored.values())).toEqual(new Set([...state.waiting, ...state.claimed]));
        }
      }),
    );
  });
});

describe("describeWait", () => {
  it("names the run that holds the slot and the place in the line", () => {
    const state = play([enqueue("a"), enqueue("b"), enqueue("c")]);
    expect(describeWait(state, "c")).toBe("Waiting for run a; 2nd of 2 in its lane.");
    expect(describeWait(state, "a")).toBeNull();
  });

  it("counts the holders of a lane with several slots", () => {
    const state = play([enqueue("a", "normal", 2), enqueue("b", "normal", 2), enqueue("c", "normal", 2)]);
    expect(describeWait(state, "c")).toBe("Waiting for one of 2 running runs to end; 1st of 1 in its lane.");
  });
});
