/** What the examples see of their sandbox. Type-checks this folder only; the platform owns the real declarations. */
declare module "runyard" {
  export const args: readonly string[];
  export const stdin: {
    /** Everything that has not been read yet. */
    text(): string | Promise<string>;
    /** The remaining lines, without their line ends. */
    lines(): Iterable<string> | AsyncIterable<string>;
    /** The next line, or `null` at the end. */
    line(): string | null | Promise<string | null>;
  };
  /** Text of one of the run's own files. */
  export function readTextFile(name: string): string | Promise<string>;
  /** Writes to stdout without adding a line end. */
  export function write(text: string): void;
}

declare module "*.md" {
  const text: string;
  export default text;
}

interface Console {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}
declare const console: Console;

declare function setTimeout(callback: () => void, delayMs?: number): number;
declare function clearTimeout(timer: number): void;
declare function setInterval(callback: () => void, delayMs?: number): number;
declare function clearInterval(timer: number): void;
