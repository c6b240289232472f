/**
 * Prints a value as a developer expects it in a terminal: close to Node's `util.inspect`, without colours.
 * Owns the layout of values; `console.ts` owns format strings and streams.
 * Invariant: ends for every finite value and never throws for one; an object's own getter is named, not called.
 */
import { ownFrames, stackOf } from "./stack.ts";

export interface InspectOptions {
  /** Levels of nesting that are printed; below them only the kind of object is. */
  readonly depth: number;
}

const DEFAULT_DEPTH = 2;
const LINE_WIDTH = 76;
const MAX_ITEMS = 100;
const MAX_COLUMNS = 12;
const MAX_STRING_CHARS = 10_000;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

interface Visit {
  readonly options: InspectOptions;
  readonly path: object[];
  readonly circular: Map<object, number>;
}

export function inspect(value: unknown, options: Partial<InspectOptions> = {}): string {
  const visit: Visit = { options: { depth: DEFAULT_DEPTH, ...options }, path: [], circular: new Map() };
  return print(value, visit);
}

function print(value: unknown, visit: Visit): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "function") return shown(visit, () => printFunction(value, visit));
  if (typeof value === "object" && value !== null) return shown(visit, () => printObject(value, visit));
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : String(value);
}

/** QuickJS's own errors: of memory and of the stack. */
declare const InternalError: new () => Error;

/** Printing must not fail for what a Proxy or a getter does, nor for an object that is not what its prototype says. */
function shown(visit: Visit, text: () => string): string {
  const depth = visit.path.length;
  try {
    return text();
  } catch (error) {
    if (error instanceof InternalError) throw error;
    visit.path.length = depth;
    return "[cannot be shown]";
  }
}

function quote(text: string): string {
  const shown = text.length > MAX_STRING_CHARS ? text.slice(0, MAX_STRING_CHARS) : text;
  const mark = !shown.includes("'") ? "'" : !shown.includes('"') ? '"' : !shown.includes("`") ? "`" : "'";
  const escaped = shown.replace(/[\\\n\r\t\b\f\v\u0000-\u001f\u007f]/g, escapeChar);
  const closed = mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
  return shown === text ? closed : `${closed}... ${text.length - shown.length} more characters`;
}

const ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
  "\v": "\\v",
};

