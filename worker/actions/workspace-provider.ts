/**
 * The provider that a workspace's models are asked through: by the key that it chose last, else by the operator's, else
 * the built-in mock. Keys stay sealed here; the gateway opens one for each request.
 */
import type { Dependencies } from "../dependencies.ts";
import type { BudgetSubject } from "../domain/budget-state.ts";
import { newId } from "../domain/ids.ts";
import { type KeyTest, type KeyVerdict, VERDICT_ADVICE } from "../domain/provider-key.ts";
import { Redactor } from "../domain/redactor.ts";
import type { Secret } from "../domain/secret.ts";
import { type CallBudget, withBudget } from "../llm/budgeted-provider.ts";
import { ANSWER_BYTES } from "../llm/call-guard.ts";
import { type CallTimeouts, type Connection, DEFAULT_TIMEOUTS } from "../llm/connection.ts";
import { createMockProvider } from "../llm/mock.ts";
import { ModelError, type ModelErrorReason, type Provider, type ProviderName } from "../llm/provider.ts";
import { withRedaction } from "../llm/redacted-provider.ts";
import { withRetries } from "../llm/retry.ts";
import { createProvider, type ProviderChoice } from "../llm/select-provider.ts";
import { findChosenKey, noteKeyUse } from "../store/provider-keys.ts";
import type { ProviderKeyRow } from "../store/schema.ts";

/** How often a use is noted: once a minute is enough for people, and one write less for each call. */
const USE_NOTED_MS = 60_000;
/** A test is looked at by a person who waits for it. */
const TEST_TIMEOUTS: CallTimeouts = { firstByteMs: 20_000, silenceMs: 10_000, totalMs: 30_000 };
/** The least that every provider takes. */
const TEST_TOKENS = 16;

/** What a sealed key opens for: it does not open for another address, or as another version of itself. */
export function keyContext(
  { provider, baseUrl, id }: Pick<ProviderKeyRow, "provider" | "baseUrl" | "id">,
  version: number,
) {
  return JSON.stringify(["provider key", provider, baseUrl, id, version]);
}

/** @param subjects what its calls are about, besides the workspace: all of them have budgets */
export async function providerOf(
  dependencies: Dependencies,
  workspaceId: string,
  subjects: readonly BudgetSubject[] = [],
): Promise<Provider> {
  const { config, db, clock, random } = dependencies;
  const row = await findChosenKey(db, workspaceId);
  const newCallId = () => newId("call", clock, random);
  const budget: CallBudget = { clock, ledger: dependencies.budget(workspaceId), newId: newCallId, subjects };
  const budgeted = (provider: Provider) => withBudget(provider, budget);
  if (row) {
    await noteKeyUse(db, row.id, clock.now(), USE_NOTED_MS);
    const [first, ...others] = providersOf(dependencies, row);
    return withRetries([budgeted(first), ...others.map(budgeted)], { clock, random });
  }
  if (config.provider === null) return withRetries([budgeted(createMockProvider({ clock }))], { clock, random });
  const { choice, key } = config.provider;
  // The address is the operator's, who may well run the server beside this one.
  const opened = open(dependencies, choice, async () => key!, { allowsPrivate: true });
  return withRetries([budgeted(opened)], { clock, random });
}

/** What people are told which provider it is: remembered for moments. */
export async function providerNameOf(dependencies: Dependencies, workspaceId: string): Promise<ProviderName> {
  const { config, db, knownProviders } = dependencies;
  const known = await knownProviders.find(workspaceId, async () => {
    const row = await findChosenKey(db, workspaceId);
    return row?.provider ?? config.provider?.choice.provider ?? "mock";
  });
  return known!;
}

/** By the key, and for a while after a rotation by the one before it. */
function providersOf(dependencies: Dependencies, row: ProviderKeyRow): [Provider, ...Provider[]] {
  const { clock, vault, config } = dependencies;
  const { sealed, sealedPrevious, previousExpiresAt, workspaceId, version } = row;
  const by = (text: string | null, sealedVersion: number) => {
    const choice = { ...row, hasKey: text !== null };
    const key = () => vault.open(workspaceId, keyContext(row, sealedVersion), text!);
    return open(dependencies, choice, key, { allowsPrivate: config.allowsPrivateProviders });
  };
  const isOverlapping = sealedPrevious !== null && previousExpiresAt !== null && previousExpiresAt > clock.now();
  return [by(sealed, version), ...(isOverlapping ? [by(sealedPrevious, version - 1)] : [])];
}

/** The provider behind the gateway: its key is opened there, for each request, and kept out of what it answers. */
function open(
  { egress, clock }: Dependencies,
  choice: ProviderChoice,
  key: () => Promise<Secret>,
  { allowsPrivate, timeouts = DEFAULT_TIMEOUTS }: { allowsPrivate: boolean; timeouts?: CallTimeouts },
): Provider {
  const redactor = new Redactor();
  const send = egress({
    origins: [new URL(choice.baseUrl).origin],
    allowsPrivate,
    // The adapters have bounds of their own, with words of their own: these are behind them.
    answerBytes: 2 * ANSWER_BYTES,
    timeoutMs: 2 * timeouts.totalMs,
    ...{ key, redactor },
  });
  const connection: Connection = { fetch: (input, init = {}) => send(String(input), init), clock, timeouts };
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
  aborted: "unclear",
};

/** Asks the model for a word: only an answer shows that the key, the model and the credit are there. Never asks twice. */
export async function testProvider(
  dependencies: Dependencies,
  choice: ProviderChoice,
  key: () => Promise<Secret>,
): Promise<KeyTest> {
  const allowsPrivate = dependencies.config.allowsPrivateProviders;
  const provider = open(dependencies, choice, key, { allowsPrivate, timeouts: TEST_TIMEOUTS });
  const { signal } = new AbortController();
  const messages = [{ role: "user", text: "Answer with the word ok." }] as const;
  const request = { model: provider.defaultModel, system: "Be brief.", messages, maxTokens: TEST_TOKENS, signal };
  try {
    // The first sign of an answer is enough; leaving the loop closes the connection.
    for await (const _ of provider.stream(request)) break;
    return told("works", `${provider.defaultModel} answered.`);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return told(VERDICT_OF_REASON[error.reason], error.message);
  }
}

function told(verdict: KeyVerdict, message: string): KeyTest {
  return { verdict, message, advice: VERDICT_ADVICE[verdict] };
}
