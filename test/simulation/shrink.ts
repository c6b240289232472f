/** Makes a failing case smaller: takes away faults and parts of it as long as it still fails. */
import type { Verdict } from "./verdict.ts";
import type { Simulate } from "./worlds.ts";

/** Enough to leave a handful of faults of some hundred. */
const TRIALS_MAX = 400;

export async function shrink(failing: Verdict, run: Simulate): Promise<Verdict> {
  let best = failing;
  let spared: readonly string[] = [];
  let trials = 0;
  const trial = async (more: readonly string[]): Promise<boolean> => {
    trials += 1;
    const verdict = await run(failing.seed, { spared: new Set([...spared, ...more]) });
    if (verdict.violation === null) return false;
    spared = [...spared, ...more];
    best = verdict;
    return true;
  };
  // From the end: what came after the failure goes in few trials.
  for (let size = Math.ceil(best.struck.length / 2); size >= 1 && trials < TRIALS_MAX; size = Math.floor(size / 2)) {
    for (let end = best.struck.length; end > 0 && trials < TRIALS_MAX; ) {
      const part = best.struck.slice(Math.max(0, end - size), end);
      end -= size;
      if (await trial(part)) end = Math.min(end, best.struck.length);
    }
  }
  return run(failing.seed, { spared: new Set(spared), isTracing: true });
}
