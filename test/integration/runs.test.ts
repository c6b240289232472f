import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { LANE_WAITING_MAX, laneObjectName } from "../../worker/domain/lane.ts";
import { EMPTY_QUEUE } from "../../worker/domain/queue-state.ts";
import { acceptedAnswerSchema, executeAnswerSchema, runListSchema } from "../../worker/domain/run-schema.ts";
import { SANDBOX_GLOBALS } from "../../worker/domain/sandbox-globals.ts";
import { ASYNC, detail, FOREVER, program, start } from "../support/runs.ts";
import { api, createTenant, freshDatabase, problemOf, readStream, type Tenant, until } from "../support/workerd.ts";

const { RUN_EXECUTOR, RUN_QUEUE, DB } = bindings as unknown as Env;
let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
  bo = await createTenant("bo");
});

/** As text: an object literal would set its prototype. */
const FILE_NAMED_PROTO = '{"language":"javascript","files":{"main.js":"1","__proto__":"2"},"entry":"main.js"}';

async function execute(tenant: Tenant, body: unknown) {
  const answer = await api(tenant, "/api/execute", body);
  expect(answer.status).toBe(200);
  return executeAnswerSchema.parse(await answer.json());
}

describe("POST /api/execute", () => {
  it("runs a program and answers with its output, result and usage", async () => {
    const answer = await execute(
      ana,
      program('console.log("out"); console.error("err"); export default { sum: 1 + 2 };'),
    );
    expect(answer).toMatchObject({
      state: "succeeded",
      success: true,
      stdout: "out\n",
      stderr: "err\n",
      result: { sum: 3 },
      error: null,
      limitReached: null,
      usage: { outputBytes: 8, hostCalls: 0 },
    });
    expect(answer.usage?.fuel).toBeGreaterThan(0);
  });

  it("answers 200 with the position of the error when the program fails", async () => {
    const code = 'const a = 1;\n\nfunction inner() { throw new RangeError("too far"); }\ninner();\n';
    const answer = await execute(ana, program(code));
    expect(answer).toMatchObject({
      state: "failed",
      success: false,
      error: { category: "runtime", name: "RangeError", message: "too far", file: "main.ts", line: 3 },
    });
  });

  it("runs several files with input, arguments and data", async () => {
    const answer = await execute(ana, {
      language: "typescript",
      entry: "app.ts",
      files: {
        "app.ts": `import { stdin, args, readTextFile } from "runyard";
          import { shout } from "./lib/shout";
          console.log(shout(await stdin.text()), args.join("+"), (await readTextFile("data.csv")).split("\\n").length);`,
        "lib/shout.ts": "export const shout = (text: string) => text.trim().toUpperCase();",
        "data.csv": "a,b\n1,2\n3,4",
      },
      stdin: "hello\n",
      args: ["x", "y"],
    });
    expect(answer.stdout).toBe("HELLO x+y 3\n");
  });

  it.each([
    ["time", "while (true) {}", { timeoutMs: 200 }, "timed-out"],
    ["fuel", "while (true) {}", { fuel: 50_000 }, "failed"],
    [
      "memory",
      "const rows = []; while (true) rows.push(new Array(1000).fill(1));",
      { memoryBytes: 16 * 2 ** 20 },
      "failed",
    ],
    ["output", 'while (true) console.log("x".repeat(100));', { outputBytes: 2_048 }, "failed"],
    ["stack", "const f = () => f() + 1; f();", {}, "failed"],
  ])("ends a program at its %s limit and says so", async (limit, code, limits, state) => {
    const answer = await execute(ana, program(code, { limits }));
    expect(answer).toMatchObject({ state, success: false, limitReached: limit, error: { category: "resource" } });
  });

  it("offers the globals that the guide lists, and no way out", async () => {
    const code = `export default {
      missing: ${JSON.stringify(SANDBOX_GLOBALS)}.filter((name) => !(name in globalThis)),
      doors: ["fetch", "process", "require", "Deno", "WebAssembly", "XMLHttpRequest", "std", "os"].filter((name) => name in globalThis),
    };`;
    expect((await execute(ana, program(code))).result).toEqual({ missing: [], doors: [] });
  });

  it("answers 202 at once when asked to, and the run goes on", async () => {
    const runId = await start(ana, program("export default 7"));
    const run = await until(
      () => detail(ana, runId),
      (each) => each.state === "succeeded",
    );
    expect(run).toMatchObject({ result: 7, success: true, attempts: 1, waitingFor: null, cost: null });
    expect(run.steps.map((step) => step.state)).toEqual(["succeeded", "succeeded"]);
  });

  it("finds the same run when a request is repeated with its Idempotency-Key", async () => {
    const send = (code: string) => api(ana, "/api/execute", program(code), { ...ASYNC, "idempotency-key": "k-1" });
    const [first, second] = await Promise.all([send("1"), send("1")]);
    const a = acceptedAnswerSchema.parse(await first.json());
    const b = acceptedAnswerSchema.parse(await second.json());
    expect(b.runId).toBe(a.runId);
    const third = await send("2");
    expect(third.status).toBe(422);
    expect((await problemOf(third)).code).toBe("idempotency-key-reused");
    const rows = await DB.prepare("SELECT count(*) AS count FROM runs").first<{ count: number }>();
    expect(rows?.count).toBe(1);
  });

  it.each([
    ["an unknown language", program("1", { language: "cobol" }), 422, "invalid-request", "language"],
    ["an empty program", program("  "), 422, "invalid-request", "code"],
    ["a 5 MB program", program("x".repeat(5_000_000)), 422, "invalid-request", "code"],
    ["limits out of range", program("1", { limits: { fuel: -1 } }), 422, "invalid-request", "limits.fuel"],
    [
      "a climbing file name",
      { language: "typescript", files: { "../x.ts": "1" } },
      422,
      "invalid-request",
      "files.../x.ts",
    ],
    ["malformed JSON", '{"language":', 400, "malformed-json", undefined],
    ["bytes that are no UTF-8", Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]), 400, "malformed-json", undefined],
    ["half of a surrogate pair", program("1", { stdin: "\ud800" }), 422, "invalid-request", "stdin"],
    ["a file named __proto__", FILE_NAMED_PROTO, 422, "invalid-request", "files.__proto__"],
    [
      "a field named __proto__",
      '{"language":"javascript","code":"1","__proto__":{}}',
      422,
      "invalid-request",
      "__proto__",
    ],
    ["a body of 17 MB", JSON.stringify(program("x".repeat(17_000_000))), 413, "payload-too-large", undefined],
  ])("refuses %s with a clear problem and stores nothing", async (_, body, status, code, path) => {
    const answer = await api(ana, "/api/execute", body);
    expect(answer.status).toBe(status);
    const problem = await problemOf(answer);
    expect(problem.code).toBe(code);
    if (path) expect(problem.errors?.map((error) => error.path)).toContain(path);
    const rows = await DB.prepare("SELECT count(*) AS count FROM runs").first<{ count: number }>();
    expect(rows?.count).toBe(0);
  });

  it.each([
    ["a syntax error", "const a = 1;\nlet b = = 2;", { category: "syntax", file: "main.ts", line: 2 }],
    ["a namespace", "const a = 1;\nnamespace Shapes { export const b = 2; }", { category: "syntax", line: 2 }],
    [
      "a package that is not there",
      'const a = 1;\nimport _ from "lodash";\n_.chunk([]);',
      { category: "import", line: 2 },
    ],
  ])("names the place of %s in the program", async (_, code, error) => {
    const answer = await execute(ana, program(code));
    expect(answer).toMatchObject({ state: "failed", error });
  });
});

