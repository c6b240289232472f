/**
 * The guest's `console`. Owns format strings, streams, groups, counters and timers; `inspect.ts` prints values.
 * `log`, `info`, `debug`, `table`, `dir`, `group`, `count` and `time` write to stdout; `warn`, `error`, `trace` and
 * `assert` to stderr.
 * Invariant: printing throws for nothing that is printed: what cannot be shown says so. It throws where the memory is used up.
 */
import { type GuestHost, STDERR, STDOUT } from "./guest-host.ts";
import { inspect, isOutOfMemory, UNSHOWABLE } from "./inspect.ts";
import { framesOf, ownFrames } from "./stack.ts";
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
    if (rest.length === 0) return directive;
    const value = rest.shift();
    return safely(() => convert(directive, value));
  });
  return [text, ...rest.map(show)].join(" ");
}

/** A table, or the object itself where it does not let itself be read as one. */
function tableOr(value: object, columns: readonly string[] | undefined): string {
  try {
    return table(value, columns);
  } catch (error) {
    if (isOutOfMemory(error)) throw error;
    return inspect(value);
  }
}

const show = (value: unknown) => (typeof value === "string" ? value : inspect(value));

/** What a conversion gives, of which the program may have made anything. */
function safely(text: () => string): string {
  try {
    return text();
  } catch (error) {
    if (isOutOfMemory(error)) throw error;
    return UNSHOWABLE;
  }
}

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

type Methods = Record<string, (...args: never[]) => void>;

/** Instead of what could not be printed. @throws where the memory is used up, which is not for an object to decide */
function unshowable(host: Pick<GuestHost, "write">, stream: number, error: unknown): void {
  if (isOutOfMemory(error)) throw error;
  try {
    host.write(stream, `${UNSHOWABLE}\n`);
  } catch {
    // On the last of the stack, nothing can be printed.
  }
}

export function createConsole(host: Pick<GuestHost, "write" | "now">): Methods {
  let indentation = "";
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  const print = (stream: number, text: string) => {
    const indented = indentation === "" ? text : indentation + text.replaceAll("\n", `\n${indentation}`);
    writeText(host, stream, `${indented}\n`);
  };
  const printer =
    (stream: number) =>
    (...args: unknown[]) => {
      try {
        print(stream, format(args));
      } catch (error) {
        unshowable(host, stream, error);
      }
    };
  const guarded =
    <Args extends unknown[]>(stream: number, method: (...args: Args) => void) =>
    (...args: Args) => {
      try {
        method(...args);
      } catch (error) {
        unshowable(host, stream, error);
      }
    };
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
    trace: guarded(STDERR, (...args: unknown[]) => {
      const frames = ownFrames(framesOf(new Error()));
      print(STDERR, ["Trace", format(args)].filter((part) => part !== "").join(": ") + (frames && `\n${frames}`));
    }),
    assert(condition: unknown, ...args: unknown[]) {
      if (condition) return;
      const [first, ...rest] = args;
      if (typeof first === "string") error(`Assertion failed: ${first}`, ...rest);
      else error("Assertion failed", ...args);
    },
    dir: guarded(STDOUT, (value: unknown, options?: { depth?: number | null }) => {
      const depth = options?.depth === null ? Number.POSITIVE_INFINITY : (options?.depth ?? 2);
      print(STDOUT, inspect(value, { depth }));
    }),
    dirxml: log,
    table: guarded(STDOUT, (value: unknown, columns?: readonly string[]) => {
      const isTable = typeof value === "object" && value !== null;
      print(STDOUT, isTable ? tableOr(value, columns) : format([value]));
    }),
    group,
    groupCollapsed: group,
    groupEnd() {
      indentation = indentation.slice(2);
    },
    count: guarded(STDOUT, (label: unknown = "default") => {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      log(`${label}: ${count}`);
    }),
    countReset: guarded(STDOUT, (label: unknown = "default") => void counts.delete(String(label))),
    time: guarded(STDOUT, (label: unknown = "default") => void timers.set(String(label), host.now())),
    timeLog: guarded(STDOUT, (label: unknown = "default", ...args: unknown[]) => {
      const text = elapsed(String(label));
      if (text !== null) log(text, ...args);
    }),
    timeEnd: guarded(STDOUT, (label: unknown = "default") => {
      const text = elapsed(String(label));
      if (text !== null) log(text);
      timers.delete(String(label));
    }),
    clear() {},
  };
}
