/**
 * How long a neighbour waits while others take what they can get: its p99 beside hostile programs against its p99 in
 * quiet. The same is asked of what does not depend on us: two processes that only burn the machine's two cores, and
 * isolated-vm, which gives each program a thread of its own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { ms, quantile, timed } from "../measure.ts";

const WINDOW_MS = 8_000;
/** Hostile programs are under way, and the first ones were compiled. */
const SETTLE_MS = 500;
const PAUSE_MS = 5;
const CORES = 2;

export interface Neighbour {
  /** A trivial run. */
  run(): Promise<unknown>;
  /** A request that runs nothing; null where the server has none. */
  readonly ping: (() => Promise<unknown>) | null;
}

/** What runs beside the neighbour: begins, and ends by itself or is ended. */
export interface Beside {
  readonly name: string;
  start(forMs: number): { stop(): Promise<unknown> };
}

interface Waits {
  readonly run: readonly number[];
  readonly ping: readonly number[];
}

export const nobody: Beside = { name: "quiet", start: () => ({ stop: async () => {} }) };

export const burners: Beside = {
  name: `${CORES} processes that burn the cores`,
  start() {
    const children = Array.from({ length: CORES }, (): ChildProcess => spawn(process.execPath, ["-e", "for (;;) ;"]));
    return {
      async stop() {
        for (const child of children) child.kill();
      },
    };
  },
};

/** Requests that take long, whose answers matter to nobody here. */
export function requests(name: string, send: (forMs: number) => readonly Promise<unknown>[]): Beside {
  return {
    name,
    start(forMs) {
      const sent = Promise.allSettled(send(forMs));
      return { stop: () => sent };
    },
  };
}

async function sample(request: () => Promise<unknown>, until: number): Promise<number[]> {
  const samples: number[] = [];
  while (performance.now() < until) {
    samples.push(await timed(request));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return samples;
}

async function waitsBeside(neighbour: Neighbour, beside: Beside): Promise<Waits> {
  const others = beside.start(WINDOW_MS + 2 * SETTLE_MS);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const until = performance.now() + WINDOW_MS;
  const { ping } = neighbour;
  const [run, pings] = await Promise.all([
    sample(() => neighbour.run(), until),
    ping === null ? [] : sample(ping, until),
  ]);
  await others.stop();
  return { run, ping: pings };
}

/** A row for each of what runs beside; the first is the quiet that the others are compared with. */
export async function neighbourRows(
  server: string,
  neighbour: Neighbour,
  besides: readonly Beside[],
): Promise<string[][]> {
  const rows: string[][] = [];
  let quiet: Waits | null = null;
  for (const beside of besides) {
    const waits = await waitsBeside(neighbour, beside);
    quiet ??= waits;
    rows.push([server, beside.name, ...cells(waits.run, quiet.run), ...cells(waits.ping, quiet.ping)]);
  }
  return rows;
}

function cells(samples: readonly number[], quiet: readonly number[]): string[] {
  if (samples.length === 0) return ["–", "–"];
  const p99 = quantile(samples, 0.99);
  const figures = `${ms(quantile(samples, 0.5))} / ${ms(p99)} / ${ms(Math.max(...samples))}`;
  return [figures, (p99 / quantile(quiet, 0.99)).toFixed(1)];
}