describe("a lane", () => {
  it("runs one run of a repository at a time and explains why the next one waits", async () => {
    const lane = "repository:web";
    const first = await start(ana, program(FOREVER, { lane }));
    const second = await start(ana, program("export default 2", { lane }));
    expect((await detail(ana, second)).state).toBe("queued");
    expect((await detail(ana, second)).waitingFor).toBe(`Waiting for run ${first}; 1st of 1 in its lane.`);
    await api(ana, `/api/runs/${first}/cancel`, {});
    const run = await until(
      () => detail(ana, second),
      (each) => each.state === "succeeded",
    );
    expect(run.result).toBe(2);
    expect((await detail(ana, first)).state).toBe("cancelled");
  });

  it("keeps lanes of the same name in two workspaces apart", async () => {
    const lane = "repository:web";
    const mine = await start(ana, program(FOREVER, { lane }));
    const theirs = await execute(bo, program("export default 1", { lane }));
    expect(theirs.state).toBe("succeeded");
    await api(ana, `/api/runs/${mine}/cancel`, {});
  });

  it("takes a queued run out of the line when it is cancelled", async () => {
    const lane = "repository:web";
    const first = await start(ana, program(FOREVER, { lane }));
    const second = await start(ana, program("1", { lane }));
    const cancelled = await api(ana, `/api/runs/${second}/cancel`, {});
    expect(cancelled.status).toBe(202);
    expect(await detail(ana, second)).toMatchObject({ state: "cancelled", startedAt: null, waitingFor: null });
    await api(ana, `/api/runs/${first}/cancel`, {});
    await until(
      () => detail(ana, first),
      (each) => each.state === "cancelled",
    );
  });
});

