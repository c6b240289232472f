/**
 * Measures the JavaScript engine against its bars and against what people use today, side by side in one run:
 * `npm run bench:sandbox`, or some parts of it: `npm run bench:sandbox -- sources`. The peers are installed beside this
 * file on first use. Compare the ratios.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEngineWorker } from "../../../scripts/bare-engine.ts";
import { WORKERD_ENVIRONMENT } from "../../../scripts/python/workerd-environment.ts";
import { type Burst, burst, ms, printTable, quantile, repeat, timed } from "../measure.ts";
import { HOSTILE_GROUPS } from "./hostile.ts";
import { burners, neighbourRows, nobody, requests } from "./neighbours.ts";
import { ORDINARY, TRIVIAL } from "./programs.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const WARM_UP = 200;
const SEQUENTIAL = 500;
const CLIENTS = 100;
const BURST_RUNS = 2_000;
/** Slow peers are asked less often. */
const SPAWNS = 60;

interface Endpoint {
  readonly name: string;
  run(code: string): Promise<unknown>;
  stop(): Promise<void>;
}

function client(url: string) {
  return async (code: string) => {
    const answer = await fetch(url, { method: "POST", body: code });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}

async function startPeer(name: string): Promise<Endpoint> {
  const child: ChildProcess = spawn(process.execPath, ["--no-node-snapshot", join(HERE, "peers.ts"), name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`${name} exited with ${code}`)));
    child.stdout!.once("data", (data) => resolve(String(data).trim()));
  });
  return {
    name,
    run: client(`http://127.0.0.1:${port}/`),
    stop: async () => {
      child.removeAllListeners("exit");
      child.kill();
    },
  };
}

interface Speed {
  readonly name: string;
  readonly alone: readonly number[];
  readonly busy: Burst;
  readonly ordinary: readonly number[];
}

async function speedOf(peer: Endpoint): Promise<Speed> {
  const times = peer.name === "spawn node" ? SPAWNS : SEQUENTIAL;
  const total = peer.name === "spawn node" ? SPAWNS * 2 : BURST_RUNS;
  const expected = peer.name === "nothing" ? 0 : 2;
  const trivial = async () => {
    const value = await peer.run(TRIVIAL);
    if (value !== expected) throw new Error(`${peer.name} answered ${JSON.stringify(value)}`);
  };
  await burst(10, Math.min(WARM_UP, total), trivial);
  const alone = await repeat(times, trivial);
  const busy = await burst(CLIENTS, total, trivial);
  const ordinary = peer.name === "nothing" ? [0] : await repeat(20, () => peer.run(ORDINARY));
  return { name: peer.name, alone, busy, ordinary };
}

function speedRows(speeds: readonly Speed[]): string[][] {
  const ours = speeds[0]!;
  const ratio = (a: number, b: number) => (a / b).toFixed(2);
  return speeds.map(({ name, alone, busy, ordinary }) => [
    name,
    `${ms(quantile(alone, 0.5))} / ${ms(quantile(alone, 0.99))}`,
    `${(1_000 / (alone.reduce((sum, each) => sum + each, 0) / alone.length)).toFixed(0)}`,
    busy.perSecond.toFixed(0),
    ms(quantile(busy.samples, 0.99)),
    ratio(busy.perSecond, ours.busy.perSecond),
    ms(quantile(ordinary, 0.5)),
  ]);
}

type Ask = <T>(path: string) => Promise<T>;

