/**
 * The guest's `console`. Owns format strings, streams, groups, counters and timers; `inspect.ts` prints values.
 * `log`, `info`, `debug`, `table`, `dir`, `group`, `count` and `time` write to stdout; `warn`, `error`, `trace` and
 * `assert` to stderr.
 */
import { type GuestHost, STDERR, STDOUT } from "./guest-host.ts";
import { inspect } from "./inspect.ts";
import { ownFrames } from "./stack.ts";
import { table } from "./table.ts";

/** One call of the host carries at most this many UTF-16 units, so that a huge text cannot stall it. */
const CHUNK_CHARS = 32_768;

/** Writes any text: lone surrogates become U+FFFD, long texts go in pieces that never split a character. */
export function writeText(host: Pick<GuestHost, "write">, stream: number, text: string): void {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + CHUNK_CHARS, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last < 0xdc00) end -= 1;
    const chunk = start === 0 && end === text.length ? text : text.slice(start, end);
    host.write(stream, chunk.toWellFormed());
    start = end;
  }
}

export function format(args: readonly unknown[]): string {
  const [first, ...rest] = args;
  if (typeof first !== "string" || rest.length === 0 || !first.includes("%")) return args.map(show).join(" ");
  const text = first.replace(/%[sdifjoOc%]/g, (directive) => {
    if (directive === "%%") return "%";
    return rest.length === 0 ? directive : convert(directive, rest.shift());
  });
  return [text, ...rest.map(show)].join(" ");
}

const show = (value: unknown) => (typeof value === "string" ? value : inspect(value));

/** True for an object whose `toString` is a program's own. */
function hasOwnText(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Error) return false;
  const { toString } = value as { toString?: unknown };
  return typeof toString === "function" && !/\[native code\]/.test(Function.prototype.toString.call(toString));
}

function convert(directive: string, value: unknown): string {
  switch (directive) {
    case "%s":
      if (typeof value === "function" || hasOwnText(value)) return String(value);
      return typeof value === "object" ? inspect(value, { depth: 0 }) : show(value);
    case "%d":
      return numeric(value, (other) => Number(other));
    case "%i":
      return numeric(value, (other) => Number.parseInt(String(other), 10));
    case "%f":
      return numeric(value, (other) => Number.parseFloat(String(other)));
    case "%j":
      return String(JSON.stringify(value));
    case "%c":
      return "";
    default:
      return inspect(value, { depth: directive === "%o" ? 4 : 2 });
  }
}

/** Objects are no numbers here: what they would convert to is for them to say, and may throw. */
function numeric(value: unknown, convertPrimitive: (value: unknown) => number): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") return "NaN";
  return inspect(convertPrimitive(value));
}

export function createConsole(host: Pick<GuestHost, "write" | "now">): Record<string, (...args: never[]) => void> {
  let indentation = "";
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  const print = (stream: number, text: string) => {
    const indented = indentation === "" ? text : indentation + text.replaceAll("\n", `\n${indentation}`);
    writeText(host, stream, `${indented}\n`);
  };
  const printer =
    (stream: number) =>
    (...args: unknown[]) =>
      print(stream, format(args));
  const [log, error] = [printer(STDOUT), printer(STDERR)];
  const elapsed = (label: string) => {
    const start = timers.get(label);
    return start === undefined ? null : `${label}: ${Math.round((host.now() - start) * 1000) / 1000}ms`;
  };
  const group = (...args: unknown[]) => {
    if (args.length > 0) log(...args);
    indentation += "  ";
  };
  return {
    log,
    info: printer(STDOUT),
    debug: printer(STDOUT),
    warn: printer(STDERR),
    error,
    trace(...args: unknown[]) {
      const frames = ownFrames(new Error().stack);
      print(STDERR, ["Trace", format(args)].filter((part) => part !== "").join(": ") + (frames && `\n${frames}`));
    },
    assert(condition: unknown, ...args: unknown[]) {
      if (condition) return;
      const [first, ...rest] = args;
      if (typeof first === "string") error(`Assertion failed: ${first}`, ...rest);
      else error("Assertion failed", ...args);
    },
    dir(value: unknown, options?: { depth?: number | null }) {
      const depth = options?.depth === null ? Number.POSITIVE_INFINITY : (options?.depth ?? 2);
      print(STDOUT, inspect(value, { depth }));
    },
    dirxml: log,
    table(value: unknown, columns?: readonly string[]) {
      print(STDOUT, typeof value === "object" && value !== null ? table(value, columns) : format([value]));
    },
    group,
    groupCollapsed: group,
    groupEnd() {
      indentation = indentation.slice(2);
    },
    count(label: unknown = "default") {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      log(`${label}: ${count}`);
    },
    countReset(label: unknown = "default") {
      counts.delete(String(label));
    },
    time(label: unknown = "default") {
      timers.set(String(label), host.now());
    },
    timeLog(label: unknown = "default", ...args: unknown[]) {
      const text = elapsed(String(label));
      if (text !== null) log(text, ...args);
    },
    timeEnd(label: unknown = "default") {
      const text = elapsed(String(label));
      if (text !== null) log(text);
      timers.delete(String(label));
    },
    clear() {},
  };
}
