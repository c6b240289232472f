/**
 * Reads what an isolate says. Its shape, its sizes and its positions are checked here, because the program can make it
 * say anything; what is not well formed is refused whole.
 */
import * as z from "zod";
import { NOTHING_DROPPED } from "../../domain/dropped-output.ts";
import type { Exchange, Report } from "./protocol.ts";

/**
 * An isolate speaks when 16 KiB wait, so no more pieces than that many, of one byte each, come at once; and as many again
 * where it could not be suspended at once. To read a million of them would hold the host up for seconds.
 */
const PIECES_MAX = 2 * 16_384;
/** 20,000 characters of Python, which may be two code units each. */
const TEXT_CHARS_MAX = 40_000;
const NAME_CHARS_MAX = 200;
const RESULT_CHARS_MAX = 2 ** 21;

const text = z.string().max(TEXT_CHARS_MAX);
const position = z.number().int().positive().max(10_000_000).nullable();
const amount = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const exchange = {
  output: z.array(z.strictObject({ stream: z.enum(["stdout", "stderr"]), text: z.string().min(1) })).max(PIECES_MAX),
  fuel: z.number().nonnegative().max(Number.MAX_SAFE_INTEGER),
  looked: z.boolean(),
  sleepMs: z.number().nonnegative().max(Number.MAX_VALUE),
};
const trace = {
  file: z.string().max(NAME_CHARS_MAX).nullable(),
  line: position,
  column: position,
  text: text.nullable(),
};
const failure = {
  name: z.string().min(1).max(NAME_CHARS_MAX),
  message: text,
  missingModule: z.string().max(NAME_CHARS_MAX).nullable(),
  isSyntax: z.boolean(),
};
const ending = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("completed"), result: z.string().max(RESULT_CHARS_MAX).nullable() }),
  z.strictObject({ kind: z.literal("failed"), failure: z.strictObject({ ...trace, ...failure }) }),
  z.strictObject({
    kind: z.literal("stopped"),
    limit: z.enum(["fuel", "output", "memory", "stack"]).nullable(),
    trace: z.strictObject(trace),
  }),
  z.strictObject({ kind: z.literal("broken"), message: text }),
]);

const exchangeSchema = z.strictObject(exchange);
const reportSchema = z.strictObject({
  ...exchange,
  ending,
  memoryBytes: z
    .number()
    .int()
    .nonnegative()
    .max(2 ** 32),
  dropped: z.strictObject({ bytes: amount, lines: amount }).default(NOTHING_DROPPED),
});

/** Null where it is not an exchange, or brings more than the run may print in all. */
export function readExchange(said: unknown, outputBytes: number): Exchange | null {
  return bounded(exchangeSchema.safeParse(said).data, outputBytes);
}

/** Null where it is not a report, or brings more than the run may print in all. */
export function readReport(said: unknown, outputBytes: number): Report | null {
  return bounded(reportSchema.safeParse(said).data, outputBytes);
}

/** Our own code sends no byte beyond the limit, and no character takes less than one. */
function bounded<Said extends Exchange>(said: Said | undefined, outputBytes: number): Said | null {
  if (said === undefined) return null;
  const chars = said.output.reduce((sum, { text }) => sum + text.length, 0);
  return chars > outputBytes ? null : said;
}
