/**
 * What the gateway adds to a call of a model: `npm run bench:gateway`, with `-- --calls 200 --seconds 5` in short. One
 * upstream server answers at once in Chat Completions; it is asked directly, through `POST /v1/chat/completions`, and
 * through Portkey's open-source gateway, which is installed into a temporary folder for that.
 *
 * Each is asked by one connection, call after call, and then at a steady pace, whatever the answers take. The overhead is
 * the difference of medians to asking directly. Read the ratios: the machine is shared by all of them. Answers come whole
 * where Portkey is compared: its 1.15.2 fails on streams under Node 20 and 22 ("TypeError: immutable").
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startServer } from "../../scripts/server.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { ms, printTable, quantile } from "./measure.ts";
import { liftLimit } from "./signed-in.ts";

const PORTKEY = "@portkey-ai/gateway@1.15.2";
const WARM_UP_CALLS = 100;
const START_WITHIN_MS = 30_000;

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
  readonly headers: Readonly<Record<string, string>>;
}

interface Sample {
  /** Until the first bytes of the answer's body. */
  readonly firstMs: number;
  readonly wholeMs: number;
}

/** One call, read to its end. Throws where it is not answered whole. */
async function ask({ name, url, headers }: Target, stream: boolean): Promise<Sample> {
  const body = { model: "m", stream, messages: [{ role: "user", content: "print the primes" }] };
  const startedAt = performance.now();
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  let firstMs: number | null = null;
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of answer.body!) {
    firstMs ??= performance.now() - startedAt;
    text += decoder.decode(piece as Uint8Array, { stream: true });
  }
  if (answer.status !== 200 || !text.includes(stream ? "[DONE]" : '"finish_reason":"stop"'))
    throw new Error(`${name} answered ${answer.status}: ${text.slice(0, 300)}`);
  return { firstMs: firstMs ?? 0, wholeMs: performance.now() - startedAt };
}

async function oneByOne(target: Target, stream: boolean): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let at = 0; at < Number(values.calls); at++) samples.push(await ask(target, stream));
  return samples;
}

/** Begun at a steady pace: a call that is late in being begun counts from when it should have been. */
async function atPace(target: Target, stream: boolean): Promise<Sample[]> {
  const perSecond = Number(values["per-second"]);
  const startedAt = performance.now();
  const calls = Array.from({ length: perSecond * Number(values.seconds) }, async (_, index) => {
    const due = startedAt + (index * 1_000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    const lateMs = performance.now() - due;
    const { firstMs, wholeMs } = await ask(target, stream);
    return { firstMs: firstMs + lateMs, wholeMs: wholeMs + lateMs };
  });
  return Promise.all(calls);
}

/** What both read of an answer that is not streamed. */
const WHOLE = JSON.stringify({
  ...{ id: "chatcmpl-1", object: "chat.completion", created: 1, model: "m" },
  choices: [{ index: 0, message: { role: "assistant", content: "2, 3, 5, 7" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 },
});

/** Answers as it is asked: Runyard's gateway always asks for a stream, and puts it together. */
async function startUpstream() {
  const frames = chatProtocol.frames().join("");
  const server = createServer((request, response) => {
    let asked = "";
    request
      .on("data", (piece) => {
        asked += piece;
      })
      .on("end", () => {
        const isStream = asked.includes('"stream":true');
        response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
        response.end(isStream ? frames : WHOLE);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

async function startPortkey(folder: string, port: number): Promise<ChildProcess> {
  execFileSync("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", PORTKEY]);
  const file = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  const child = spawn(process.execPath, [file, "--headless", `--port=${port}`], { cwd: folder, stdio: "ignore" });
  const until = performance.now() + START_WITHIN_MS;
  while (!(await fetch(`http://127.0.0.1:${port}/`).catch(() => null))) {
    if (performance.now() > until) throw new Error("Portkey's gateway did not start");
    await sleep(100);
  }
  return child;
}

async function freePort(): Promise<number> {
  const { server } = await startUpstream();
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The first row is what was asked directly: the others are what they add to it. */
function report(title: string, targets: readonly Target[], taken: readonly (readonly Sample[])[]): void {
  const p = (of: readonly Sample[], pick: (sample: Sample) => number, at: number) => quantile(of.map(pick), at);
  const first = ({ firstMs }: Sample) => firstMs;
  const whole = ({ wholeMs }: Sample) => wholeMs;
  const [directly = []] = taken;
  const added = (of: readonly Sample[], pick: (sample: Sample) => number) =>
    ms(p(of, pick, 0.5) - p(directly, pick, 0.5));
  const rows = targets.map(({ name }, index) => {
    const samples = taken[index]!;
    return [
      name,
      ms(p(samples, whole, 0.5)),
      added(samples, first),
      added(samples, whole),
      ms(p(samples, whole, 0.99)),
    ];
  });
  printTable([title, "p50", "first bytes, added", "whole, added", "p99"], rows);
}

const folder = mkdtempSync(join(tmpdir(), "runyard-bench-"));
const upstream = await startUpstream();
const portkeyPort = await freePort();
const portkey = await startPortkey(join(folder, "portkey"), portkeyPort);
const server = await startServer({
  port: 0,
  stateFolder: join(folder, "state"),
  variables: { LOG_LEVEL: "error", OPENAI_BASE_URL: upstream.url, RUNYARD_MODEL: "m" },
});
try {
  await liftLimit(server.url, server.credentials.signInUrl);
  const targets: readonly Target[] = [
    { name: "upstream, directly", url: `${upstream.url}/chat/completions`, headers: {} },
    {
      name: "Runyard",
      url: `${server.url}/v1/chat/completions`,
      headers: { authorization: `Bearer ${server.credentials.apiToken}` },
    },
    {
      name: "Portkey",
      url: `http://127.0.0.1:${portkeyPort}/v1/chat/completions`,
      headers: { authorization: "Bearer x", "x-portkey-provider": "openai", "x-portkey-custom-host": upstream.url },
    },
  ];
  const loads = [
    ["one connection", oneByOne],
    [`${values["per-second"]} a second`, atPace],
  ] as const;
  for (const stream of [false, true]) {
    const asked = stream ? targets.filter(({ name }) => name !== "Portkey") : targets;
    for (const target of asked) for (let at = 0; at < WARM_UP_CALLS; at++) await ask(target, stream);
    for (const [load, measure] of loads) {
      const taken: Sample[][] = [];
      for (const target of asked) taken.push(await measure(target, stream));
      report(`${load}, ${stream ? "streamed" : "whole"}`, asked, taken);
    }
  }
} finally {
  portkey.kill();
  await server.stop();
  upstream.server.closeAllConnections();
  upstream.server.close();
  rmSync(folder, { recursive: true, force: true });
}
