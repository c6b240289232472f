/** All hostile Python programs, family by family. */
import type { HostileProgram } from "../program.ts";
import { ESCAPES } from "./escapes.ts";
import { MEMORY, OUTPUT, STACKS } from "./exhaustion.ts";
import { LOOPING, NATIVE_LOOPS, SLEEPING } from "./loops.ts";
import { MACHINERY } from "./machinery.ts";
import { HARD_SOURCES, INPUTS, RAISED, RESULTS } from "./values.ts";

export const PYTHON_PROGRAMS: readonly HostileProgram[] = [
  ...ESCAPES,
  ...MACHINERY,
  ...LOOPING,
  ...NATIVE_LOOPS,
  ...SLEEPING,
  ...MEMORY,
  ...STACKS,
  ...OUTPUT,
  ...RESULTS,
  ...RAISED,
  ...HARD_SOURCES,
  ...INPUTS,
];
