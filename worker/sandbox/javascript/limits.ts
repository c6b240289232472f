/**
 * The engine's own bounds, and what is said when a run reaches one of its limits.
 * A run's limits come from `domain/program.ts`; the numbers here hold for every run.
 */
import type { LimitName, ProgramError } from "../../domain/guest-outcome.ts";
import type { Limits } from "../../domain/program.ts";

export const WASM_PAGE_BYTES = 65_536;

/** What all guests of an isolate hold together: it may have 128 MB, of which the Worker itself needs some 20. */
export const ISOLATE_MEMORY_BYTES = 96 * 2 ** 20;

/** The guest runs this long before it yields, as far as the clock tells: others wait no longer than that. */
export const SLICE_MS = 5;
/** Fuel between two looks at the clock: 0.1 to 1 ms of work. */
export const FUEL_QUANTUM = 50_000;
/** Where the clock stands still while code computes, a slice ends after so much fuel: some 3 to 20 ms of work. */
export const SLICE_FUEL = 2_000_000;
/**
 * What a new page of memory costs, in fuel, beyond what is then done with it: the system has to find and clear it. By its
 * price alone, 64 MiB take two slices.
 */
export const PAGE_FUEL = 4_000;
/**
 * After a kill the guest may go on for so much fuel, so that the interpreter can unwind by itself and tell the line that
 * it had reached. Then it is stopped by an exception of the host. Less than a millisecond.
 */
export const UNWIND_FUEL = 20_000;

/** QuickJS's own stack. Above 320 KiB the host's stack ends first, which kills the instance. */
export const GUEST_STACK_BYTES = 192 * 1024;

/**
 * Promises that may be rejected at the same time without a handler: the host keeps some 200 bytes for each, which no limit
 * of the guest counts. A program that throws in a hundred thousand async functions before it awaits one has too many.
 */
export const UNHANDLED_REJECTIONS = 50_000;

/** Output that waits for a slice to end. More makes the guest pause for the moment of a flush. */
export const OUTPUT_BUFFER_BYTES = 16 * 1024;

/** What a host call costs the guest, and each answer again: its fixed part and its text, in units of fuel. */
export const hostCallFuel = (text: string) => 500 + Math.ceil(text.length / 16);

/** A sleeping run looks this often at its clock and its signal. */
export const IDLE_CHECK_MS = 1_000;

/** The JSON text of a result, in UTF-8 bytes and in levels of nesting. */
export const RESULT_BYTES = 1_048_576;
export const RESULT_DEPTH = 70;

/** Larger TypeScript files take too long: ordinary code some 0.1 to 0.4 ms for each 1,000 characters, the slowest kind twice. */
export const TYPESCRIPT_CHARS = 150_000;
/** So much of a file is read or written before others have a turn: about a slice. */
export const TYPESCRIPT_STEP_CHARS = 20_000;
/** What is read again to tell where an error or a stopped loop stands: up to 10 ms in which the host does nothing else. */
export const REREAD_CHARS = 50_000;
/**
 * What the host does to hand a file over, in units of fuel for each character: it copies and checks it, and transpiles
 * TypeScript. So a slice ends behind a large file also where the clock stands still.
 */
export const FILE_FUEL_PER_CHAR = { typescript: 12, javascript: 2, json: 2, text: 2 } as const;

const LIMIT_TEXT: Record<LimitName, { name: string; message: (limits: Limits) => string }> = {
  time: {
    name: "TimeLimit",
    message: ({ timeoutMs }) => `stopped: the program ran longer than ${count(timeoutMs)} ms (limit timeoutMs)`,
  },
  fuel: {
    name: "FuelLimit",
    message: ({ fuel }) => `stopped: the program did more work than ${count(fuel)} units of fuel allow (limit fuel)`,
  },
  memory: {
    name: "MemoryLimit",
    message: ({ memoryBytes }) =>
      `stopped: the program needed more memory than ${mebibytes(memoryBytes)} MiB (limit memoryBytes)`,
  },
  stack: {
    name: "StackLimit",
    message: () => "stopped: functions called each other too deeply; is there a recursion without an end?",
  },
  output: {
    name: "OutputLimit",
    message: ({ outputBytes }) =>
      `stopped: the program wrote more than ${count(outputBytes)} bytes (limit outputBytes)`,
  },
  "host-calls": {
    name: "HostCallLimit",
    message: ({ hostCalls }) => `stopped: the program made more than ${count(hostCalls)} host calls (limit hostCalls)`,
  },
};

/** By hand: the first use of the host's `Intl` loads its data, which takes 20 to 100 ms. */
const count = (value: number) => String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
const mebibytes = (bytes: number) => Math.round((bytes / 2 ** 20) * 10) / 10;

/** What a person reads when a limit ended the run. Where the program was then is added where it is known. */
export function limitError(limit: LimitName, limits: Limits): ProgramError {
  const { name, message } = LIMIT_TEXT[limit];
  return { category: "resource", name, message: message(limits), file: null, line: null, column: null, stack: null };
}
