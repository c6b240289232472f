/** What a model costs, as it is kept beside a cost. Amounts are millionths of a US dollar ("micros"). */

/** Micros for a million tokens. Where a provider has no price of its own for cached tokens, they cost what input costs. */
export interface PriceRates {
  /** These hold for calls with more input than this; the last that applies counts, for the whole call. */
  readonly aboveInputTokens: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** The source of a price that somebody set with the key. */
export const SET_BY_HAND = "set by hand";

/** JSON, to be stored beside a cost. */
export interface PriceSnapshot {
  /** Where it comes from: the library with its version, {@link SET_BY_HAND}, or `built-in` for the mock. */
  readonly source: string;
  /** The name under which the source has it: a release of a model is listed with its family. */
  readonly pricedAs: string;
  /** By rising `aboveInputTokens`, the first of which is 0. */
  readonly rates: readonly [PriceRates, ...PriceRates[]];
}
