/**
 * The provider that a workspace's models are asked through: by the key that it chose last, else by the operator's, else
 * the built-in mock. Keys stay sealed here; the gateway opens one for each request.
 */
import type { Dependencies } from "../dependencies.ts";
import type { BudgetSubject } from "../domain/budget-state.ts";
import { OPERATOR_KEY_ID } from "../domain/call-limits.ts";
import { type Result, succeed } from "../domain/errors.ts";
import type { ExecutionSource } from "../domain/execution.ts";
import { newId } from "../domain/ids.ts";
import { askedKeys } from "../domain/model-choice.ts";
import type { Clock } from "../domain/ports.ts";
import { type KeyTest, type KeyVerdict, takesPrices, VERDICT_ADVICE } from "../domain/provider-key.ts";
import { Redactor } from "../domain/redactor.ts";
import type { Secret } from "../domain/secret.ts";
import { readUrl } from "../egress/egress.ts";
import { withAdmission } from "../llm/admitted-provider.ts";
import { priced } from "../llm/call-cost.ts";
import { ANSWER_BYTES } from "../llm/call-guard.ts";
import { type CallTimeouts, type Connection, DEFAULT_TIMEOUTS } from "../llm/connection.ts";
import { withFallback } from "../llm/fallback.ts";
import { createMockProvider } from "../llm/mock.ts";
import { type PriceSnapshot, priceOf, priceSetByHand } from "../llm/prices.ts";
import { ModelError, type ModelErrorReason, type Provider, type ProviderName } from "../llm/provider.ts";
import { withRedaction } from "../llm/redacted-provider.ts";
import { withRetries } from "../llm/retry.ts";
import { createProvider, type ProviderChoice } from "../llm/select-provider.ts";
import { noteKeyUse } from "../store/provider-keys.ts";
import type { ProviderKeyRow } from "../store/schema.ts";
import { CallSheet } from "./call-sheet.ts";
import { recorded } from "./record-calls.ts";
import { type AskableKey, askableKeysOf, modelByName, noSuchModel } from "./workspace-models.ts";

/** A test is looked at by a person who waits for it. */
const TEST_TIMEOUTS: CallTimeouts = { firstByteMs: 20_000, silenceMs: 10_000, totalMs: 30_000 };
/** The least that every provider takes. */
const TEST_TOKENS = 16;

const PROVIDER_LABELS: Readonly<Record<ProviderName, string>> = {
  anthropic: "Anthropic",
  openai: "OpenAI",
  "openai-compatible": "the OpenAI-compatible server",
  mock: "the mock provider",
};

/** What a sealed key opens for: it does not open for another address, or as another version of itself. */
export function keyContext(
  { provider, baseUrl, id }: Pick<ProviderKeyRow, "provider" | "baseUrl" | "id">,
  version: number,
) {
  return JSON.stringify(["provider key", provider, baseUrl, id, version]);
}

/** What is known of one call. */
interface Call {
  readonly workspaceId: string;
  /** What it is about, besides the workspace: all of it has budgets. */
  readonly subjects: readonly BudgetSubject[];
  readonly redactor: Redactor;
  readonly sheet: CallSheet;
}

/**
 * How a workspace's model is asked, from the outside in: every call is recorded; where one provider cannot answer the
 * next is asked; each has its retries; and each attempt passes the workspace's gate and has its worst case reserved.
 *
 * @param source what the calls are made for
 * @param subjects what they are about, besides the workspace: all of them have budgets
 */
export async function providerOf(
  dependencies: Dependencies,
  workspaceId: string,
  source: ExecutionSource,
  subjects: readonly BudgetSubject[] = [],
): Promise<Provider> {
  const keys = await askableKeysOf(dependencies, workspaceId);
  return composed(dependencies, workspaceId, { source, subjects, keys: askedKeys(keys) });
}

/** The same for a model by its name, or `default`. `model-not-found` says which there are. */
export async function providerOfNamed(
  dependencies: Dependencies,
  workspaceId: string,
  source: ExecutionSource,
  name: string,
  subjects: readonly BudgetSubject[] = [],
): Promise<Result<Provider>> {
  const keys = await askableKeysOf(dependencies, workspaceId);
  const named = modelByName(dependencies, keys, name);
  if (named === null) return noSuchModel(dependencies, workspaceId, [{ path: "model", name }]);
  const provider = composed(dependencies, workspaceId, { source, subjects, keys: askedKeys(keys, named.key) });
  return succeed({ ...provider, defaultModel: named.model });
}

