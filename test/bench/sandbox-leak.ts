/**
 * Ten thousand runs in one workerd process, and its resident memory meanwhile: `node test/bench/sandbox-leak.ts [RUNS]`.
 * The programs take turns: short ones, and ones that are stopped at each limit, so that what a killed run leaves behind is
 * in the figures. Exits with 1 above the bar.
 */
import { type BareEngine, startBareEngine } from "../../scripts/bare-engine.ts";
import type { BareRequest } from "../../scripts/bare-engine-worker.ts";

const RUNS = Number(process.argv[2] ?? 10_000);
const AT_ONCE = 10;
const STEPS = 20;
const MEBIBYTE = 2 ** 20;
/** What one process may hold after all runs. */
const BAR_BYTES = 200 * MEBIBYTE;

const small = { fuel: 1_000_000, memoryBytes: 16 * MEBIBYTE, outputBytes: 20_000 };

const PROGRAMS: readonly BareRequest[] = [
  "1 + 1",
  "console.log('hello'); [1, 2, 3].map((n) => n * n)",
  "const list = Array.from({ length: 2000 }, (_, i) => ({ i, text: 'x'.repeat(20) })); JSON.stringify(list).length",
  "for (;;);",
  "throw new Error('thrown')",
  "const all = []; for (;;) all.push({});",
  "const f = () => f() + 1; f()",
  "for (;;) console.log('a line')",
  "await new Promise((done) => setTimeout(done, 1)); 'awake'",
  "await new Promise(() => {})",
].map((code) => ({ entry: "main.js", files: { "main.js": code }, limits: small }));

/** Runs the programs in turn, some at once. */
async function runMany(engine: BareEngine, runs: number): Promise<void> {
  let begun = 0;
  const client = async () => {
    while (begun < runs) {
      begun += PROGRAMS.length;
      await engine.run(PROGRAMS);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

async function main(): Promise<void> {
  const engine = await startBareEngine();
  const curve: number[] = [];
  const note = (runs: number) => {
    const bytes = engine.residentBytes();
    curve.push(bytes);
    console.log(`${String(runs).padStart(6)} runs: ${(bytes / MEBIBYTE).toFixed(1).padStart(6)} MiB resident`);
  };
  try {
    note(0);
    const step = Math.ceil(RUNS / STEPS);
    for (let done = 0; done < RUNS; ) {
      await runMany(engine, step);
      done += step;
      note(done);
    }
    // A heap that is not needed is given back only when the collector looks: one quiet moment, then a last look.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await engine.run([PROGRAMS[0]!]);
    note(RUNS);
  } finally {
    await engine.stop();
  }
  const last = curve.at(-1)!;
  const verdict = last <= BAR_BYTES ? "within" : "above";
  console.log(
    `peak ${(Math.max(...curve) / MEBIBYTE).toFixed(1)} MiB; ${verdict} the bar of ${BAR_BYTES / MEBIBYTE} MiB`,
  );
  if (last > BAR_BYTES) process.exitCode = 1;
}

await main();
