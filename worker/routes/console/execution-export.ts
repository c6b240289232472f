/** Calls of models as a file: CSV for spreadsheets, JSON for programs. Written as it is read, page by page. */
import type { Execution } from "../../domain/execution.ts";

export const EXPORT_FORMATS = ["csv", "json"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

type Cell = string | number | boolean | null;

const COLUMNS: readonly (readonly [name: string, of: (call: Execution) => Cell])[] = [
  ["id", ({ id }) => id],
  ["started_at", ({ startedAt }) => startedAt],
  ["ended_at", ({ endedAt }) => endedAt],
  ["source", ({ source }) => source.kind],
  ["source_id", ({ source }) => source.id],
  ["provider", ({ provider }) => provider],
  ["model", ({ model }) => model],
  ["outcome", ({ outcome }) => outcome],
  ["reason", ({ reason }) => reason],
  ["latency_ms", ({ latencyMs }) => latencyMs],
  ["first_token_ms", ({ firstTokenMs }) => firstTokenMs],
  ["waited_ms", ({ waitedMs }) => waitedMs],
  ["input_tokens", ({ tokens }) => tokens?.input ?? null],
  ["output_tokens", ({ tokens }) => tokens?.output ?? null],
  ["thinking_tokens", ({ tokens }) => tokens?.thinking ?? null],
  ["cache_read_tokens", ({ tokens }) => tokens?.cacheRead ?? null],
  ["cache_write_tokens", ({ tokens }) => tokens?.cacheWrite ?? null],
  ["tokens_estimated", ({ tokens }) => tokens?.isEstimated ?? null],
  ["cost_micros", ({ costMicros }) => costMicros],
  ["retries", ({ retries }) => retries.length],
  ["fallbacks", ({ fallbacks }) => fallbacks.length],
];

/** A cell as RFC 4180 has it. A spreadsheet would take some beginnings for a formula: those get an apostrophe. */
function cellOf(value: Cell): string {
  if (value === null) return "";
  const text = String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export async function* csvOf(calls: AsyncIterable<Execution>): AsyncGenerator<string> {
  yield `${COLUMNS.map(([name]) => name).join(",")}\r\n`;
  for await (const call of calls) yield `${COLUMNS.map(([, of]) => cellOf(of(call))).join(",")}\r\n`;
}

export async function* jsonOf(calls: AsyncIterable<Execution>): AsyncGenerator<string> {
  let separator = "[\n";
  for await (const call of calls) {
    yield separator + JSON.stringify(call);
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}
