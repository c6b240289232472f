/** What is simulated: each world is a module that unfolds a case from its seed. */
import type { CaseOptions, Verdict } from "./verdict.ts";

export type Simulate = (seed: number, options?: CaseOptions) => Promise<Verdict>;

/** Their addresses, because a bug is planted in all modules that one imports. */
export const WORLDS = {
  runs: new URL("./simulation.ts", import.meta.url).href,
  leave: new URL("./leave.ts", import.meta.url).href,
} as const;
export type WorldName = keyof typeof WORLDS;

/** Loads the modules of that world alone. */
export async function simulationOf(world: WorldName): Promise<Simulate> {
  const module: { simulate: Simulate } = await import(WORLDS[world]);
  return module.simulate;
}
