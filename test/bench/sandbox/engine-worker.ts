/**
 * The JavaScript engine behind a bare endpoint, in workerd: no queue, no database. Part of the benchmark, not of the
 * product. Measurements that a client could not make without its own way in them are made here.
 */

import * as z from "zod";
import { defineCapability } from "../../../worker/domain/capability.ts";
import type { GuestOutcome } from "../../../worker/domain/guest-outcome.ts";
import { DEFAULT_LIMITS, type Limits } from "../../../worker/domain/program.ts";
import { createJavaScriptEngine } from "../../../worker/sandbox/javascript/engine.ts";
import { quickJsModule } from "../../../worker/sandbox/javascript/quickjs-module.ts";
import { atOnce } from "../../../worker/sandbox/javascript/steps.ts";
import { transpile } from "../../../worker/sandbox/javascript/transpile.ts";
import { HOSTILE_GROUPS, type HostileProgram, largeSource } from "./hostile.ts";

/** As with `npm start`. */
const MEMORY_BYTES = 2 ** 30;

const engine = createJavaScriptEngine(quickJsModule, MEMORY_BYTES);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const clock = { now: () => Date.now(), sleep };

const echo = defineCapability({
  name: "echo",
  summary: "Answers its input at once.",
  input: z.unknown(),
  output: z.unknown(),
  implementation: async (input) => input,
});

interface Options {
  readonly limits?: Partial<Limits>;
  readonly signal?: AbortSignal;
  readonly onOutput?: (text: string) => void;
}

function execute(code: string, options: Options = {}) {
  return executeFiles({ language: "javascript", files: { "main.js": code } }, options);
}

function executeFiles({ language, files }: HostileProgram, { limits, signal, onOutput }: Options = {}) {
  return engine.execute({
    program: { language, entry: language === "typescript" ? "main.ts" : "main.js", files, stdin: "", args: [] },
    limits: { ...DEFAULT_LIMITS, ...limits },
    seed: "bench",
    clock,
    signal: signal ?? new AbortController().signal,
    replay: null,
    capabilities: [echo],
    onOutput: (_stream, text) => onOutput?.(text),
    onNotice: () => undefined,
  });
}

function resultOf(outcome: GuestOutcome): unknown {
  if (outcome.kind !== "completed") throw new Error(JSON.stringify(outcome));
  return outcome.result;
}

/** A loop that prints the guest's clock: when its first line came, and how old each was. */
async function stream() {
  const startedAt = Date.now();
  let firstMs = 0;
  const lagMs: number[] = [];
  await execute(
    "const end = Date.now() + 1000; for (let n = 0; Date.now() < end; n++) if (n % 2000 === 0) console.log(Date.now());",
    {
      onOutput: (text) => {
        firstMs ||= Date.now() - startedAt;
        lagMs.push(Date.now() - Number(text.trimEnd().split("\n").at(-1)));
      },
    },
  );
  return { firstMs, lagMs };
}

async function cancel() {
  const stop = new AbortController();
  const running = execute("for (;;) ;", { signal: stop.signal });
  await sleep(50);
  const startedAt = Date.now();
  stop.abort();
  await running;
  return Date.now() - startedAt;
}

/**
 * An endless loop until its deadline: how late it ended, and how much work it got. Each is a request of its own, as each
 * run is in an object of its own: of one request, workerd fires a timer a millisecond, and each would wait for the others'.
 */
async function loop(timeoutMs: number) {
  const startedAt = Date.now();
  const { usage } = await execute("for (;;) ;", { limits: { timeoutMs } });
  return { overMs: Date.now() - startedAt - timeoutMs, fuel: usage.fuel };
}

/** One hostile program, for so long. */
async function hostile(group: keyof typeof HOSTILE_GROUPS, program: number, timeoutMs: number): Promise<string> {
  const limits = { timeoutMs, memoryBytes: 40 * 2 ** 20 };
  return (await executeFiles(HOSTILE_GROUPS[group][program]!, { limits })).outcome.kind;
}

/** One large source after the other, for so long. Answers how many. */
async function sources(forMs: number): Promise<number> {
  const endsAt = Date.now() + forMs;
  let turns = 0;
  for (; Date.now() < endsAt; turns++) resultOf((await executeFiles(largeSource(turns))).outcome);
  return turns;
}

async function hostCalls() {
  const rows = JSON.stringify(
    Array.from({ length: 100 }, (_, i) => ({ id: i, a: "text", b: i * 2, c: true, d: null })),
  );
  const microseconds = async (calls: number, head: string, body: string) =>
    ((await wall(`${head}; for (let i = 0; i < ${calls}; i++) ${body};`)) * 1_000) / calls;
  const importCall = 'import { call } from "runyard"';
  return {
    synchronousUs: await microseconds(300_000, "const f = performance.now", "f()"),
    emptyUs: await microseconds(300_000, "const f = () => 0", "f()"),
    awaitedUs: await microseconds(5_000, importCall, 'await call("echo", 1)'),
    rowsUs: await microseconds(200, `${importCall}; const rows = ${rows}`, 'await call("echo", rows)'),
  };
}

/** Milliseconds of one run. */
async function wall(code: string): Promise<number> {
  const startedAt = Date.now();
  resultOf((await execute(code)).outcome);
  return Date.now() - startedAt;
}

/** 1,000 lines, each a typed function. */
function typescript() {
  const line = (i: number) =>
    `export function f${i}(a: number, b?: string): Record<string, number> { return { [b ?? "k"]: a as number }; }`;
  const samples: number[] = [];
  for (let turn = 0; turn < 30; turn++) {
    const source = Array.from({ length: 1_000 }, (_, i) => line(i + turn)).join("\n");
    const startedAt = performance.now();
    atOnce(transpile("main.ts", source));
    samples.push(performance.now() - startedAt);
  }
  return samples;
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const number = (name: string) => Number(searchParams.get(name));
    switch (pathname) {
      case "/run":
        return Response.json(resultOf((await execute(await request.text())).outcome) ?? null);
      case "/ping":
        return new Response("pong");
      case "/stream":
        return Response.json(await stream());
      case "/cancel":
        return Response.json(await cancel());
      case "/loop":
        return Response.json(await loop(number("ms")));
      case "/hostile": {
        const group = searchParams.get("group") as keyof typeof HOSTILE_GROUPS;
        return Response.json(await hostile(group, number("program"), number("ms")));
      }
      case "/sources":
        return Response.json(await sources(number("ms")));
      case "/host-calls":
        return Response.json(await hostCalls());
      case "/typescript":
        return Response.json(typescript());
      default:
        return new Response(null, { status: 404 });
    }
  },
};
