import { describe, expect, it } from "vitest";
import type { RunStateName } from "../../../worker/domain/run.ts";
import {
  RUN_EVENT_TYPES,
  runEventMessage,
  runEventSchema,
  runEventsAfter,
  type ToldRun,
  testEventSchema,
  testMessage,
} from "../../../worker/domain/webhook-events.ts";
import { CREATED_AT, FINISHED_AT, toldRun } from "../../support/told-run.ts";

const run = (state: RunStateName, rest: Partial<ToldRun> = {}) => toldRun("0190", state, rest);

describe("runEventsAfter", () => {
  it("lists what has happened, in order, whatever was told before", () => {
    const path: (RunStateName | null)[] = [null, "queued", "running", "timed-out"];
    const all = ["run.queued", "run.started", "run.timed_out"];
    for (const [to, state] of path.entries()) {
      for (const [from, told] of path.slice(0, to + 1).entries()) {
        if (state !== null) expect(runEventsAfter(run(state), told)).toEqual(all.slice(from, to));
      }
    }
    expect(runEventsAfter(run("cancelled", { startedAt: null }), null)).toEqual(["run.queued", "run.cancelled"]);
  });
});

describe("runEventMessage", () => {
  it("is the same message when it is made later", () => {
    const ended = run("succeeded");
    expect(runEventMessage("ws_1", ended, "run.queued")).toEqual(runEventMessage("ws_1", run("queued"), "run.queued"));
    expect(runEventMessage("ws_1", ended, "run.started")).toEqual(
      runEventMessage("ws_1", run("running"), "run.started"),
    );
  });

  it("has an id of its own for each event of each run, in the characters that a signature allows", () => {
    const ids = RUN_EVENT_TYPES.map((event) => runEventMessage("ws_1", run("failed"), event).id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^msg_0190_[a-z_]+$/);
  });

  it("holds to its schema, tells what went wrong, and stays small", () => {
    const text = "x".repeat(100_000);
    const error = {
      category: "runtime",
      name: text,
      message: text,
      file: null,
      line: 1,
      column: 1,
      stack: text,
    } as const;
    const { body } = runEventMessage("ws_1", run("failed", { error, limitReached: "memory" }), "run.failed");
    const payload = runEventSchema.parse(JSON.parse(body));
    expect(payload).toMatchObject({
      type: "run.failed",
      version: 1,
      timestamp: FINISHED_AT,
      data: { workspaceId: "ws_1", run: { state: "failed", limitReached: "memory", error: { category: "runtime" } } },
    });
    expect(body.length).toBeLessThan(20_000);
  });
});

describe("testMessage", () => {
  it("holds to its schema", () => {
    const message = testMessage("msg_1", "ws_1", "ep_1", CREATED_AT);
    expect(testEventSchema.parse(JSON.parse(message.body))).toMatchObject({
      type: "webhook.test",
      timestamp: CREATED_AT,
    });
  });
});
