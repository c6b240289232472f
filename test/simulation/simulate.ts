/**
 * `npm run simulate -- --seeds 100000`: unfolds so many cases on all cores, after the kept ones. `--from N` begins at
 * another seed, `--seed N` unfolds one and prints what happened, `--world leave` simulates calls of models by leave instead
 * of lanes and runs. A failure is printed with its seed and made smaller.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort } from "node:worker_threads";
import { shrink } from "./shrink.ts";
import { inThreads } from "./threads.ts";
import type { Verdict } from "./verdict.ts";
import { simulationOf, WORLDS, type WorldName } from "./worlds.ts";

const KEPT = new URL("./kept-seeds.json", import.meta.url);
const DEFAULT_SEEDS = 2_000;
/** Cases that a thread takes at once. */
const PORTION = 50;
/** So many failures say enough. */
const FAILURES_MAX = 5;
const SECOND_MS = 1_000;

export interface KeptSeed {
  readonly seed: number;
  /** `runs` unless it says otherwise. */
  readonly world?: WorldName;
  /** What went wrong with it, before it was mended. */
  readonly was: string;
}

interface Task {
  readonly world: WorldName;
  readonly seeds: readonly number[];
}

interface Portion {
  readonly failures: readonly Verdict[];
  readonly cases: number;
  readonly steps: number;
  readonly faults: number;
}

async function unfold({ world, seeds }: Task): Promise<Portion> {
  const simulate = await simulationOf(world);
  const failures: Verdict[] = [];
  let [steps, faults] = [0, 0];
  for (const seed of seeds) {
    const verdict = await simulate(seed);
    steps += verdict.steps;
    faults += verdict.struck.length;
    if (verdict.violation !== null) failures.push(verdict);
  }
  return { failures, cases: seeds.length, steps, faults };
}

async function report(world: WorldName, failing: Verdict): Promise<void> {
  const { seed, violation, struck, trace } = await shrink(failing, await simulationOf(world));
  console.error(
    `\nseed ${seed}: ${failing.violation}\nmade smaller: ${violation}\nwith ${struck.length} faults and parts:`,
  );
  for (const name of struck) console.error(`  ${name}`);
  for (const line of trace) console.error(line);
  console.error(`\nAgain: npm run simulate -- --world ${world} --seed ${seed}`);
}

async function unfoldAll(world: WorldName, seeds: readonly number[], threads: number): Promise<Portion> {
  const tasks: Task[] = [];
  for (let start = 0; start < seeds.length; start += PORTION)
    tasks.push({ world, seeds: seeds.slice(start, start + PORTION) });
  const total = { failures: [] as Verdict[], cases: 0, steps: 0, faults: 0 };
  await inThreads<Task, Portion>({
    ...{ script: import.meta.url, threads, tasks },
    onAnswer: ({ failures, cases, steps, faults }) => {
      total.failures.push(...failures);
      total.cases += cases;
      total.steps += steps;
      total.faults += faults;
      return total.failures.length < FAILURES_MAX;
    },
  });
  return total;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      world: { type: "string", default: "runs" },
      ...{ seeds: { type: "string" }, from: { type: "string" }, seed: { type: "string" } },
    },
  });
  if (!(values.world in WORLDS)) throw new Error(`--world takes one of ${Object.keys(WORLDS).join(", ")}`);
  const world = values.world as WorldName;
  if (values.seed !== undefined) {
    const simulate = await simulationOf(world);
    const { trace, violation, steps } = await simulate(Number(values.seed), { isTracing: true });
    for (const line of trace) console.log(line);
    console.log(`\nseed ${values.seed}: ${violation ?? "nothing went wrong"} (${steps} events)`);
    process.exitCode = violation === null ? 0 : 1;
    return;
  }
  const all: KeptSeed[] = JSON.parse(readFileSync(KEPT, "utf8"));
  const kept = all.filter((each) => (each.world ?? "runs") === world);
  const from = Number(values.from ?? 1);
  const count = Number(values.seeds ?? DEFAULT_SEEDS);
  if (!Number.isInteger(from) || !Number.isInteger(count) || count < 1) {
    throw new Error("--seeds and --from take whole numbers, such as --seeds 2000 --from 1");
  }
  const startedAt = Date.now();
  const fresh = Array.from({ length: count }, (_, index) => from + index);
  const total = await unfoldAll(world, [...kept.map(({ seed }) => seed), ...fresh], availableParallelism());
  const seconds = (Date.now() - startedAt) / SECOND_MS;
  const figures = `${total.cases} cases (${kept.length} kept), ${total.steps} events, ${total.faults} faults and deeds`;
  console.log(`${figures}, ${total.failures.length} failures, ${seconds.toFixed(1)} s`);
  for (const failing of total.failures.slice(0, FAILURES_MAX)) await report(world, failing);
  process.exitCode = total.failures.length === 0 ? 0 : 1;
}

if (isMainThread) await main();
else {
  parentPort!.on("message", (task: Task) => {
    void unfold(task).then((portion) => parentPort!.postMessage(portion));
  });
}
