import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GuestOutcome } from "../../../worker/domain/guest-outcome.ts";
import {
  attemptsOf,
  CRASH_RESUMES_MAX,
  hasEnded,
  infrastructureError,
  owedWork,
  queued,
  type RunState,
  type RunTransitionEvent,
  stepsOf,
  transition,
} from "../../../worker/domain/run-state.ts";

const usage = { fuel: 1, memoryBytes: 2, wallMs: 3, outputBytes: 4, hostCalls: 5 };
const completed: GuestOutcome = { kind: "completed", result: 42 };

function play(events: readonly RunTransitionEvent[]): RunState {
  return events.reduce((state, event, index) => transition(state, event, index + 1).state, queued(0).state);
}

const claimed: RunTransitionEvent = { type: "claimed", epoch: 7 };
const began: RunTransitionEvent = { type: "attempt-began", isRepeatable: true };
const ended = (outcome: GuestOutcome, attempt = 1): RunTransitionEvent => ({
  type: "attempt-ended",
  attempt,
  outcome,
  usage,
});

describe("transition", () => {
  it("leads from queued through running to succeeded", () => {
    expect(play([claimed, began, ended(completed)])).toEqual({
      name: "succeeded",
      createdAt: 0,
      startedAt: 1,
      finishedAt: 3,
      epoch: 7,
      attempt: 1,
      history: [{ number: 1, startedAt: 2, lostAt: null }],
      error: null,
      limitReached: null,
      usage,
    });
  });

  it("calls a wall-time limit timed-out and every other limit failed", () => {
    const error = infrastructureError("limit");
    const end = (limit: "time" | "memory") => play([claimed, began, ended({ kind: "limit", limit, error })]);
    expect(end("time")).toMatchObject({ name: "timed-out", limitReached: "time" });
    expect(end("memory")).toMatchObject({ name: "failed", limitReached: "memory" });
  });

  it("says in the stream that an attempt was lost, and counts the next one", () => {
    const { state, emits } = transition(play([claimed, began]), began, 9);
    expect(state).toMatchObject({ name: "running", attempt: 2 });
    expect(emits.map((event) => event.type)).toEqual(["step-end", "output", "step-start"]);
  });

  it("sets a run aside that was lost with its isolate and resumed too often", () => {
    const resumed = play([claimed, ...Array.from({ length: CRASH_RESUMES_MAX + 1 }, () => began)]);
    expect(resumed).toMatchObject({ name: "running", attempt: CRASH_RESUMES_MAX + 1 });
    expect(transition(resumed, began, 9).state).toMatchObject({
      ...{ name: "failed", attempt: CRASH_RESUMES_MAX + 1 },
      error: { category: "infrastructure", name: "QuarantinedError" },
    });
  });

  it("ends a run that has waited longer than it may, and only while it waits", () => {
    expect(play([{ type: "expired" }])).toMatchObject({ name: "timed-out", startedAt: null, limitReached: null });
    const running = play([claimed, began]);
    expect(transition(running, { type: "expired" }, 9).state).toBe(running);
  });

  it("takes the newer epoch of a claim that was renewed", () => {
    const running = play([claimed, began]);
    expect(transition(running, { type: "claimed", epoch: 8 }, 9).state).toMatchObject({ name: "running", epoch: 8 });
    expect(transition(running, { type: "claimed", epoch: 6 }, 9).state).toBe(running);
  });

  it("does not start a program again that may have reached the world outside", () => {
    const once: RunTransitionEvent = { type: "attempt-began", isRepeatable: false };
    expect(play([claimed, once])).toMatchObject({ name: "running", attempt: 1 });
    expect(play([claimed, once, once])).toMatchObject({
      ...{ name: "failed", attempt: 1 },
      error: { category: "infrastructure", message: expect.stringContaining("may have sent requests") },
    });
  });

  it("cancels a queued run at once and a running one when its program has stopped", () => {
    expect(play([{ type: "cancel-requested" }])).toMatchObject({ name: "cancelled", startedAt: null });
    const asked = play([claimed, began, { type: "cancel-requested" }]);
    expect(asked.name).toBe("running");
    expect(transition(asked, ended({ kind: "cancelled" }), 9).state.name).toBe("cancelled");
  });

  it("does not start a program that was cancelled before its attempt began", () => {
    expect(play([claimed, { type: "cancel-requested" }, began])).toMatchObject({ name: "cancelled", attempt: 0 });
  });

  it("ignores the end of another attempt", () => {
    const state = play([claimed, began, began]);
    expect(transition(state, ended(completed, 1), 9).state).toBe(state);
  });

  it("never leaves a terminal state and always reaches one", () => {
    const event = fc.constantFrom<RunTransitionEvent>(
      claimed,
      began,
      ended(completed, 1),
      ended({ kind: "cancelled" }, 2),
      { type: "cancel-requested" },
      { type: "expired" },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let state: RunState = queued(0).state;
        for (const each of events) {
          const next = transition(state, each, 1).state;
          if (hasEnded(state)) expect(next).toBe(state);
          state = next;
        }
        for (const each of [claimed, ...Array.from({ length: CRASH_RESUMES_MAX + 2 }, () => began)]) {
          state = transition(state, each, 1).state;
        }
        expect(hasEnded(state)).toBe(true);
      }),
    );
  });
});