/** Pings while `work` is under way. */
async function pingsDuring(ask: Ask, work: Promise<unknown>): Promise<number[]> {
  let isDone = false;
  const finished = work.finally(() => {
    isDone = true;
  });
  const samples: number[] = [];
  while (!isDone) {
    samples.push(await timed(() => ask("/ping")));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await finished;
  return samples;
}

interface Loop {
  readonly overMs: number;
  readonly fuel: number;
}

async function barRows(origin: string, coldMs: number, ours: Speed): Promise<string[][]> {
  const ask: Ask = async (path) => {
    const text = await (await fetch(origin + path)).text();
    return (text === "pong" ? text : JSON.parse(text)) as never;
  };
  const run = client(`${origin}/run`);
  const loops = (count: number, ms: number) =>
    Promise.all(Array.from({ length: count }, () => ask<Loop>(`/loop?ms=${ms}`)));
  const streams: { firstMs: number; lagMs: number[] }[] = [];
  for (let turn = 0; turn < 5; turn++) streams.push(await ask("/stream"));
  const lag = streams.flatMap(({ lagMs }) => lagMs);
  const cancels: number[] = [];
  for (let turn = 0; turn < 20; turn++) cancels.push(await ask("/cancel"));
  const alone = await loops(1, 1_000);
  const ten = loops(10, 3_000);
  const pings = await pingsDuring(ask, ten);
  const fuels = (await ten).map(({ fuel }) => fuel);
  const fifty = loops(50, 3_000);
  const pingsOfFifty = await pingsDuring(ask, fifty);
  const two = loops(2, 6_000);
  const beside = await burst(20, 1_500, () => run(TRIVIAL));
  await two;
  const quiet = await burst(20, 1_500, () => run(TRIVIAL));
  const calls = await ask<Record<"synchronousUs" | "emptyUs" | "awaitedUs" | "rowsUs", number>>("/host-calls");
  const types = await ask<number[]>("/typescript");
  const over = (ended: readonly Loop[]) => `${Math.max(...ended.map(({ overMs }) => overMs))} ms`;
  const us = (value: number) => `${value.toFixed(2)} µs`;
  return [
    ["trivial run, fresh instance, p50", ms(quantile(ours.alone, 0.5)), "≤ 2 ms"],
    ["runs a second at 100 at once", ours.busy.perSecond.toFixed(0), "≥ 800"],
    ["first run of a cold server", ms(coldMs), "≤ 30 ms"],
    [
      "first line of a tight loop, p50",
      ms(
        quantile(
          streams.map(({ firstMs }) => firstMs),
          0.5,
        ),
      ),
      "≤ 100 ms",
    ],
    ["lag of output, p95", ms(quantile(lag, 0.95)), "≤ 20 ms"],
    ["cancel, worst of 20", ms(Math.max(...cancels)), "≤ 50 ms"],
    ["over the deadline: 1 loop", over(alone), "≤ 20 ms"],
    ["over the deadline: worst of 10 loops at once", over(await ten), "≤ 20 ms"],
    ["over the deadline: worst of 50 loops at once", over(await fifty), ""],
    ["ten endless loops: ping p95", ms(quantile(pings, 0.95)), "≤ 70 ms"],
    [
      "ten endless loops: spread of their fuel",
      `${((Math.max(...fuels) / Math.min(...fuels) - 1) * 100).toFixed(1)} %`,
      "≤ 10 %",
    ],
    ["fifty endless loops: ping p95", ms(quantile(pingsOfFifty, 0.95)), ""],
    ["two endless loops and 20 clients, runs a second", beside.perSecond.toFixed(0), "≥ 400"],
    ["the same clients without the loops", quiet.perSecond.toFixed(0), ""],
    ["synchronous host call, an empty function's time left out", us(calls.synchronousUs - calls.emptyUs), "≤ 1 µs"],
    ["awaited host call (schema, journal, promise)", us(calls.awaitedUs), ""],
    ["awaited host call with 100 rows, there and back", us(calls.rowsUs), "≤ 300 µs"],
    ["1,000 lines of TypeScript, warm, p50", ms(quantile(types.slice(10), 0.5)), "≤ 5 ms"],
  ];
}

const NEIGHBOUR_COLUMNS =
  "server|beside|trivial run, p50 / p99 / worst|p99 to quiet|ping, p50 / p99 / worst|p99 to quiet";

const neighbour = (origin: string) => {
  const run = client(`${origin}/run`);
  return { run: () => run(TRIVIAL), ping: async () => (await fetch(`${origin}/ping`)).text() };
};

/** The engine's neighbours, and those of isolated-vm under the same endless loops. */
async function hostileRows(origin: string): Promise<string[][]> {
  const group = (name: string, key: keyof typeof HOSTILE_GROUPS) =>
    requests(name, (forMs) =>
      HOSTILE_GROUPS[key].map((_, program) => fetch(`${origin}/hostile?group=${key}&program=${program}&ms=${forMs}`)),
    );
  const rows = await neighbourRows("Runyard's engine", neighbour(origin), [
    ...[nobody, burners, group("10 endless loops", "loops"), group("10 loops of native work", "natives")],
    group("10 loops that sleep for 1 ms before they must pause", "naps"),
  ]);
  const peer = await startPeer("isolated-vm");
  const loops = requests("10 endless loops", () => Array.from({ length: 10 }, () => peer.run("for (;;) ;")));
  rows.push(
    ...(await neighbourRows("isolated-vm", { run: () => peer.run(TRIVIAL), ping: null }, [nobody, burners, loops])),
  );
  await peer.stop();
  return rows;
}

/** The engine's neighbours while large files of TypeScript are read. */
function sourceRows(origin: string): Promise<string[][]> {
  const sources = requests("large sources, one after the other", (forMs) => [fetch(`${origin}/sources?ms=${forMs}`)]);
  return neighbourRows("Runyard's engine", neighbour(origin), [nobody, sources]);
}

async function peerSpeeds(): Promise<Speed[]> {
  const speeds: Speed[] = [];
  for (const name of ["nothing", "node vm", "isolated-vm", "@sebastianwessel/quickjs", "spawn node"]) {
    const peer = await startPeer(name);
    speeds.push(await speedOf(peer));
    await peer.stop();
  }
  return speeds;
}

const PARTS = ["speed", "bars", "neighbours", "sources"];

function askedParts(): readonly string[] {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !PARTS.includes(name));
  if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(", ")}; there are ${PARTS.join(", ")}`);
  return asked.length === 0 ? PARTS : asked;
}

async function main(): Promise<void> {
  const parts = askedParts();
  if (!existsSync(join(HERE, "node_modules"))) {
    execFileSync("npm", ["ci", "--ignore-scripts"], { cwd: HERE, stdio: ["ignore", "ignore", "inherit"] });
  }
  Object.assign(process.env, WORKERD_ENVIRONMENT);
  const bare = await startEngineWorker(join(HERE, "engine-worker.ts"));
  try {
    const run = client(`${bare.origin}/run`);
    const coldMs = await timed(() => run(TRIVIAL));
    if (parts.includes("speed") || parts.includes("bars")) {
      const ours = await speedOf({ name: "Runyard's engine", run, stop: async () => {} });
      if (parts.includes("speed")) {
        printTable(
          ["", "trivial, alone, p50 / p99", "runs/s", "runs/s, 100 at once", "p99", "ratio", "ordinary program, p50"],
          speedRows([ours, ...(await peerSpeeds())]),
        );
        console.log();
      }
      if (parts.includes("bars")) printTable(["figure", "value", "bar"], await barRows(bare.origin, coldMs, ours));
      console.log();
    }
    const rows = parts.includes("neighbours") ? await hostileRows(bare.origin) : [];
    if (parts.includes("sources")) rows.push(...(await sourceRows(bare.origin)));
    if (rows.length > 0) printTable(NEIGHBOUR_COLUMNS.split("|"), rows);
  } finally {
    await bare.stop();
  }
}

await main();