describe("a run that waits for memory", () => {
  const MIB = 2 ** 20;
  const HOLD =
    "const a = new Uint8Array(90 * 2 ** 20); console.log('holds'); await new Promise((f) => setTimeout(f, 300_000));";
  const logOf = async (runId: string) => (await api(ana, `/api/runs/${runId}/log.txt`)).text();

  it("says so, goes on in its turn, and can be cancelled", { timeout: 40_000 }, async () => {
    // Should the test fail, the memory is free again before others need it.
    const first = await start(ana, program(HOLD, { limits: { memoryBytes: 96 * MIB, timeoutMs: 30_000 } }));
    await until(
      () => logOf(first),
      (log) => log.includes("holds"),
    );
    const second = await start(ana, program("console.log('went on')"));
    const third = await start(ana, program("console.log('never')"));
    const waiting = "Waiting for memory that other programs hold.";
    for (const runId of [second, third]) {
      await until(
        () => logOf(runId),
        (log) => log.includes(waiting),
      );
    }
    expect((await api(ana, `/api/runs/${third}/cancel`, {})).status).toBe(202);
    const ended = await until(
      () => detail(ana, third),
      ({ finishedAt }) => finishedAt !== null,
    );
    expect(ended).toMatchObject({ state: "cancelled" });
    await api(ana, `/api/runs/${first}/cancel`, {});
    const state = await until(
      () => detail(ana, second),
      ({ finishedAt }) => finishedAt !== null,
    );
    expect(state).toMatchObject({ state: "succeeded" });

    expect(await logOf(second)).toMatch(/^Waiting for memory .*\nThe wait is over, after [\d.]+ s\.\nwent on\n$/);
  });
});