interface Asked {
  readonly source: ExecutionSource;
  readonly subjects: readonly BudgetSubject[];
  /** In the order in which they are asked. */
  readonly keys: readonly AskableKey[];
}

function composed(dependencies: Dependencies, workspaceId: string, { source, subjects, keys }: Asked): Provider {
  const redactor = new Redactor();
  const compose = () => {
    const call = { workspaceId, subjects, redactor, sheet: sheetOf(dependencies, workspaceId) };
    const [first, ...next] = keys.map(({ row }) =>
      row ? ofKey(dependencies, row, call) : operatorsOf(dependencies, call),
    );
    const provider = withFallback([first!, ...next]);
    return recorded(dependencies, provider, call.sheet, { workspaceId, source, redactor });
  };
  // Composed for each call, which has a sheet of its own. Most are asked for one.
  let next: Provider | null = compose();
  return {
    ...next,
    stream(request) {
      const provider = next ?? compose();
      next = null;
      return provider.stream(request);
    },
  };
}

function sheetOf({ calls }: Dependencies, workspaceId: string): CallSheet {
  return new CallSheet({
    begin: (attempt, news) => calls.begin(workspaceId, attempt, news),
    tell: (news) => calls.tell(workspaceId, news),
  });
}

function priceRemedy(keyId: string): string {
  return keyId === OPERATOR_KEY_ID
    ? "The operator of this server can set it: RUNYARD_MODEL_PRICES."
    : "An admin can set it: Settings, Provider keys.";
}

/** By a key of the workspace's own; its use is noted when it comes to that. */
function ofKey(dependencies: Dependencies, row: ProviderKeyRow, call: Call): Provider {
  const { db, clock, random, log, afterwards, keysInUse } = dependencies;
  const provider = withRetries(providersOf(dependencies, row, call), { clock, random });
  return {
    ...provider,
    stream(request) {
      if (keysInUse.isDue(row.id)) {
        const noted = noteKeyUse(db, row.id, clock.now());
        afterwards(
          noted.catch((error) => log.warn("the use of a key was not noted", { workspaceId: row.workspaceId, error })),
        );
      }
      return provider.stream(request);
    },
  };
}

/** By the operator's key, or the mock. */
function operatorsOf(dependencies: Dependencies, call: Call): Provider {
  const { config, clock, random } = dependencies;
  const ports = { clock, random };
  if (config.provider === null) return withRetries([unasked(createMockProvider({ clock }), clock, call)], ports);
  const { choice, key, prices } = config.provider;
  // The address is the operator's, who may well run the server beside this one.
  const provider = open(dependencies, choice, async () => key!, { allowsPrivate: true, redactor: call.redactor });
  return withRetries([admitted(dependencies, { id: OPERATOR_KEY_ID, prices }, provider, call)], ports);
}

/** The mock needs no leave: nothing is called, and nothing is paid. */
function unasked(mock: Provider, clock: Clock, { sheet }: Call): Provider {
  return {
    ...mock,
    stream(request) {
      const price = priceOf(mock.name, request.model, clock.now());
      sheet.beginInside(price);
      return priced(mock.stream(request), price);
    },
  };
}

/** @param key that of the workspace, or the operator's */
function admitted(
  { clock, random, budget }: Dependencies,
  key: Pick<ProviderKeyRow, "id" | "prices">,
  provider: Provider,
  { workspaceId, subjects, sheet }: Call,
): Provider {
  if (provider.name === "mock") throw new Error("the mock is asked without leave");
  const address = { service: provider.name, keyId: key.id };
  const priceNow = (model: string): PriceSnapshot | null =>
    priceSetByHand(key.prices, model) ?? priceOf(provider.name, model, clock.now());
  return withAdmission(provider, {
    admitter: {
      begin: (attempt, price) => sheet.begin({ ...attempt, address }, price),
      refusalOfUnpriced: (about) => budget(workspaceId).refusalOfUnpriced(about),
      ended: (end) => sheet.attemptEnded({ ...end, address }),
    },
    newId: () => newId("call", clock, random),
    label: PROVIDER_LABELS[provider.name],
    priceOf: priceNow,
    priceRemedy: takesPrices(provider.name) ? priceRemedy(key.id) : "",
    ...{ clock, subjects },
  });
}

