/** Runs leave nothing behind in their process; `test/bench/sandbox-leak.ts` draws the curve of many more. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BareEngine, startBareEngine } from "../../../scripts/bare-engine.ts";

const MEBIBYTE = 2 ** 20;
const RUNS = 500;
/** A quarter of what as many instances would hold that nobody let go: each has touched 1 MiB. */
const GROWTH_BYTES = (RUNS / 4) * MEBIBYTE;

let engine: BareEngine;
beforeAll(async () => {
  engine = await startBareEngine();
}, 60_000);
afterAll(() => engine.stop());

it("holds no instances of 500 runs that are over, completed or killed", { timeout: 120_000 }, async () => {
  const programs = ["new Uint8Array(2 ** 20).fill(1).length", "new Uint8Array(2 ** 20).fill(1); for (;;);"].map(
    (code) => ({ entry: "main.js", files: { "main.js": code }, limits: { fuel: 200_000 } }),
  );
  const runs = async (count: number) => {
    for (let done = 0; done < count; done += programs.length) {
      const results = await engine.run(programs);
      expect(results.map(({ outcome }) => outcome.kind)).toEqual(["completed", "limit"]);
    }
  };
  await runs(RUNS / 5);
  const before = engine.residentBytes();
  await runs(RUNS);
  expect(engine.residentBytes() - before).toBeLessThan(GROWTH_BYTES);
});
