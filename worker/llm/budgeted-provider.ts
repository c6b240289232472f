/**
 * A provider whose every attempt is reserved at its worst case before it is made, and settled once at what it did cost.
 * Goes right around an adapter, within retry.ts: each attempt is a call of its own. Prices are prices.ts's, and what a
 * budget lets through is the ledger's.
 */
import { subjectWords } from "../domain/budget.ts";
import type { BudgetSubject, Cap, ReserveAnswer, ReserveRequest } from "../domain/budget-state.ts";
import { dollarText } from "../domain/dollars.ts";
import type { Clock } from "../domain/ports.ts";
import { costMicros, type PriceSnapshot, priceOf, worstCaseMicros } from "./prices.ts";
import { ModelError, type ModelEvent, type ModelRequest, type ModelUsage, type Provider } from "./provider.ts";

export interface CallBudget {
  readonly clock: Clock;
  readonly ledger: {
    reserve(request: ReserveRequest): Promise<ReserveAnswer>;
    settle(id: string, actualMicros: number): Promise<number | null>;
    markUnknown(id: string): Promise<void>;
  };
  readonly newId: () => string;
  /** What calls are about, besides the workspace. */
  readonly subjects: readonly BudgetSubject[];
  /** The price that somebody set; null to look it up. */
  readonly price?: PriceSnapshot | null;
}

/** A budget stands in the way: nothing was sent. */
export class OverBudgetError extends ModelError {
  readonly cap: Cap;
  /** What may still be spent; null where the price of the call is not known. */
  readonly leftMicros: number | null;
  readonly neededMicros: number | null;

  constructor(refusal: Exclude<ReserveAnswer, { granted: true }>, neededMicros: number | null, model: string) {
    super("over-budget", refusalSentence(refusal, neededMicros, model));
    this.cap = refusal.cap;
    this.leftMicros = refusal.reason === "cap" ? refusal.leftMicros : null;
    this.neededMicros = neededMicros;
  }

  /** Who decides about the budget has to know the cap: it stays the same error. */
  override after(): this {
    return this;
  }
}

export function withBudget(provider: Provider, budget: CallBudget): Provider {
  return { ...provider, stream: (request) => budgetedStream(provider, request, budget) };
}

async function* budgetedStream(provider: Provider, request: ModelRequest, budget: CallBudget) {
  const price = budget.price ?? priceOf(provider.name, request.model, budget.clock.now());
  // What costs nothing needs no leave.
  if (price?.source === "built-in") return yield* priced(provider.stream(request), price);
  const id = budget.newId();
  const bound = price && worstCaseMicros(price, inputTokensAtMost(request), request.maxTokens);
  const answer = await reserved(budget, { id, boundMicros: bound, subjects: budget.subjects });
  if (!answer.granted) throw new OverBudgetError(answer, bound, request.model);
  let cost: number | null = null;
  try {
    for await (const event of priced(provider.stream(request), price)) {
      if (event.type === "done") cost = knownCost(event.usage, price);
      yield event;
    }
  } catch (error) {
    if (error instanceof ModelError) cost = costOfFailure(error, price);
    throw error;
  } finally {
    const told = cost === null ? budget.ledger.markUnknown(id) : budget.ledger.settle(id, cost);
    // The answer is there and paid for. A reservation that nobody settles is unknown after a while, and keeps its bound.
    await Promise.resolve(told).catch(() => undefined);
  }
}

/** Without the ledger nothing is let through: it may be back in a moment. */
async function reserved({ ledger }: CallBudget, request: ReserveRequest): Promise<ReserveAnswer> {
  try {
    return await ledger.reserve(request);
  } catch (cause) {
    throw new ModelError("overloaded", "The workspace's budget cannot be asked right now: nothing was sent.", {
      cause,
    });
  }
}

/** Says on the last event what the call did cost, and by which price. */
async function* priced(events: AsyncIterable<ModelEvent>, price: PriceSnapshot | null): AsyncGenerator<ModelEvent> {
  for await (const event of events) {
    yield event.type === "done" ? { ...event, cost: { micros: knownCost(event.usage, price), price } } : event;
  }
}

/** Null where the provider did not say what was used, or nobody knows its price. */
function knownCost(usage: ModelUsage, price: PriceSnapshot | null): number | null {
  if (price?.source === "built-in") return 0;
  return price === null || usage.estimated ? null : costMicros(usage, price);
}

/** Null where nobody knows: an answer may have been written, and is paid for, though it never came. */
function costOfFailure({ usage, status, isPartial }: ModelError, price: PriceSnapshot | null): number | null {
  if (usage) return knownCost(usage, price);
  // An answer with the status of an error is not charged for.
  return status !== null && status >= 400 && !isPartial ? 0 : null;
}

/** What frames a message or a tool in a request, of which providers count some as input. */
const FRAME_TOKENS = 16;
/** What providers put before a request that has tools. */
const TOOLS_TOKENS = 1_000;

/** No tokenizer in use makes more tokens of a text than it has bytes: a bound, not an estimate. JSON only adds to it. */
export function inputTokensAtMost({ system, messages, tools = [] }: ModelRequest): number {
  const bytes = new TextEncoder().encode(JSON.stringify([system, messages, tools])).length;
  return bytes + FRAME_TOKENS * (1 + messages.length + tools.length) + (tools.length > 0 ? TOOLS_TOKENS : 0);
}

const WHOSE = { day: "today's", month: "this month's", always: "the" } as const;

function refusalSentence(
  { cap, ...refusal }: Exclude<ReserveAnswer, { granted: true }>,
  neededMicros: number | null,
  model: string,
): string {
  const budget = `${WHOSE[cap.period]} budget of ${subjectWords(cap.subject)}`;
  if (refusal.reason === "unknown-price") {
    return `The price of ${model} is not known, and ${budget} (${dollarText(cap.limitMicros)}) could not be held: nothing was sent.`;
  }
  const needed = dollarText(neededMicros ?? 0);
  return `The call may cost up to ${needed}, and ${budget} has ${dollarText(refusal.leftMicros)} left of ${dollarText(cap.limitMicros)}: nothing was sent.`;
}

/** The longest answer whose worst case fits what is left; 0 for none. */
export function tokensWithin(
  provider: Provider["name"],
  request: ModelRequest,
  { leftMicros, now }: { readonly leftMicros: number; readonly now: number },
): number {
  const price = priceOf(provider, request.model, now);
  if (price === null) return 0;
  const inputTokens = inputTokensAtMost(request);
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

/** Null where no model is known that costs less. */
export function cheaperModel(provider: Provider["name"], model: string, now: number): string | null {
  const cheap = CHEAP_MODELS[provider];
  const [price, cheapPrice] = [priceOf(provider, model, now), cheap ? priceOf(provider, cheap, now) : null];
  if (!cheap || !price || !cheapPrice) return null;
  const isCheaper =
    cheapPrice.rates[0].input < price.rates[0].input && cheapPrice.rates[0].output < price.rates[0].output;
  return isCheaper ? cheap : null;
}
