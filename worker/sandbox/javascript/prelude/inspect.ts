/**
 * Prints a value as a developer expects it in a terminal: close to Node's `util.inspect`, without colours.
 * Owns the layout of values; `console.ts` owns format strings and streams.
 * Invariant: ends for every finite value and never throws for one; an object's own getter is named, not called.
 */
import { framesOf, ownFrames, stackSetByProgram } from "./stack.ts";

export interface InspectOptions {
  /** Levels of nesting that are printed; below them only the kind of object is. */
  readonly depth: number;
}

const DEFAULT_DEPTH = 2;
/** Of the items of one line with their separators. */
const LINE_WIDTH = 70;
const COLUMNS_WIDTH = 80;
const INDENT = 2;
/** Levels of nesting below an object that may still stand on one line with it. */
const MAX_LEVELS_IN_LINE = 3;
const MAX_ITEMS = 100;
const MAX_COLUMNS = 12;
const MAX_STRING_CHARS = 10_000;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

interface Visit {
  readonly options: InspectOptions;
  readonly path: object[];
  /** The level of the object that was entered last, from 1. */
  deepest: number;
  readonly circular: Map<object, number>;
}

export function inspect(value: unknown, options: Partial<InspectOptions> = {}): string {
  const visit: Visit = { options: { depth: DEFAULT_DEPTH, ...options }, path: [], deepest: 0, circular: new Map() };
  return print(value, visit);
}

function print(value: unknown, visit: Visit): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "function") return shown(visit, () => printFunction(value, visit));
  if (typeof value === "object" && value !== null) return shown(visit, () => printObject(value, visit));
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Stands for what an object does not let anybody see. */
export const UNSHOWABLE = "[cannot be shown]";

/** QuickJS's own errors: of memory and of the stack. */
declare const InternalError: new () => Error;

export const isOutOfMemory = (error: unknown) => error instanceof InternalError && error.message === "out of memory";

