/**
 * The price of a model that somebody sets by hand, with the key by which it is asked: of a server of one's own no library
 * knows it. People and the API say US dollars for a million tokens; what is kept is whole micro-dollars for a million.
 * Invariant: what a person typed is kept exactly, or refused.
 */
import * as z from "zod";
import { dollarText, toMicros } from "./dollars.ts";

/** Micro-dollars for a million tokens, each a whole number from 0. */
export interface HandPrice {
  /** As the server is asked for it. */
  readonly model: string;
  readonly input: number;
  readonly output: number;
  /** For input that the server had in its cache. */
  readonly cachedInput: number;
}

/** Of one key. A server of one's own has a handful of models, and each price that changes is an entry of the audit log. */
export const HAND_PRICES_MAX = 30;
/** US dollars for a million tokens. The dearest model on sale asks for 600: what is far above is a slip of the keyboard. */
const DOLLARS_MAX = 10_000;
/** As many as a micro-dollar has. */
const DECIMALS_MAX = 6;

/** A number, or the text of a form. Both are read as text: a number that was rounded when it was parsed says nothing of it. */
const dollars = z.union([z.number(), z.string()], "must be a number of US dollars, such as 0.15");

function readDollars(given: number | string, context: z.RefinementCtx): number {
  const text = String(given).trim();
  const problem = text === "" ? "is required" : dollarProblem(text);
  if (problem !== null) context.addIssue({ code: "custom", message: problem });
  return toMicros(Number(text));
}

function dollarProblem(text: string): string | null {
  const amount = Number(text);
  if (!/^[-+.\de]+$/i.test(text) || !Number.isFinite(amount)) return "must be a number of US dollars, such as 0.15";
  if (amount < 0) return "must be 0 or more";
  if (amount > DOLLARS_MAX) return `must be ${DOLLARS_MAX} or less`;
  const isExact = Number(amount.toFixed(DECIMALS_MAX)) === amount && !/\.\d{6}\d*[1-9]/.test(text);
  return isExact ? null : `must have at most ${DECIMALS_MAX} decimals`;
}

/** @param model the schema of a model's name */
export function handPricesSchema(model: z.ZodType<string>) {
  const price = z
    .strictObject({
      model,
      input: dollars.transform(readDollars),
      output: dollars.transform(readDollars),
      /** Empty, or left out, for what input costs. */
      cachedInput: dollars
        .optional()
        .transform((given, context) => (given === undefined || given === "" ? null : readDollars(given, context))),
    })
    .transform((given): HandPrice => ({ ...given, cachedInput: given.cachedInput ?? given.input }));
  return z
    .array(price, "must be a list of prices")
    .max(HAND_PRICES_MAX, `must be ${HAND_PRICES_MAX} at most`)
    .superRefine((prices, context) => {
      const seen = new Set<string>();
      for (const [at, { model }] of prices.entries()) {
        if (seen.has(model)) context.addIssue({ code: "custom", path: [at, "model"], message: "has a price already" });
        seen.add(model);
      }
    });
}

/** In US dollars for a million tokens, as the API says it. */
export const shownPriceSchema = z.strictObject({
  model: z.string(),
  input: z.number(),
  output: z.number(),
  cachedInput: z.number(),
});

export function priceWords({ input, output, cachedInput }: Omit<HandPrice, "model">): string {
  return `${dollarText(input)} in, ${dollarText(output)} out, ${dollarText(cachedInput)} cached`;
}

export interface PriceChange {
  readonly model: string;
  /** Null where it has none from now on. */
  readonly price: HandPrice | null;
}

/** What becomes different, by model. */
export function priceChanges(before: readonly HandPrice[], after: readonly HandPrice[]): readonly PriceChange[] {
  const words = new Map(before.map((price) => [price.model, priceWords(price)]));
  const set = after.filter((price) => words.get(price.model) !== priceWords(price));
  const gone = before.filter(({ model }) => !after.some((price) => price.model === model));
  return [...set.map((price) => ({ model: price.model, price })), ...gone.map(({ model }) => ({ model, price: null }))];
}