describe("a full lane", () => {
  const lane = "repository:full";
  const lanes = () => RUN_QUEUE.get(RUN_QUEUE.idFromName(laneObjectName(ana.workspaceId, lane)));
  /** Writes entries as the queue would have, then makes it load them. */
  const inLane = async (write: (sql: SqlStorage) => void) => {
    const restarted = runInDurableObject(lanes() as never, async (_: unknown, state: DurableObjectState) => {
      write(state.storage.sql);
      await state.storage.sync();
      state.abort("restart");
    });
    await restarted.catch(() => {});
  };

  it("refuses a run with 429 and keeps nothing of it, so that the same request succeeds later", async () => {
    await lanes().describeWait("none");
    await inLane((sql) => {
      const state = { ...EMPTY_QUEUE, nextOrdinal: LANE_WAITING_MAX + 2, nextEpoch: 2 };
      sql.exec(
        "INSERT INTO lane VALUES (1, ?)",
        JSON.stringify({ ...state, address: { workspaceId: ana.workspaceId, lane } }),
      );
      for (let ordinal = 1; ordinal <= LANE_WAITING_MAX + 1; ordinal++) {
        const claim = ordinal === 1 ? { epoch: 1, claimedAt: 0 } : {};
        const waits = { priority: "normal", ordinal, enqueuedAt: 0, sortKey: 0, hold: null, expiresAt: null };
        const entry = { runId: `run_${ordinal}`, ...waits, ...claim };
        sql.exec("INSERT INTO entries VALUES (?, ?)", entry.runId, JSON.stringify(entry));
      }
    });
    const send = () => api(ana, "/api/execute", program("1", { lane }), { ...ASYNC, "idempotency-key": "full" });
    const refused = await send();
    expect(refused.status).toBe(429);
    expect((await problemOf(refused)).code).toBe("lane-full");
    expect(refused.headers.get("retry-after")).not.toBeNull();
    expect(runListSchema.parse(await (await api(ana, "/api/runs")).json()).runs).toEqual([]);

    await inLane((sql) => sql.exec("DELETE FROM entries"));
    const accepted = await send();
    expect(accepted.status).toBe(202);
    const { runId } = acceptedAnswerSchema.parse(await accepted.json());
    const { frames } = await readStream(ana, runId);
    const seqs = frames.flatMap((frame) => frame.events ?? []).map((event) => event.seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });
});

describe("a run's executor", () => {
  it("goes on as a new attempt when its object is lost in the middle, and says so in the log", async () => {
    const code = `for (let i = 0; i < 20; i++) { console.log("line " + i); await new Promise((done) => setTimeout(done, 50)); }`;
    const runId = await start(ana, program(code));
    await until(
      () => detail(ana, runId),
      (each) => each.lastSeq > 8,
    );
    const stub = RUN_EXECUTOR.get(RUN_EXECUTOR.idFromName(runId));
    await runInDurableObject(stub as never, (_: unknown, state: DurableObjectState) => state.abort("gone")).catch(
      () => {},
    );
    const run = await until(
      () => detail(ana, runId),
      (each) => each.state === "succeeded",
    );
    expect(run.attempts).toBe(2);
    expect(run.attemptHistory.map(({ number, ending }) => [number, ending])).toEqual([
      [1, "lost"],
      [2, "succeeded"],
    ]);
    expect(run.attemptHistory[0]?.endedAt).toBe(run.attemptHistory[1]?.startedAt);
    const { frames } = await readStream(ana, runId);
    const events = frames.flatMap((frame) => frame.events ?? []);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.some((event) => event.stream === "system" && event.text?.includes("Attempt 2 of 4"))).toBe(true);
  });

  it("carries a run on while the database is away, and lists it when it is back", async () => {
    await DB.exec("ALTER TABLE runs RENAME TO runs_away");
    const lane = "repository:web";
    const first = await execute(ana, program('console.log("still here"); export default 1', { lane }));
    expect(first).toMatchObject({ state: "succeeded", stdout: "still here\n", result: 1 });
    // The lane lets go of it all the same.
    expect((await execute(ana, program("export default 2", { lane }))).state).toBe("succeeded");
    await DB.exec("ALTER TABLE runs_away RENAME TO runs");
    const list = async () => runListSchema.parse(await (await api(ana, "/api/runs")).json()).runs;
    const runs = await until(list, (each) => each.length === 2);
    expect(runs.map((run) => run.state)).toEqual(["succeeded", "succeeded"]);
  });

  it("stores the program, the output and the result in the database", async () => {
    const answer = await execute(ana, program('console.log("kept"); export default [1, 2]'));
    const row = await DB.prepare("SELECT state, result, usage, finished_at FROM runs WHERE id = ?")
      .bind(answer.runId)
      .first();
    expect(row).toMatchObject({ state: "succeeded", result: "[1,2]" });
    const file = await DB.prepare("SELECT text FROM run_files WHERE run_id = ?").bind(answer.runId).first();
    expect(file?.["text"]).toContain('console.log("kept")');
    const output = await DB.prepare("SELECT events FROM run_output WHERE run_id = ?").bind(answer.runId).all();
    expect(JSON.stringify(output.results)).toContain("kept");
  });
});