describe("owedWork", () => {
  const progress = { claimsFrom: null, released: false, projectedVersion: 0, announced: null };

  it("is empty only when nothing is left to do", () => {
    expect(owedWork(play([]), 1, progress)).toEqual(["enqueue", "project", "announce"]);
    expect(owedWork(play([claimed]), 2, { ...progress, claimsFrom: 1 })).toEqual(["execute", "project", "announce"]);
    const end = play([claimed, began, ended(completed)]);
    expect(owedWork(end, 4, { ...progress, claimsFrom: 1 })).toEqual(["project", "announce", "release"]);
    expect(owedWork(end, 4, { claimsFrom: 1, released: true, projectedVersion: 4, announced: "succeeded" })).toEqual(
      [],
    );
  });
});

describe("attemptsOf", () => {
  const endings = (state: RunState) => attemptsOf(state).map(({ number, ending }) => `${number} ${ending}`);

  it("tells when each attempt began and ended, and which were lost", () => {
    expect(attemptsOf(play([claimed]))).toEqual([]);
    expect(attemptsOf(play([claimed, began, began, ended(completed, 2)]))).toEqual([
      { number: 1, startedAt: "1970-01-01T00:00:00.002Z", endedAt: "1970-01-01T00:00:00.003Z", ending: "lost" },
      { number: 2, startedAt: "1970-01-01T00:00:00.003Z", endedAt: "1970-01-01T00:00:00.004Z", ending: "succeeded" },
    ]);
    expect(endings(play([claimed, began]))).toEqual(["1 running"]);
  });

  it("calls the last attempt lost, too, where none follows", () => {
    const once: RunTransitionEvent = { type: "attempt-began", isRepeatable: false };
    expect(endings(play([claimed, once, once]))).toEqual(["1 lost"]);
    expect(endings(play([claimed, began, { type: "cancel-requested" }, began]))).toEqual(["1 lost"]);
    const crashes = Array.from({ length: CRASH_RESUMES_MAX + 2 }, () => began);
    expect(endings(play([claimed, ...crashes]))).toEqual(["1 lost", "2 lost", "3 lost", "4 lost"]);
  });
});

describe("stepsOf", () => {
  it("shows a step for waiting and one for executing in every state", () => {
    expect(stepsOf(play([])).map((step) => step.state)).toEqual(["running", "pending"]);
    expect(stepsOf(play([claimed])).map((step) => step.state)).toEqual(["succeeded", "running"]);
    expect(stepsOf(play([claimed, began, ended(completed)])).map((step) => step.state)).toEqual([
      "succeeded",
      "succeeded",
    ]);
    expect(stepsOf(play([{ type: "cancel-requested" }])).map((step) => step.state)).toEqual(["cancelled", "cancelled"]);
  });
});