/** By the key, and for a while after a rotation by the one before it. */
function providersOf(dependencies: Dependencies, row: ProviderKeyRow, call: Call): [Provider, ...Provider[]] {
  const { clock, vault, config } = dependencies;
  const { sealed, sealedPrevious, previousExpiresAt, workspaceId, version } = row;
  const by = (text: string | null, sealedVersion: number) => {
    const choice = { ...row, hasKey: text !== null };
    const key = () => vault.open(workspaceId, keyContext(row, sealedVersion), text!);
    const provider = open(dependencies, choice, key, {
      allowsPrivate: config.allowsPrivateProviders,
      redactor: call.redactor,
    });
    return admitted(dependencies, row, provider, call);
  };
  const isOverlapping = sealedPrevious !== null && previousExpiresAt !== null && previousExpiresAt > clock.now();
  return [by(sealed, version), ...(isOverlapping ? [by(sealedPrevious, version - 1)] : [])];
}

interface OpenOptions {
  readonly allowsPrivate: boolean;
  /** Learns of the key when it is used. */
  readonly redactor: Redactor;
  readonly timeouts?: CallTimeouts;
}

/** The provider behind the gateway: its key is opened there, for each request, and kept out of what it answers. */
function open(
  { egress, clock }: Dependencies,
  choice: ProviderChoice,
  key: () => Promise<Secret>,
  { allowsPrivate, redactor, timeouts = DEFAULT_TIMEOUTS }: OpenOptions,
): Provider {
  const send = egress({
    origins: [readUrl(choice.baseUrl)!.origin],
    allowsPrivate,
    // The adapters have bounds of their own, with words of their own.
    answerBytes: 2 * ANSWER_BYTES,
    timeoutMs: null,
    ...{ key, redactor },
  });
  const connection: Connection = { fetch: send, clock, timeouts };
  return withRedaction(createProvider(choice, connection), redactor);
}

const VERDICT_OF_REASON: Readonly<Record<ModelErrorReason, KeyVerdict>> = {
  "rejected-key": "rejected-key",
  "no-permission": "no-permission",
  "no-credit": "no-credit",
  "rate-limited": "rate-limited",
  unreachable: "unreachable",
  "timed-out": "unreachable",
  overloaded: "unclear",
  "bad-request": "unclear",
  "over-budget": "unclear",
  "cut-off": "unclear",
  "over-limit": "unclear",
  "circuit-open": "unclear",
  aborted: "unclear",
};

/** What to do about a fault that leaves a key unverified, but is not one of its settings. */
const ADVICE_OF_REASON: Partial<Record<ModelErrorReason, string>> = {
  overloaded: "The fault is the provider's own, and says nothing of the key: test it again later.",
};

/** Asks the model for a word: only an answer shows that the key, the model and the credit are there. Never asks twice. */
export async function testProvider(
  dependencies: Dependencies,
  choice: ProviderChoice,
  key: () => Promise<Secret>,
): Promise<KeyTest> {
  const allowsPrivate = dependencies.config.allowsPrivateProviders;
  const provider = open(dependencies, choice, key, {
    allowsPrivate,
    redactor: new Redactor(),
    timeouts: TEST_TIMEOUTS,
  });
  const { signal } = new AbortController();
  const messages = [{ role: "user", text: "Answer with the word ok." }] as const;
  const request = { model: provider.defaultModel, system: "Be brief.", messages, maxTokens: TEST_TOKENS, signal };
  try {
    // The first sign of an answer is enough; leaving the loop closes the connection.
    for await (const _ of provider.stream(request)) break;
    return { verdict: "works", message: `${provider.defaultModel} answered.`, advice: VERDICT_ADVICE.works };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const verdict = VERDICT_OF_REASON[error.reason];
    return { verdict, message: error.message, advice: ADVICE_OF_REASON[error.reason] ?? VERDICT_ADVICE[verdict] };
  }
}
