/** Draws `console.table`: one row for each item, one column for each property, in boxes as Node draws them. */
import { inspect, textWidth as width } from "./inspect.ts";

const INDEX = "(index)";
const ITERATION = "(iteration index)";
const KEY = "Key";
const VALUES = "Values";

export function table(value: object, only?: readonly string[]): string {
  if (value instanceof Map) {
    const pairs = [...value].map(([key, item], i) => [String(i), cell(key), cell(item)]);
    return draw([[ITERATION, KEY, VALUES], ...pairs]);
  }
  if (value instanceof Set) return draw([[ITERATION, VALUES], ...[...value].map((item, i) => [String(i), cell(item)])]);
  const rows: [string, unknown][] = Object.entries(value);
  const columns: string[] = [];
  const known = new Set<string>();
  for (const [, row] of rows) {
    for (const key of isObject(row) ? Object.keys(row) : []) {
      if (!known.has(key)) columns.push(key);
      known.add(key);
    }
  }
  const shown = only ?? columns;
  const hasValues = rows.some(([, row]) => !isObject(row));
  const head = [INDEX, ...shown, ...(hasValues ? [VALUES] : [])];
  const body = rows.map(([index, row]) => {
    const cells = shown.map((key) => (isObject(row) && Object.hasOwn(row, key) ? cell(row[key]) : ""));
    return [index, ...cells, ...(hasValues ? [isObject(row) ? "" : cell(row)] : [])];
  });
  return draw([head, ...body]);
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const cell = (value: unknown) => inspect(value, { depth: 0 }).replaceAll("\n", " ");

function draw(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => width(line[column]!))) + 2);
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((columns) => "─".repeat(columns)).join(middle) + right;
  const row = (cells: readonly string[]) =>
    `│${cells.map((text, i) => ` ${text}${" ".repeat(widths[i]! - width(text) - 1)}`).join("│")}│`;
  const [head, ...body] = lines.map(row);
  return [rule("┌", "┬", "┐"), head, rule("├", "┼", "┤"), ...body, rule("└", "┴", "┘")].join("\n");
}
