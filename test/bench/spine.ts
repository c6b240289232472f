/**
 * Measures the whole way of a run through the product, against the self-host launcher: `npm run bench`.
 * Compare the ratios; the milliseconds are this machine's. The peers run in the same process mix: an endpoint of the
 * same server that does nothing, and a fresh `node` for the same program.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import WebSocket from "ws";
import { type RunningServer, startServer } from "../../scripts/server.ts";
import { burst, printTable, quantile, repeat, timed } from "./measure.ts";

const WARM_UP = 100;
const SEQUENTIAL = 300;
const BURST_CLIENTS = 100;
const BURST_RUNS = 1_000;
const REPEATS = 10;

type Frame = { events?: { type: string; text?: string; at: string }[]; type?: "end"; state?: string };

function clientOf({ url, credentials }: RunningServer) {
  const headers = { authorization: `Bearer ${credentials.apiToken}`, "content-type": "application/json" };
  const post = async (path: string, body: object, extra: Record<string, string> = {}) => {
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { ...headers, ...extra },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<{ runId: string; state: string; success?: boolean }>;
  };
  return {
    nothing: async () => void (await (await fetch(`${url}/healthz`)).text()),
    run: async (code: string) => {
      const answer = await post("/api/execute", { language: "javascript", code });
      if (!answer.success) throw new Error(`a run of the benchmark ended as ${answer.state}`);
    },
    start: (code: string) => post("/api/execute", { language: "javascript", code }, { prefer: "respond-async" }),
    cancel: (runId: string) => post(`/api/runs/${runId}/cancel`, {}),
    watch: (runId: string) => new WebSocket(`${url.replace("http", "ws")}/api/runs/${runId}/stream`, { headers }),
  };
}

type Client = ReturnType<typeof clientOf>;

const LOOP =
  "let n = 0; const end = Date.now() + 2000; while (Date.now() < end) if (++n % 20000 === 0) console.log(Date.now());";
const ENDLESS = "let n = 0; while (true) if (++n % 20000 === 0) console.log(n);";

/** From submitting a tight loop to its first line, and how old each line is when it arrives. */
async function tightLoop(client: Client): Promise<{ firstLineMs: number; lagMs: number[] }> {
  const startedAt = performance.now();
  const { runId } = await client.start(LOOP);
  const socket = client.watch(runId);
  const lagMs: number[] = [];
  let firstLineMs = 0;
  await new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", resolve);
    socket.on("message", (data) => {
      const now = Date.now();
      const frame: Frame = JSON.parse(String(data));
      const lines = (frame.events ?? []).filter((event) => event.type === "output");
      if (lines.length > 0) firstLineMs ||= performance.now() - startedAt;
      const last = lines.at(-1);
      if (last?.text) lagMs.push(now - Number(last.text));
    });
  });
  // What was printed before the socket was open is older than the way of a line.
  return { firstLineMs, lagMs: lagMs.slice(3) };
}

/** From the cancel request to the end of the stream. */
async function stopEndless(client: Client): Promise<number> {
  const { runId } = await client.start(ENDLESS);
  const socket = client.watch(runId);
  await new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => String(data).includes('"output"') && resolve(null));
  });
  const closed = new Promise((resolve) => socket.on("close", resolve));
  return timed(async () => {
    await client.cancel(runId);
    await closed;
  });
}

async function main(): Promise<void> {
  const stateFolder = mkdtempSync(join(tmpdir(), "runyard-bench-"));
  const startedAt = performance.now();
  const server = await startServer({ port: 0, stateFolder, variables: { LOG_LEVEL: "error" } });
  const startMs = performance.now() - startedAt;
  try {
    printTable(["figure", "value", "peer", "ratio"], await measure(clientOf(server), startMs));
  } finally {
    await server.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

async function measure(client: Client, startMs: number): Promise<string[][]> {
  const trivial = () => client.run("1 + 1");
  await repeat(WARM_UP, trivial);
  const nothing = await repeat(SEQUENTIAL, client.nothing);
  const alone = await repeat(SEQUENTIAL, trivial);
  const spawned = await repeat(REPEATS * 2, async () => execFileSync(process.execPath, ["-e", "1 + 1"]));
  const busyNothing = await burst(BURST_CLIENTS, BURST_RUNS, client.nothing);
  const busy = await burst(BURST_CLIENTS, BURST_RUNS, trivial);
  const loops: Awaited<ReturnType<typeof tightLoop>>[] = [];
  for (let index = 0; index < REPEATS; index++) loops.push(await tightLoop(client));
  const lag = loops.flatMap((loop) => loop.lagMs);
  const stops: number[] = [];
  for (let index = 0; index < REPEATS; index++) stops.push(await stopEndless(client));
  const bundle = gzipSync(
    Buffer.concat(["index.js", ...wasmFiles()].map((name) => readFileSync(`dist/${name}`))),
  ).length;

  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const against = (value: number, peer: number) => `${(value / peer).toFixed(2)}`;
  const p50 = quantile(alone, 0.5);
  return [
    [
      "trivial run over HTTP, 1 client, p50",
      ms(p50),
      `empty endpoint ${ms(quantile(nothing, 0.5))}`,
      against(p50, quantile(nothing, 0.5)),
    ],
    [
      "the same, p99",
      ms(quantile(alone, 0.99)),
      `spawn node p50 ${ms(quantile(spawned, 0.5))}`,
      against(p50, quantile(spawned, 0.5)),
    ],
    [
      `${BURST_CLIENTS} clients, p50`,
      ms(quantile(busy.samples, 0.5)),
      `empty endpoint ${ms(quantile(busyNothing.samples, 0.5))}`,
      against(quantile(busy.samples, 0.5), quantile(busyNothing.samples, 0.5)),
    ],
    [
      `${BURST_CLIENTS} clients, p99`,
      ms(quantile(busy.samples, 0.99)),
      `empty endpoint ${ms(quantile(busyNothing.samples, 0.99))}`,
      against(quantile(busy.samples, 0.99), quantile(busyNothing.samples, 0.99)),
    ],
    [
      `${BURST_CLIENTS} clients, runs/s`,
      busy.perSecond.toFixed(0),
      `empty endpoint ${busyNothing.perSecond.toFixed(0)}/s`,
      against(busy.perSecond, busyNothing.perSecond),
    ],
    [
      "submit to first line of a tight loop, p50",
      ms(
        quantile(
          loops.map((loop) => loop.firstLineMs),
          0.5,
        ),
      ),
      "",
      "",
    ],
    ["lag of output, p50 / p95", `${ms(quantile(lag, 0.5))} / ${ms(quantile(lag, 0.95))}`, "", ""],
    ["Stop to stopped, p50 / worst", `${ms(quantile(stops, 0.5))} / ${ms(Math.max(...stops))}`, "", ""],
    ["Worker bundle, gzipped", `${(bundle / 2 ** 20).toFixed(2)} MiB`, "", ""],
    ["server start, database prepared", ms(startMs), "", ""],
  ];
}

function wasmFiles(): string[] {
  return execFileSync("ls", ["dist"], { encoding: "utf8" })
    .split("\n")
    .filter((name) => name.endsWith(".wasm"));
}

await main();
