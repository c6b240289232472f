/**
 * What a call of a model costs. Prices come from a maintained library, and each is kept as a snapshot beside what was
 * counted with it: a later price changes no earlier cost. An unknown price is null, never 0.
 *
 * Amounts are integers in millionths of a US dollar ("micros"), rounded up. A price is in micros for a million tokens, an
 * integer as well, so that nothing is ever rounded but the sum.
 */
import { calcPrice, findProvider } from "@pydantic/genai-prices";
import type { HandPrice } from "../domain/hand-price.ts";
import { type PriceRates, type PriceSnapshot, SET_BY_HAND } from "../domain/price.ts";
import type { ModelUsage, ProviderName } from "./provider.ts";

export type { PriceRates, PriceSnapshot } from "../domain/price.ts";

const MILLION = 1_000_000;
/** Must be the version in package.json: a unit test compares the two. */
export const PRICE_LIBRARY = "@pydantic/genai-prices 0.1.8";

/** Providers that the library prices, under its own names. A compatible server may be anybody's. */
const PRICED: Partial<Record<ProviderName, string>> = { anthropic: "anthropic", openai: "openai" };

/** The price of a model at an instant; null where nobody can say. */
export function priceOf(provider: ProviderName, model: string, now: number): PriceSnapshot | null {
  if (provider === "mock") return flatPrice("built-in", { model, input: 0, output: 0, cachedInput: 0 });
  const providerId = PRICED[provider];
  if (providerId === undefined) return null;
  const found = calcPrice({}, model, { providerId, timestamp: new Date(now) });
  const rates = found && ratesOf(found.model_price);
  return found && rates && { source: PRICE_LIBRARY, pricedAs: found.model.id, rates };
}

/** Models whose price is known at an instant, by the library's names; a release of one is known by its own name, too. */
export function pricedModels(provider: ProviderName, now: number): readonly string[] {
  const providerId = PRICED[provider];
  const models = providerId === undefined ? [] : (findProvider({ providerId })?.models ?? []);
  // What ends in a dash is how names of models begin that somebody trained further.
  return models.map(({ id }) => id).filter((id) => !id.endsWith("-") && priceOf(provider, id, now) !== null);
}

/** Whether it is one of {@link pricedModels}, or a release of one. */
export function isPriced(provider: ProviderName, model: string, now: number): boolean {
  return PRICED[provider] !== undefined && priceOf(provider, model, now) !== null;
}

/** The price that was set by hand; null where none was. A release of a model has none by its family's name. */
export function priceSetByHand(prices: readonly HandPrice[], model: string): PriceSnapshot | null {
  const price = prices.find((each) => each.model === model);
  return price ? flatPrice(SET_BY_HAND, price) : null;
}

/** One price, however long the call. */
function flatPrice(source: string, { model, input, output, cachedInput }: HandPrice): PriceSnapshot {
  const rates = { aboveInputTokens: 0, input, output, cacheRead: cachedInput, cacheWrite: input };
  return { source, pricedAs: model, rates: [rates] };
}

/** Whatever is used of it, it costs nothing. */
export function isFree({ rates }: PriceSnapshot): boolean {
  return rates.every((each) => each.input + each.output + each.cacheRead + each.cacheWrite === 0);
}

/** What a call did cost. */
export function costMicros(usage: ModelUsage, price: PriceSnapshot): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const rates = ratesFor(price, inputTokens);
  // A provider that counts more in its caches than there was has not said what was fresh: nothing is taken off for that.
  const fresh = Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens);
  return sumUp([
    [fresh, rates.input],
    [cacheReadTokens, rates.cacheRead],
    [cacheWriteTokens, rates.cacheWrite],
    [outputTokens, rates.output],
  ]);
}

/** What a call can cost at most: everything fresh or written to a cache, and the answer as long as it may be. */
export function worstCaseMicros(price: PriceSnapshot, inputTokens: number, maxTokens: number): number {
  const within = price.rates.filter(({ aboveInputTokens }) => aboveInputTokens === 0 || inputTokens > aboveInputTokens);
  const highest = (pick: (rates: PriceRates) => number) => Math.max(...within.map(pick));
  return sumUp([
    [inputTokens, highest(({ input, cacheRead, cacheWrite }) => Math.max(input, cacheRead, cacheWrite))],
    [maxTokens, highest(({ output }) => output)],
  ]);
}

function ratesFor({ rates }: PriceSnapshot, inputTokens: number): PriceRates {
  return rates.findLast(({ aboveInputTokens }) => inputTokens > aboveInputTokens) ?? rates[0];
}

/** In whole numbers of any size: what a server claims to have counted may be absurd. */
function sumUp(parts: readonly (readonly [tokens: number, microsPerMillion: number])[]): number {
  const sum = parts.reduce((total, [tokens, price]) => total + BigInt(Math.ceil(tokens)) * BigInt(price), 0n);
  const micros = (sum + BigInt(MILLION - 1)) / BigInt(MILLION);
  return Math.min(Number(micros), Number.MAX_SAFE_INTEGER);
}

type LibraryPrice = number | { readonly base: number; readonly tiers: readonly { start: number; price: number }[] };
type LibraryPrices = Readonly<Record<string, LibraryPrice | undefined>>;

/** Null for what is not sold by tokens of text, or has a price that is no whole number of micros. */
function ratesOf(prices: LibraryPrices): PriceSnapshot["rates"] | null {
  const { input_mtok: input, output_mtok: output, cache_read_mtok: read, cache_write_mtok: write } = prices;
  if (input === undefined || output === undefined || "requests_kcount" in prices) return null;
  const cacheRead = read ?? input;
  const cacheWrite = write ?? input;
  const starts = [input, output, cacheRead, cacheWrite].flatMap((price) =>
    typeof price === "number" ? [] : price.tiers.map(({ start }) => start),
  );
  const rates = [...new Set([0, ...starts])]
    .sort((a, b) => a - b)
    .map((start) => ({
      aboveInputTokens: start,
      input: microsAbove(input, start),
      output: microsAbove(output, start),
      cacheRead: microsAbove(cacheRead, start),
      cacheWrite: microsAbove(cacheWrite, start),
    }));
  const [first, ...others] = rates;
  const areWhole = rates.every((each) => Object.values(each).every(Number.isSafeInteger));
  return first && areWhole ? [first, ...others] : null;
}

/** The library prices a whole call by the last tier that its input exceeds. */
function microsAbove(price: LibraryPrice, start: number): number {
  const dollars =
    typeof price === "number" ? price : (price.tiers.findLast((tier) => tier.start <= start)?.price ?? price.base);
  // A price of $0.1 is no exact fraction of two: what is off by less than a billionth is rounding.
  const micros = dollars * MILLION;
  return Math.abs(micros - Math.round(micros)) < 1e-6 ? Math.round(micros) : micros;
}
