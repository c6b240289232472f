/**
 * What the gateway adds to a call of a model: `npm run bench:gateway`, with `-- --calls 200 --seconds 5` in short. One
 * upstream server answers at once in Chat Completions; it is asked directly, through bare Workers, through
 * `POST /v1/chat/completions`, and through Portkey's open-source gateway, which is installed into a temporary folder for that.
 *
 * Each is asked by one connection, call after call, and then at a steady pace over up to {@link CONNECTIONS_MAX}, whatever
 * the answers take; in turns, so that a machine that is slower for a while is so for all of them. The overhead is the difference of medians to asking directly. Read the ratios: the machine is shared by
 * all of them. Answers come whole where Portkey is compared: its 1.15.2 fails on streams under Node 20 and 22 ("TypeError:
 * immutable"). A call that fails is counted, and by its reason, and is no part of any figure.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startServer } from "../../scripts/server.ts";
import { startBareWorker, startPortkey, startUpstream } from "./gateway-peers.ts";
import { ms, printTable, quantile } from "./measure.ts";
import { liftLimit } from "./signed-in.ts";

/** The code that answers is compiled by then, everywhere. */
const WARM_UP_CALLS = 300;
/** More that are open at once say nothing more: what is late waits for one, and its lateness counts. */
const CONNECTIONS_MAX = 512;
const REASON_CHARS = 160;
/** Turns of each. */
const ROUNDS = 4;

const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "1000" },
    "per-second": { type: "string", default: "500" },
    seconds: { type: "string", default: "20" },
  },
});

interface Target {
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether streams are asked for, too. */
  readonly streams: boolean;
}

interface Sample {
  /** Until the first bytes of the answer's body. */
  readonly firstMs: number;
  readonly wholeMs: number;
}

interface Taken {
  readonly samples: Sample[];
  /** How many failed, by the reason. */
  readonly failures: Map<string, number>;
}

/** One call, read to its end. Rejects where it is not answered whole. */
function ask({ url, headers }: Target, stream: boolean, agent: Agent): Promise<Sample> {
  const body = JSON.stringify({ model: "m", stream, messages: [{ role: "user", content: "print the primes" }] });
  const type = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const asked = send(url, { method: "POST", agent, headers: { ...type, ...headers } }, (answer) => {
      let firstMs: number | null = null;
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => {
        firstMs ??= performance.now() - startedAt;
        text += piece;
      });
      answer.on("error", reject);
      answer.on("end", () => {
        const isWhole = answer.statusCode === 200 && text.includes(stream ? "[DONE]" : '"finish_reason":"stop"');
        if (isWhole) resolve({ firstMs: firstMs ?? 0, wholeMs: performance.now() - startedAt });
        else reject(new Error(`${answer.statusCode} ${text}`));
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Takes a call's sample, with the time that it was late, or its failure. */
async function take(taken: Taken, calling: Promise<Sample>, lateMs: number): Promise<void> {
  try {
    const { firstMs, wholeMs } = await calling;
    taken.samples.push({ firstMs: firstMs + lateMs, wholeMs: wholeMs + lateMs });
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, REASON_CHARS);
    taken.failures.set(reason, (taken.failures.get(reason) ?? 0) + 1);
  }
}

async function oneByOne(taken: Taken, target: Target, stream: boolean, calls: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let at = 0; at < calls; at++) await take(taken, ask(target, stream, agent), 0);
  agent.destroy();
}

/** Begun at a steady pace: a call that is late in being begun counts from when it should have been. */
async function atPace(taken: Taken, target: Target, stream: boolean): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  const perSecond = Number(values["per-second"]);
  const startedAt = performance.now();
  const calls: Promise<void>[] = [];
  for (let index = 0; index < (perSecond * Number(values.seconds)) / ROUNDS; index++) {
    const due = startedAt + (index * 1_000) / perSecond;
    const waitMs = due - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    calls.push(take(taken, ask(target, stream, agent), Math.max(0, performance.now() - due)));
  }
  await Promise.all(calls);
  agent.destroy();
}

const nothing = (): Taken => ({ samples: [], failures: new Map() });

/** The first row is what was asked directly: the others are what they add to it. */
function report(title: string, targets: readonly Target[], taken: readonly Taken[]): void {
  const p = ({ samples }: Taken, key: keyof Sample, at: number) =>
    samples.length === 0
      ? Number.NaN
      : quantile(
          samples.map((sample) => sample[key]),
          at,
        );
  const [directly] = taken;
  const added = (of: Taken, key: keyof Sample) => ms(p(of, key, 0.5) - p(directly!, key, 0.5));
  const failed = ({ failures }: Taken) => [...failures.values()].reduce((sum, count) => sum + count, 0);
  const rows = targets.map(({ name }, index) => {
    const of = taken[index]!;
    return [
      ...[name, ms(p(of, "wholeMs", 0.5)), added(of, "firstMs"), added(of, "wholeMs"), ms(p(of, "wholeMs", 0.99))],
      String(failed(of)),
    ];
  });
  printTable([title, "p50", "first bytes, added", "whole, added", "p99", "failed"], rows);
  for (const [index, { failures }] of taken.entries())
    for (const [reason, count] of failures) console.log(`\n${targets[index]!.name}, ${count} times: ${reason}`);
  console.log();
}

const folder = mkdtempSync(join(tmpdir(), "runyard-bench-"));
const upstream = await startUpstream();
const bare = await startBareWorker(upstream.url);
const portkey = await startPortkey(join(folder, "portkey"));
const server = await startServer({
  port: 0,
  stateFolder: join(folder, "state"),
  variables: { LOG_LEVEL: "error", OPENAI_BASE_URL: upstream.url, RUNYARD_MODEL: "m" },
});
try {
  await liftLimit(server.url, server.credentials.signInUrl);
  const targets: readonly Target[] = [
    { name: "upstream, directly", url: `${upstream.url}/chat/completions`, streams: true },
    { name: "bare Worker, answers by itself", url: `${bare.url}/at-once`, streams: true },
    { name: "bare Worker, passes on", url: `${bare.url}/`, streams: true },
    { name: "bare Worker, reads and streams", url: `${bare.url}/again`, streams: true },
    {
      name: "Runyard",
      url: `${server.url}/v1/chat/completions`,
      headers: { authorization: `Bearer ${server.credentials.apiToken}` },
      streams: true,
    },
    {
      name: "Portkey",
      url: `${portkey.url}/v1/chat/completions`,
      headers: { authorization: "Bearer x", "x-portkey-provider": "openai", "x-portkey-custom-host": upstream.url },
      streams: false,
    },
  ];
  const loads = [
    ["one connection", (...asked: Parameters<typeof atPace>) => oneByOne(...asked, Number(values.calls) / ROUNDS)],
    [`${values["per-second"]} a second`, atPace],
  ] as const;
  for (const stream of [false, true]) {
    const asked = stream ? targets.filter(({ streams }) => streams) : targets;
    for (const target of asked) await oneByOne(nothing(), target, stream, WARM_UP_CALLS);
    for (const [load, measure] of loads) {
      const taken = asked.map(nothing);
      for (let round = 0; round < ROUNDS; round++)
        for (const [at, target] of asked.entries()) await measure(taken[at]!, target, stream);
      report(`${load}, ${stream ? "streamed" : "whole"}`, asked, taken);
    }
  }
} finally {
  for (const { stop } of [portkey, server, bare, upstream]) await stop();
  rmSync(folder, { recursive: true, force: true });
}
