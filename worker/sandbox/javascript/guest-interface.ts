/**
 * What the host and the prelude (the guest code that was installed before the program) call each other for. The order of
 * both lists is the interface: `scripts/engine/engine-image.ts` builds it into the artifact.
 */
import type { Pointer } from "./abi.ts";

/** The host's functions, by their ids; `prelude/guest-host.ts` says what they do. */
export const HOST_FUNCTIONS = ["write", "now", "input", "random", "call", "giveUp"] as const;

/** What the prelude's `install` returns, in that order; `prelude/main.ts` says what they do. */
export const GUEST_FUNCTIONS = [
  "importEntry",
  "watchScript",
  "result",
  "failure",
  "describeFailure",
  "nextTimerAt",
  "runTimer",
  "settleCall",
  "grant",
] as const;
/** What `nextTimerAt` answers instead of a time where the program has failed; each entry into a guest has its price. */
export const PROGRAM_FAILED = -2;
/** What `result` answers instead of JSON text where there is none yet. */
export const UNSETTLED = ["evaluating", "awaiting"] as const;

export type GuestFunction = (typeof GUEST_FUNCTIONS)[number];

/**
 * The property in which the engine keeps an error's frames, `stack` in QuickJS itself: the prelude defines `stack`, which
 * says what the error is, too. As long as the name that it replaces in the engine's file.
 */
export const FRAMES_PROPERTY = "<raw>";

/** What the engine calls the file of text given to `eval` and `new Function`. */
export const EVALUATED_FILE = "<input>";

/** File name of the prelude in stack frames and as an importing module. No program's file can have a colon. */
export const PRELUDE_FILE = "runyard:prelude";

/** Where things are in the memory of a fresh instance. */
export interface ImageAddresses {
  readonly runtime: Pointer;
  readonly context: Pointer;
  readonly functions: Readonly<Record<GuestFunction, Pointer>>;
  /** The 64-bit state of `Math.random`, never zero. */
  readonly randomState: Pointer;
  /** How many jumps and calls the interpreter makes until its next poll: a word of 32 bits. */
  readonly pollCounter: Pointer;
}
