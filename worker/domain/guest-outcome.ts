/**
 * How a guest program ended. A guest's failure is data: it never becomes an exception of the host.
 */

export const ERROR_CATEGORIES = [
  "syntax",
  "type",
  "import",
  "lint",
  "test",
  "runtime",
  "resource",
  "infrastructure",
] as const;
export type ErrorCategory = (typeof ERROR_CATEGORIES)[number];

export const LIMIT_NAMES = ["time", "fuel", "memory", "stack", "output", "host-calls"] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** An error as a developer wants to see it: positions point into the program's own files, from 1. */
export interface ProgramError {
  readonly category: ErrorCategory;
  /** The error's name, for example `TypeError`. */
  readonly name: string;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly stack: string | null;
}

export interface Usage {
  readonly fuel: number;
  /** Peak of the guest's linear memory. */
  readonly memoryBytes: number;
  /** From the start of the guest to its end. */
  readonly wallMs: number;
  readonly outputBytes: number;
  readonly hostCalls: number;
  /** What the program asked of models; left out where it asked nothing. */
  readonly models?: ModelSpending | undefined;
}

/** Tokens and cost of all calls of models together. */
export interface ModelSpending {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Millionths of a US dollar; null where the cost of one of them is not known. */
  readonly costMicros: number | null;
}

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export type GuestOutcome =
  /** Ran to its end. `result` is the value of `export default` or of the last expression, as data; `undefined` when there is none. */
  | { readonly kind: "completed"; readonly result: JsonValue | undefined }
  | { readonly kind: "threw"; readonly error: ProgramError }
  | { readonly kind: "limit"; readonly limit: LimitName; readonly error: ProgramError }
  | { readonly kind: "cancelled" };