describe("the stream", () => {
  it("gives every event once, in order, without a gap, from any position", async () => {
    const answer = await execute(ana, program('for (let i = 1; i <= 500; i++) console.log("line " + i);'));
    const whole = await readStream(ana, answer.runId);
    expect(whole.code).toBe(1000);
    const events = whole.frames.flatMap((frame) => frame.events ?? []);
    expect(events.map((event) => event.seq)).toEqual(Array.from(events, (_, index) => index + 1));
    const text = events.filter((event) => event.type === "output").map((event) => event.text);
    expect(text.join("")).toBe(answer.stdout);
    expect(whole.frames.at(-1)).toEqual({ type: "end", seq: events.length, state: "succeeded" });
    const rest = await readStream(ana, answer.runId, 250);
    expect(rest.frames.flatMap((frame) => frame.events ?? [])).toEqual(events.slice(250));
  });

  it("shows output while a tight loop still runs", async () => {
    const runId = await start(ana, program(FOREVER));
    const answer = await api(ana, `/api/runs/${runId}/stream`, undefined, { upgrade: "websocket" });
    const socket = answer.webSocket!;
    const seen = new Promise<void>((resolve) => {
      socket.addEventListener("message", (event) => {
        if (String(event.data).includes('"output"')) resolve();
      });
    });
    socket.accept();
    await seen;
    expect((await detail(ana, runId)).state).toBe("running");
    await api(ana, `/api/runs/${runId}/cancel`, {});
    await until(
      () => detail(ana, runId),
      (each) => each.state === "cancelled",
    );
  });

  it.each([
    ["a foreign origin", { upgrade: "websocket", origin: "https://evil.example" }, "", 403, "bad-origin"],
    ["a plain request", {}, "", 426, "upgrade-required"],
    ["a position that is no number", { upgrade: "websocket" }, "?after=-1", 422, "invalid-request"],
  ])("refuses %s", async (_, headers, query, status, code) => {
    const { runId } = await execute(ana, program("1"));
    const answer = await api(ana, `/api/runs/${runId}/stream${query}`, undefined, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect((await problemOf(answer)).code).toBe(code);
  });
});

describe("/api/runs", () => {
  it("lists newest first, page by page, without a gap or a repeat", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.unshift((await execute(ana, program(`${index}`))).runId);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const answer: Response = await api(ana, `/api/runs?limit=2&cursor=${cursor}`);
      const page = runListSchema.parse(await answer.json());
      seen.push(...page.runs.map((run) => run.id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(ids);
  });

  it("retries a run with the same program and input", async () => {
    const first = await execute(
      ana,
      program('import { stdin } from "runyard"; export default await stdin.text()', { stdin: "in" }),
    );
    const answer = await api(ana, `/api/runs/${first.runId}/retry`, {});
    expect(answer.status).toBe(202);
    const { runId } = acceptedAnswerSchema.parse(await answer.json());
    const run = await until(
      () => detail(ana, runId),
      (each) => each.state === "succeeded",
    );
    expect(run).toMatchObject({ result: "in", retryOf: first.runId });
  });

  it("gives the log as plain text", async () => {
    const { runId } = await execute(ana, program('console.log("a"); console.error("b")'));
    const answer = await api(ana, `/api/runs/${runId}/log.txt`);
    expect(answer.headers.get("content-type")).toContain("text/plain");
    expect(await answer.text()).toBe("a\nb\n");
  });

  it("refuses to cancel a run that has ended", async () => {
    const { runId } = await execute(ana, program("1"));
    const answer = await api(ana, `/api/runs/${runId}/cancel`, {});
    expect(answer.status).toBe(409);
    expect((await problemOf(answer)).code).toBe("run-finished");
  });

  it.each(["!!!", "cnVuX3g", "%00"])("refuses the cursor %s", async (cursor) => {
    const answer = await api(ana, `/api/runs?cursor=${cursor}`);
    expect(answer.status).toBe(400);
    expect((await problemOf(answer)).code).toBe("bad-cursor");
  });

  it("shows a foreign run exactly like one that does not exist", async () => {
    const { runId } = await execute(ana, program("1"));
    const absent = `run_${"0".repeat(32)}`;
    const shape = async (answer: Response) => ({ ...(await problemOf(answer)), requestId: "" });
    for (const [path, body] of [
      ["", undefined],
      ["/log.txt", undefined],
      ["/cancel", {}],
      ["/retry", {}],
    ] as const) {
      const foreign = await api(bo, `/api/runs/${runId}${path}`, body);
      expect(foreign.status).toBe(404);
      expect(await shape(foreign)).toEqual(await shape(await api(bo, `/api/runs/${absent}${path}`, body)));
    }
    expect(runListSchema.parse(await (await api(bo, "/api/runs")).json()).runs).toEqual([]);
  });
});
