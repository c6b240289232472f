/**
 * `npm run simulate:mutants`: plants each bug in turn and looks for a case that notices it. `--brief` tries the case that
 * is known to notice it first; `--keep` writes down which one did; `--only TEXT` takes those whose names contain it,
 * `--missed` those that no case is known to notice; `--seeds N` gives up after so many cases.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort } from "node:worker_threads";
import { MUTANTS } from "./mutants.ts";
import { simulationWith } from "./planting.ts";
import { inThreads } from "./threads.ts";

const NOTICED = new URL("./noticed-by.json", import.meta.url);
/** A bug that none of so many cases notices counts as missed. */
const SEEDS_MAX = 3_000;
/** After a change of the simulation another case may notice it: a brief look tries so many. */
const BRIEF_SEEDS_MAX = 300;
const SECOND_MS = 1_000;

interface Task {
  readonly name: string;
  readonly seeds: readonly number[];
}

interface Finding {
  readonly name: string;
  /** The first case that noticed; null for none. */
  readonly seed: number | null;
  readonly tried: number;
  readonly violation: string | null;
}

async function hunt({ name, seeds }: Task): Promise<Finding> {
  const simulate = await simulationWith(MUTANTS.find((mutant) => mutant.name === name)!);
  for (const [index, seed] of seeds.entries()) {
    const { violation } = await simulate(seed);
    if (violation !== null) return { name, seed, tried: index + 1, violation };
  }
  return { name, seed: null, tried: seeds.length, violation: null };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      brief: { type: "boolean" },
      keep: { type: "boolean" },
      only: { type: "string" },
      missed: { type: "boolean" },
      seeds: { type: "string" },
    },
  });
  const noticed: Record<string, number> = JSON.parse(readFileSync(NOTICED, "utf8"));
  const count = Number(values.seeds ?? (values.brief ? BRIEF_SEEDS_MAX : SEEDS_MAX));
  const seedsFor = (name: string) => {
    const known = noticed[name];
    const all = Array.from({ length: count }, (_, index) => index + 1);
    return known === undefined ? all : [known, ...all];
  };
  const planted = MUTANTS.filter(({ name }) => name.includes(values.only ?? "") && !(values.missed && name in noticed));
  const startedAt = Date.now();
  const findings: Finding[] = [];
  await inThreads<Task, Finding>({
    script: import.meta.url,
    threads: availableParallelism(),
    tasks: planted.map(({ name }) => ({ name, seeds: seedsFor(name) })),
    onAnswer: (finding) => {
      findings.push(finding);
      const { name, seed, tried, violation } = finding;
      console.log(seed === null ? `MISSED  ${name} (${tried} cases)` : `seed ${seed}\t${name}: ${violation}`);
      if (seed !== null) noticed[name] = seed;
      return true;
    },
  });
  const missed = findings.filter(({ seed }) => seed === null);
  const seconds = (Date.now() - startedAt) / SECOND_MS;
  console.log(`${findings.length} bugs planted, ${missed.length} missed, ${seconds.toFixed(1)} s`);
  if (values.keep) {
    const kept = MUTANTS.flatMap(({ name }) => (noticed[name] === undefined ? [] : [[name, noticed[name]]]));
    writeFileSync(NOTICED, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
  }
  process.exitCode = missed.length === 0 ? 0 : 1;
}

if (isMainThread) await main();
else parentPort!.on("message", (task: Task) => void hunt(task).then((finding) => parentPort!.postMessage(finding)));
