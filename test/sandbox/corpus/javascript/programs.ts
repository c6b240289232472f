/** All hostile JavaScript and TypeScript programs, family by family. */
import type { HostileProgram } from "../program.ts";
import { ASYNCHRONOUS } from "./asynchronous.ts";
import { ESCAPES } from "./escapes.ts";
import { MEMORY } from "./memory.ts";
import { MODULES } from "./modules.ts";
import { NATIVE_LOOPS } from "./natives.ts";
import { OUTPUT } from "./output.ts";
import { POISONING } from "./poisoning.ts";
import { SOURCES } from "./sources.ts";
import { STACKS } from "./stack.ts";
import { RESULTS } from "./values.ts";

export const JAVASCRIPT_PROGRAMS: readonly HostileProgram[] = [
  ...ESCAPES,
  ...POISONING,
  ...NATIVE_LOOPS,
  ...MEMORY,
  ...STACKS,
  ...OUTPUT,
  ...RESULTS,
  ...ASYNCHRONOUS,
  ...MODULES,
  ...SOURCES,
];
