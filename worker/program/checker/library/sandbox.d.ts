/**
 * What the sandbox adds to the standard library, as programs see it. The globals are those of
 * `worker/domain/sandbox-globals.ts`; a test compares each with what the engine really has.
 */

interface Console {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  trace(...values: unknown[]): void;
  assert(condition?: unknown, ...values: unknown[]): void;
  dir(value?: unknown, options?: { depth?: number | null }): void;
  dirxml(...values: unknown[]): void;
  table(value?: unknown, columns?: readonly string[]): void;
  group(...values: unknown[]): void;
  groupCollapsed(...values: unknown[]): void;
  groupEnd(): void;
  count(label?: string): void;
  countReset(label?: string): void;
  time(label?: string): void;
  timeLog(label?: string, ...values: unknown[]): void;
  timeEnd(label?: string): void;
  clear(): void;
}
declare const console: Console;

/** Prints the question and reads a line of stdin; null behind its end. */
declare function prompt(question?: unknown): string | null;

// biome-ignore lint/suspicious/noExplicitAny: a callback may take whatever is handed on to it
type TimerCallback = (...args: any[]) => unknown;
declare function setTimeout(callback: TimerCallback, delayMs?: number, ...args: unknown[]): number;
declare function setInterval(callback: TimerCallback, delayMs?: number, ...args: unknown[]): number;
declare function setImmediate(callback: TimerCallback, ...args: unknown[]): number;
declare function clearTimeout(timer?: number | null): void;
declare function clearInterval(timer?: number | null): void;
declare function clearImmediate(timer?: number | null): void;
declare function queueMicrotask(callback: () => unknown): void;

declare function structuredClone<T>(value: T): T;

type BufferSource = ArrayBufferLike | ArrayBufferView;

declare class TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: "utf-8" | "utf-16le";
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(bytes?: BufferSource, options?: { stream?: boolean }): string;
}

declare function atob(base64: string): string;
declare function btoa(bytes: string): string;

declare class URL {
  constructor(address: string | URL, base?: string | URL);
  static canParse(address: string | URL, base?: string | URL): boolean;
  static parse(address: string | URL, base?: string | URL): URL | null;
  href: string;
  readonly origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  readonly searchParams: URLSearchParams;
  hash: string;
  toString(): string;
  toJSON(): string;
}

declare class URLSearchParams {
  constructor(init?: string | Iterable<readonly [string, unknown]> | Record<string, unknown> | URLSearchParams);
  readonly size: number;
  append(name: string, value: unknown): void;
  delete(name: string, value?: unknown): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: unknown): boolean;
  set(name: string, value: unknown): void;
  sort(): void;
  forEach(callback: (value: string, name: string, owner: URLSearchParams) => unknown, self?: unknown): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
  toString(): string;
  toJSON(): string;
}

interface AbortEvent {
  readonly type: "abort";
  readonly target: AbortSignal;
}
type AbortListener = ((event: AbortEvent) => unknown) | { handleEvent(event: AbortEvent): unknown };

declare class AbortSignal {
  static abort(reason?: unknown): AbortSignal;
  static timeout(ms: number): AbortSignal;
  static any(signals: Iterable<AbortSignal>): AbortSignal;
  readonly aborted: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it is, the program has to know
  readonly reason: any;
  onabort: ((event: AbortEvent) => unknown) | null;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: AbortListener, options?: { once?: boolean } | boolean): void;
  removeEventListener(type: "abort", listener: AbortListener): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

interface Crypto {
  /** From the run's seed: reproducible, so nothing may be protected by it. */
  getRandomValues<T extends ArrayBufferView>(target: T): T;
  randomUUID(): string;
  readonly subtle: { digest(algorithm: string | { name: string }, data: BufferSource): Promise<ArrayBuffer> };
}
declare const crypto: Crypto;

interface Performance {
  now(): number;
  readonly timeOrigin: number;
}
declare const performance: Performance;

declare module "runyard" {
  export const args: readonly string[];
  /** The names of the run's files. */
  export const files: readonly string[];
  export const stdin: {
    /** Everything that has not been read yet. */
    text(): string;
    /** The remaining lines, without their ends. */
    lines(): string[];
    /** The next line without its end; null behind the last one. */
    line(): string | null;
  };
  /** The text of one of the run's files. */
  export function readTextFile(name: string): string;
  /** Writes to stdout, without a line end. */
  export function write(text: unknown): void;
  export function writeError(text: unknown): void;
  /** Calls a capability that is granted to the run, by its name. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever it is, the program has to know
  export function call(capability: string, input: unknown, options?: { signal?: AbortSignal | null }): Promise<any>;
  const runyard: {
    readonly args: typeof args;
    readonly files: typeof files;
    readonly stdin: typeof stdin;
    readTextFile: typeof readTextFile;
    write: typeof write;
    writeError: typeof writeError;
    call: typeof call;
  };
  export default runyard;
}