/** Printing must not fail for what a Proxy or a getter does, nor for an object that is not what its prototype says. */
function shown(visit: Visit, text: () => string): string {
  const depth = visit.path.length;
  try {
    return text();
  } catch (error) {
    if (error instanceof InternalError) throw error;
    visit.path.length = depth;
    return UNSHOWABLE;
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
    : nest(value, visit, label, () => braces(visit, `${label} `, entries(value, keys, visit)));
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

/** True for an array or a plain object without contents: its brackets are as short as its name. */
function isEmpty(value: object): boolean {
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  return (Array.isArray(value) ? value.length === 0 : isPlain) && ownKeys(value).length === 0;
}

/** Guards against cycles and depth around the printing of one object. */
function nest(value: object, visit: Visit, short: string, contents: () => string): string {
  if (visit.path.includes(value)) {
    const reference = visit.circular.get(value) ?? visit.circular.size + 1;
    visit.circular.set(value, reference);
    return `[Circular *${reference}]`;
  }
  if (visit.path.length > visit.options.depth && !isEmpty(value)) return short;
  visit.path.push(value);
  if (!isEmpty(value)) visit.deepest = visit.path.length;
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
  if (value instanceof Set) return braces(visit, `${label}(${value.size}) `, limited([...value], visit));
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const items = value as unknown as ArrayLike<unknown>;
    return printList(
      `${label}(${items.length}) `,
      Array.from({ length: Math.min(items.length, MAX_ITEMS + 1) }, (_, i) => items[i]),
      items,
      visit,
    );
  }
  if (value instanceof ArrayBuffer) return printBuffer(value, label);
  if (value instanceof Promise) return braces(visit, `${label} `, entries(value, keys, visit));
  if (value instanceof WeakMap || value instanceof WeakSet) return `${label} { <items unknown> }`;
  if (value instanceof BigInt || value instanceof Symbol) return `[${label}: ${print(value.valueOf(), visit)}]`;
  if (value instanceof Number || value instanceof Boolean || value instanceof String) {
    return withExtra(`[${label}: ${print(value.valueOf(), visit)}]`, value, value instanceof String ? [] : keys, visit);
  }
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  const tagged = typeof tag === "string" && tag !== "" && tag !== label ? `${label} [${tag}]` : label;
  return braces(visit, tagged === "Object" ? "" : `${tagged} `, entries(value, keys, visit));
}

function printDate(value: Date): string {
  return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
}

function printMap(value: Map<unknown, unknown>, label: string, visit: Visit): string {
  const items = [...value].slice(0, MAX_ITEMS).map(([key, item]) => `${print(key, visit)} => ${print(item, visit)}`);
  if (value.size > MAX_ITEMS) items.push(more(value.size - MAX_ITEMS));
  return braces(visit, `${label}(${value.size}) `, items);
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
  const isNumbers = items.slice(0, length).every((item) => typeof item === "number" || typeof item === "bigint");
  const all = [...shown, ...entries(owner, extra, visit)];
  const rows = all.length > 6 ? inColumns(all, owner.length > MAX_ITEMS, isNumbers, visit.path.length) : all;
  return brackets(visit, prefix, "[]", rows, rows !== all);
}

function withExtra(text: string, value: object, keys: readonly (string | symbol)[], visit: Visit): string {
  return keys.length === 0 ? text : braces(visit, `${text} `, entries(value, keys, visit));
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
  const frames = ownFrames(framesOf(error));
  const keys = ownKeys(error).filter((key) => key !== "name" && key !== "message" && key !== "stack");
  const items = entries(error, keys, visit);
  const cause = Object.getOwnPropertyDescriptor(error, "cause");
  if (cause !== undefined && !cause.enumerable) items.push(`[cause]: ${print(cause.value, visit)}`);
  if (error instanceof AggregateError) items.push(`[errors]: ${print(error.errors, visit)}`);
  const text =
    stackSetByProgram(error) ||
    [visit.path.length > 1 && frames === "" ? `[${head}]` : head, frames].filter(Boolean).join("\n");
  return items.length === 0 ? text : `${text} {\n${indent(items.join(",\n"))}\n}`;
}

/** `Name: message`, with the class's name where a subclass left `name` unchanged. */
export function errorHead(error: Error): string {
  const className = constructorName(error);
  const name = error.name === "Error" && className !== null ? className : String(error.name);
  return error.message === "" ? name : `${name}: ${error.message}`;
}

const braces = (visit: Visit, prefix: string, items: readonly string[]) => brackets(visit, prefix, "{}", items, false);

/** On one line where that is short and holds few levels; else an item a line. */
function brackets(
  visit: Visit,
  prefix: string,
  pair: "{}" | "[]",
  items: readonly string[],
  isLaidOut: boolean,
): string {
  const [open, close] = [prefix + pair[0], pair[1]];
  if (items.length === 0) return open + close;
  const level = visit.path.length;
  const length = items.reduce((sum, item) => sum + item.length + 2, 0) + open.length + INDENT * (level - 1);
  const isFlat = visit.deepest - level < MAX_LEVELS_IN_LINE && !items.some((item) => item.includes("\n"));
  if (!isLaidOut && isFlat && length <= LINE_WIDTH) return `${open} ${items.join(", ")} ${close}`;
  return `${open}\n${indent(items.join(isLaidOut ? "\n" : ",\n"))}\n${close}`;
}

/**
 * Many short items in aligned columns, about two and a half times as wide as high; the items themselves where they are
 * too long for that.
 */
function inColumns(items: readonly string[], hasMore: boolean, isNumbers: boolean, level: number): readonly string[] {
  const shown = hasMore ? items.slice(0, -1) : items;
  const widths = shown.map((item) => textWidth(item) + 2);
  const widest = Math.max(...widths);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const indentation = INDENT * (level - 1);
  const isWorthIt = total / widest > 5 || widest <= 8;
  if (widest * 3 + indentation >= COLUMNS_WIDTH || !isWorthIt) return items;
  const typical = Math.max(widest - 3 - Math.sqrt(widest - total / items.length), 1);
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * typical * shown.length) / typical),
    Math.floor((COLUMNS_WIDTH - indentation) / widest),
    MAX_COLUMNS,
  );
  if (columns <= 1) return items;
  const columnWidths = Array.from({ length: columns }, (_, column) =>
    Math.max(...widths.filter((_width, i) => i % columns === column)),
  );
  const lines: string[] = [];
  for (let start = 0; start < shown.length; start += columns) {
    const cells = shown.slice(start, start + columns).map((item, column) => {
      const isLast = column === columns - 1 || start + column === shown.length - 1;
      const padding = " ".repeat(columnWidths[column]! - widths[start + column]!);
      if (isNumbers) return padding + item + (isLast ? "" : ", ");
      return isLast ? item : `${item}, ${padding}`;
    });
    lines.push(cells.join("") + (start + columns < shown.length || hasMore ? "," : ""));
  }
  return hasMore ? [...lines, items.at(-1)!] : lines;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Columns of a text in a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    if (char >= " " && char <= "~") width += 1;
    else if (!/^[\p{M}\u200b-\u200d]/u.test(char)) width += WIDE.test(char) ? 2 : 1;
  }
  return width;
}

const MAX_SHOWN_BYTES = 50;

function printBuffer(buffer: ArrayBuffer, label: string): string {
  const shown = [...new Uint8Array(buffer, 0, Math.min(buffer.byteLength, MAX_SHOWN_BYTES))];
  const rest = buffer.byteLength - shown.length;
  const bytes =
    shown.map((byte) => byte.toString(16).padStart(2, "0")).join(" ") + (rest > 0 ? ` ... ${rest} more bytes` : "");
  return `${label} { [Uint8Contents]: <${bytes}>, byteLength: ${buffer.byteLength} }`;
}

const indent = (text: string) => text.replace(/^/gm, "  ");