function escapeChar(char: string): string {
  return ESCAPES[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`;
}

/** The name of the nearest constructor, or null for an object without a prototype. */
function constructorName(value: object): string | null {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    const constructor = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof constructor === "function" && constructor.name !== "") return constructor.name;
  }
  return null;
}

function printFunction(value: object, visit: Visit): string {
  const source = Function.prototype.toString.call(value);
  const name = (value as { name?: unknown }).name;
  const shown = typeof name === "string" && name !== "" ? name : null;
  let label: string;
  if (source.startsWith("class")) {
    const parent = Object.getPrototypeOf(value) as { name?: unknown } | null;
    const suffix = typeof parent?.name === "string" && parent.name !== "" ? ` extends ${parent.name}` : "";
    label = `[class ${shown ?? "(anonymous)"}${suffix}]`;
  } else {
    const kind = constructorName(value) ?? "Function";
    label = shown === null ? `[${kind} (anonymous)]` : `[${kind}: ${shown}]`;
  }
  const keys = ownKeys(value);
  return keys.length === 0
    ? label
    : nest(value, visit, label, () => braces(`${label} `, "{", entries(value, keys, visit), "}"));
}

function ownKeys(value: object): (string | symbol)[] {
  return Reflect.ownKeys(value).filter((key) => Object.getOwnPropertyDescriptor(value, key)?.enumerable === true);
}

function printObject(value: object, visit: Visit): string {
  const name = constructorName(value);
  const label = name ?? "[Object: null prototype]";
  const short = Array.isArray(value) ? "[Array]" : `[${name ?? "Object: null prototype"}]`;
  return nest(value, visit, short, () => printContents(value, label, visit));
}

/** Guards against cycles and depth around the printing of one object. */
function nest(value: object, visit: Visit, short: string, contents: () => string): string {
  if (visit.path.includes(value)) {
    const reference = visit.circular.get(value) ?? visit.circular.size + 1;
    visit.circular.set(value, reference);
    return `[Circular *${reference}]`;
  }
  if (visit.path.length > visit.options.depth) return short;
  visit.path.push(value);
  const text = contents();
  visit.path.pop();
  const reference = visit.circular.get(value);
  return reference === undefined ? text : `<ref *${reference}> ${text}`;
}

function printContents(value: object, label: string, visit: Visit): string {
  if (value instanceof Error) return printError(value, visit);
  if (Array.isArray(value))
    return printList(label === "Array" ? "" : `${label}(${value.length}) `, value, value, visit);
  const keys = ownKeys(value);
  if (value instanceof Date) return withExtra(printDate(value), value, keys, visit);
  if (value instanceof RegExp) return withExtra(String(value), value, keys, visit);
  if (value instanceof Map) return printMap(value, label, visit);
  if (value instanceof Set) return braces(`${label}(${value.size}) `, "{", limited([...value], visit), "}");
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const items = value as unknown as ArrayLike<unknown>;
    return printList(
      `${label}(${items.length}) `,
      Array.from({ length: Math.min(items.length, MAX_ITEMS + 1) }, (_, i) => items[i]),
      items,
      visit,
    );
  }
  if (value instanceof ArrayBuffer) return `${label} { byteLength: ${value.byteLength} }`;
  if (value instanceof Promise) return braces(`${label} `, "{", entries(value, keys, visit), "}");
  if (value instanceof WeakMap || value instanceof WeakSet) return `${label} { <items unknown> }`;
  if (value instanceof Number || value instanceof Boolean || value instanceof String) {
    return withExtra(`[${label}: ${print(value.valueOf(), visit)}]`, value, value instanceof String ? [] : keys, visit);
  }
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  const tagged = typeof tag === "string" && tag !== "" && tag !== label ? `${label} [${tag}]` : label;
  return braces(tagged === "Object" ? "" : `${tagged} `, "{", entries(value, keys, visit), "}");
}

function printDate(value: Date): string {
  return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
}

function printMap(value: Map<unknown, unknown>, label: string, visit: Visit): string {
  const items = [...value].slice(0, MAX_ITEMS).map(([key, item]) => `${print(key, visit)} => ${print(item, visit)}`);
  if (value.size > MAX_ITEMS) items.push(more(value.size - MAX_ITEMS));
  return braces(`${label}(${value.size}) `, "{", items, "}");
}

function limited(items: readonly unknown[], visit: Visit): string[] {
  const shown = items.slice(0, MAX_ITEMS).map((item) => print(item, visit));
  return items.length > MAX_ITEMS ? [...shown, more(items.length - MAX_ITEMS)] : shown;
}

const more = (count: number) => `... ${count} more item${count === 1 ? "" : "s"}`;

function printList(prefix: string, items: readonly unknown[], owner: ArrayLike<unknown>, visit: Visit): string {
  const shown: string[] = [];
  let holes = 0;
  const flushHoles = () => {
    if (holes > 0) shown.push(`<${holes} empty item${holes === 1 ? "" : "s"}>`);
    holes = 0;
  };
  const length = Math.min(owner.length, MAX_ITEMS);
  for (let i = 0; i < length; i++) {
    if (i in items) {
      flushHoles();
      shown.push(print(items[i], visit));
    } else holes += 1;
  }
  flushHoles();
  if (owner.length > MAX_ITEMS) shown.push(more(owner.length - MAX_ITEMS));
  const extra = Array.isArray(owner)
    ? ownKeys(owner).filter((key) => typeof key === "symbol" || !/^\d+$/.test(key))
    : [];
  return braces(prefix, "[", [...shown, ...entries(owner, extra, visit)], "]", shown.length > 6);
}

function withExtra(text: string, value: object, keys: readonly (string | symbol)[], visit: Visit): string {
  return keys.length === 0 ? text : braces(`${text} `, "{", entries(value, keys, visit), "}");
}

function entries(value: object, keys: readonly (string | symbol)[], visit: Visit): string[] {
  return keys.map((key) => {
    const shownKey = typeof key === "symbol" ? `[${String(key)}]` : IDENTIFIER.test(key) ? key : quote(key);
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property?.get) return `${shownKey}: ${property.set ? "[Getter/Setter]" : "[Getter]"}`;
    return `${shownKey}: ${property?.set ? "[Setter]" : print(property?.value, visit)}`;
  });
}

function printError(error: Error, visit: Visit): string {
  const head = errorHead(error);
  const frames = ownFrames(stackOf(error));
  const keys = ownKeys(error).filter((key) => key !== "name" && key !== "message" && key !== "stack");
  const items = entries(error, keys, visit);
  const cause = Object.getOwnPropertyDescriptor(error, "cause");
  if (cause !== undefined && !cause.enumerable) items.push(`[cause]: ${print(cause.value, visit)}`);
  if (error instanceof AggregateError) items.push(`[errors]: ${print(error.errors, visit)}`);
  const text = visit.path.length > 1 && frames === "" ? `[${head}]` : frames === "" ? head : `${head}\n${frames}`;
  return items.length === 0 ? text : `${text} {\n${indent(items.join(",\n"))}\n}`;
}

/** `Name: message`, with the class's name where a subclass left `name` unchanged. */
export function errorHead(error: Error): string {
  const className = constructorName(error);
  const name = error.name === "Error" && className !== null ? className : String(error.name);
  return error.message === "" ? name : `${name}: ${error.message}`;
}

function braces(prefix: string, open: string, items: readonly string[], close: string, pack = false): string {
  if (items.length === 0) return `${prefix}${open}${close}`;
  const oneLine = `${prefix}${open} ${items.join(", ")} ${close}`;
  const hasBreak = items.some((item) => item.includes("\n"));
  if (!hasBreak && oneLine.length <= LINE_WIDTH && (!pack || items.length <= 6)) return oneLine;
  const lines = pack && !hasBreak && items.every((item) => item.length <= 16) ? packed(items) : items.join(",\n");
  return `${prefix}${open}\n${indent(lines)}\n${close}`;
}

/** Short items in aligned columns, as many as fit in a line. */
function packed(items: readonly string[]): string {
  const width = Math.max(...items.map((item) => item.length)) + 2;
  const columns = Math.min(MAX_COLUMNS, Math.floor(LINE_WIDTH / width));
  const isNumbers = items.every((item) => /^-?[\d.]+n?$/.test(item));
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += columns) {
    const row = items.slice(i, i + columns).map((item, j) => (i + j === items.length - 1 ? item : `${item},`));
    const padded = row.map((item, j) => {
      if (isNumbers) return j === 0 ? item.padStart(width - 1) : item.padStart(width);
      return j === row.length - 1 ? item : item.padEnd(width);
    });
    lines.push(padded.join(""));
  }
  return lines.join("\n");
}

const indent = (text: string) => text.replace(/^/gm, "  ");
