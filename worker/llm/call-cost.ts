/**
 * What a call of a model costs its budgets: what it did cost, what a failed one may have, what fits what is left, and the
 * refusal of one that does not fit. Prices are prices.ts's, and what a budget lets through is the ledger's.
 */
import { subjectWords } from "../domain/budget.ts";
import type { Cap, ReserveAnswer } from "../domain/budget-state.ts";
import { dollarText } from "../domain/dollars.ts";
import { costMicros, isFree, type PriceSnapshot, priceOf, worstCaseMicros } from "./prices.ts";
import { ModelError, type ModelEvent, type ModelRequest, type ModelUsage, type Provider } from "./provider.ts";
import { upperTokens } from "./usage.ts";

type Refusal = Exclude<ReserveAnswer, { granted: true }>;

export interface RefusedCall {
  readonly model: string;
  readonly neededMicros: number | null;
  readonly price: PriceSnapshot | null;
  /** What somebody can do about a price that is not known, as a sentence; empty for nothing. */
  readonly remedy?: string;
}

/** A budget stands in the way: nothing was sent. */
export class OverBudgetError extends ModelError {
  readonly cap: Cap;
  /** What may still be spent; null where the price of the call is not known. */
  readonly leftMicros: number | null;
  readonly neededMicros: number | null;
  /** By which the call would be paid; null where it is not known. */
  readonly price: PriceSnapshot | null;

  constructor(refusal: Refusal, { model, neededMicros, price, remedy = "" }: RefusedCall) {
    super("over-budget", refusalSentence(refusal, { model, neededMicros, remedy }));
    this.cap = refusal.cap;
    this.leftMicros = refusal.reason === "cap" ? refusal.leftMicros : null;
    this.neededMicros = neededMicros;
    this.price = price;
  }

  /** Who decides about the budget has to know the cap: it stays the same error. */
  override after(): this {
    return this;
  }
}

/** Stopped while it waited for a budget: nothing was sent. */
export class StoppedWaitError extends ModelError {
  constructor() {
    super("aborted", "The operation was aborted");
  }
}

/** Says on the last event what the call did cost, and by which price. */
export async function* priced(
  events: AsyncIterable<ModelEvent>,
  price: PriceSnapshot | null,
): AsyncGenerator<ModelEvent> {
  for await (const event of events) {
    yield event.type === "done" ? { ...event, cost: { micros: knownCost(event.usage, price), price } } : event;
  }
}

/** Null where the provider did not say what was used, or nobody knows its price. */
function knownCost(usage: ModelUsage, price: PriceSnapshot | null): number | null {
  if (price === null) return null;
  if (isFree(price)) return 0;
  return usage.estimated ? null : costMicros(usage, price);
}

/**
 * Null where nobody knows: an answer may have been written, and is paid for, though it never came.
 * @param hasBegun whether a part of an answer came before
 */
export function costOfFailure(
  { usage, status }: ModelError,
  price: PriceSnapshot | null,
  hasBegun: boolean,
): number | null {
  if (usage) return knownCost(usage, price);
  // An answer with the status of an error is not charged for.
  return status !== null && status >= 400 && !hasBegun ? 0 : null;
}

const WHOSE = { day: "today's", month: "this month's", always: "the" } as const;

function refusalSentence(
  { cap, ...refusal }: Refusal,
  { model, neededMicros, remedy }: Required<Omit<RefusedCall, "price">>,
): string {
  const budget = `${WHOSE[cap.period]} budget of ${subjectWords(cap.subject)}`;
  if (refusal.reason === "unknown-price") {
    const held = `${budget} (${dollarText(cap.limitMicros)}) could not be held`;
    return `The price of ${model} is not known, and ${held}: nothing was sent.${remedy && ` ${remedy}`}`;
  }
  const needed = dollarText(neededMicros ?? 0);
  return `The call may cost up to ${needed}, and ${budget} has ${dollarText(refusal.leftMicros)} left of ${dollarText(cap.limitMicros)}: nothing was sent.`;
}

/** The longest answer whose worst case fits what is left; 0 for none. */
export function tokensWithin(price: PriceSnapshot, request: ModelRequest, leftMicros: number): number {
  const inputTokens = upperTokens(request);
  let [fits, tooMany] = [0, request.maxTokens + 1];
  while (tooMany - fits > 1) {
    const tried = Math.floor((fits + tooMany) / 2);
    if (worstCaseMicros(price, inputTokens, tried) <= leftMicros) fits = tried;
    else tooMany = tried;
  }
  return fits;
}

/** What a run may go on with that is to finish cheaply. */
const CHEAP_MODELS: Partial<Record<Provider["name"], string>> = {
  anthropic: "claude-haiku-4-5",
  openai: "gpt-5-nano",
};

/** Null where none is known. */
export function cheapModelOf(provider: Provider["name"]): string | null {
  return CHEAP_MODELS[provider] ?? null;
}

/** Null where no model is known that costs less. */
export function cheaperModel(provider: Provider["name"], model: string, now: number): string | null {
  const cheap = cheapModelOf(provider);
  const [price, cheapPrice] = [priceOf(provider, model, now), cheap ? priceOf(provider, cheap, now) : null];
  if (!cheap || !price || !cheapPrice) return null;
  const isCheaper =
    cheapPrice.rates[0].input < price.rates[0].input && cheapPrice.rates[0].output < price.rates[0].output;
  return isCheaper ? cheap : null;
}
