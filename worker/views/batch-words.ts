/** What came of an action on many runs: as a sentence, and as a query that a page can be led back with. Pure. */
import { ERRORS, type ErrorCode } from "../domain/errors.ts";
import type { BatchResult } from "../domain/run-batch.ts";
import { formatCount, plural } from "./format.ts";

const DEEDS = ["cancelled", "retried"] as const;

export interface Tally {
  readonly deed: (typeof DEEDS)[number];
  readonly done: number;
  readonly refused: number;
  readonly codes: readonly ErrorCode[];
}

export function tallyOf(deed: Tally["deed"], results: readonly BatchResult[]): Tally {
  const refused = results.flatMap((each) => (each.ok ? [] : [each.code]));
  return { deed, done: results.length - refused.length, refused: refused.length, codes: [...new Set(refused)] };
}

/** `3 runs cancelled. 1 was not: The run has already ended.` */
export function tallySentence({ deed, done, refused, codes }: Tally): string {
  const reasons = codes.map((code) => ERRORS[code].title).join(" ");
  const rest = refused === 0 ? "" : ` ${formatCount(refused)} ${refused === 1 ? "was" : "were"} not: ${reasons}`;
  return `${plural(done, "run")} ${deed}.${rest}`;
}

export function tallyQuery({ deed, done, refused, codes }: Tally): Record<string, string> {
  return { deed, done: String(done), refused: String(refused), codes: codes.join(",") };
}

/** Null where the query tells of nothing. Only our own words can come out of it, whoever wrote the address. */
export function readTally(query: Readonly<Record<string, string>>): Tally | null {
  const deed = DEEDS.find((each) => each === query["deed"]);
  if (!deed) return null;
  const count = (text: string | undefined) => Math.min(Math.max(Math.trunc(Number(text)) || 0, 0), COUNT_MAX);
  const codes = (query["codes"] ?? "").split(",").filter((code): code is ErrorCode => Object.hasOwn(ERRORS, code));
  return { deed, done: count(query["done"]), refused: count(query["refused"]), codes: [...new Set(codes)] };
}

const COUNT_MAX = 10_000;
