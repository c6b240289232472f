import { describe, expect, it } from "vitest";
import type { MeasuredCall } from "../../../worker/domain/meeting-processing.ts";
import {
  type PhaseRecord,
  phaseBegan,
  phaseCalled,
  phaseEnded,
  processingSteps,
  toldTransitions,
} from "../../../worker/domain/processing-steps.ts";
import type { RunEventBody } from "../../../worker/domain/run.ts";
import type { RunState } from "../../../worker/domain/run-state.ts";

const RUNNING: RunState = {
  ...{ name: "running", createdAt: 0, startedAt: 1_000, epoch: 1, attempt: 1, history: [], cancelRequestedAt: null },
};
const ENDED: RunState = {
  ...{ name: "failed", createdAt: 0, startedAt: 1_000, finishedAt: 9_000, epoch: 1, attempt: 1, history: [] },
  ...{ error: null, limitReached: null, usage: null },
};
const call = (inputTokens: number): MeasuredCall => ({
  ...{ version: "v2", phase: "generate", provider: "anthropic", model: "m", inputTokens, outputTokens: 10 },
  ...{ thinkingTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false, costMicros: 5, latencyMs: 1 },
  ...{ isMock: false, failure: null },
});

describe("the steps of a meeting's run", () => {
  it("are those of any run before its first phase", () => {
    expect(processingSteps([], RUNNING).map(({ name }) => name)).toEqual(["queue", "execute"]);
  });

  it("are its phases, in the order in which they came, with what their calls took", () => {
    let records: readonly PhaseRecord[] = phaseBegan([], "generate", 2_000);
    records = phaseCalled(phaseCalled(records, call(100)), call(50));
    records = phaseBegan(phaseEnded(records, "succeeded", 3_000), "check", 3_000);
    records = phaseBegan(phaseEnded(records, "failed", 4_000), "generate", 4_000);
    const [queue, ...phases] = processingSteps(records, RUNNING);
    expect(queue).toMatchObject({ name: "queue", state: "succeeded" });
    expect(phases).toEqual([
      {
        ...{ name: "generate", state: "succeeded" },
        ...{ startedAt: "1970-01-01T00:00:02.000Z", finishedAt: "1970-01-01T00:00:03.000Z" },
        models: { calls: 2, inputTokens: 150, outputTokens: 20, costMicros: 10 },
      },
      expect.objectContaining({ name: "check", state: "failed" }),
      expect.objectContaining({ name: "generate", state: "running", finishedAt: null }),
    ]);
  });

  it("stand in its stream for the step of the attempt", () => {
    const emits: RunEventBody[] = [
      { type: "step-end", step: "queue", state: "succeeded" },
      { type: "step-end", step: "execute", state: "failed" },
      { type: "output", step: "execute", stream: "system", text: "restarted" },
      { type: "step-start", step: "execute", attempt: 2 },
      { type: "state", state: "running" },
    ];
    expect(toldTransitions("execution", emits)).toEqual(emits);
    expect(toldTransitions("meeting", emits)).toEqual([
      emits[0],
      { type: "output", step: "queue", stream: "system", text: "restarted" },
      emits[4],
    ]);
  });

  it("end with the run where a phase was left open", () => {
    const [, open] = processingSteps(phaseBegan([], "execute", 2_000), ENDED);
    expect(open).toMatchObject({ state: "failed", finishedAt: "1970-01-01T00:00:09.000Z" });
  });
});
