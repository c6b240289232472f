/**
 * Writes down what calls of models ask, answer, use and cost. What cannot be written is logged and changes nothing else.
 */
import type { Dependencies } from "../dependencies.ts";
import { EXECUTION_BOUNDS, type ExecutionSource, type ExecutionTexts } from "../domain/execution.ts";
import { newId } from "../domain/ids.ts";
import type { Redactor } from "../domain/redactor.ts";
import { costMicros, priceOf } from "../llm/prices.ts";
import { type ModelRequest, type Provider, partsOf } from "../llm/provider.ts";
import { type CallEnd, type CallStart, withRecord } from "../llm/recorded-provider.ts";
import { shownPart } from "../llm/shown-part.ts";
import { endExecution, insertExecution } from "../store/executions.ts";
import type { ExecutionRow } from "../store/schema.ts";

/** @param redactor has learned of every key that the calls were made with, by the time they end */
export function recorded(
  dependencies: Dependencies,
  provider: Provider,
  { workspaceId, source, redactor }: { workspaceId: string; source: ExecutionSource; redactor: Redactor },
): Provider {
  const { db, clock, random, log, afterwards, gate } = dependencies;
  const attempt = (work: Promise<unknown>) =>
    afterwards(work.catch((error) => log.warn("a call could not be written down", { workspaceId, error })));
  return withRecord(provider, clock, () => {
    const id = newId("call", clock, random);
    let begun: Promise<void> = Promise.resolve();
    const written = Promise.withResolvers<void>();
    return {
      began(start) {
        // The platform stops a request whose client has left: not before the budget and the record know how it ended.
        afterwards(written.promise);
        begun = insertExecution(db, liveRow(id, workspaceId, source, start));
        attempt(begun);
        // The mock's calls pass no gate, whose object sweeps the record.
        if (start.provider === "mock") attempt(gate(workspaceId).keepsRecord());
      },
      ended(end) {
        const write = async () => {
          await begun.catch(() => undefined);
          const row = endedRow(liveRow(id, workspaceId, source, end), end);
          await endExecution(db, row, textsOf(end, redactor));
        };
        attempt(write().finally(written.resolve));
      },
    };
  });
}

function liveRow(id: string, workspaceId: string, source: ExecutionSource, start: CallStart): ExecutionRow {
  const { provider, model, startedAt } = start;
  return {
    ...{ id, workspaceId, source: source.kind, sourceId: source.id, provider, model, startedAt },
    ...{ outcome: "live", reason: null, message: null, status: null },
    ...{ endedAt: null, latencyMs: null, firstTokenMs: null, waitedMs: 0 },
    ...{ inputTokens: null, outputTokens: null, thinkingTokens: null, cacheReadTokens: null, cacheWriteTokens: null },
    ...{ isEstimated: false, costMicros: null, price: null, retries: [], fallbacks: [] },
  };
}

function endedRow(live: ExecutionRow, end: CallEnd): ExecutionRow {
  const { provider, model, outcome, reason, message, status, usage, endedAt, startedAt } = end;
  const { firstTokenMs, waitedMs, retries, fallbacks } = end;
  const price = priceOf(provider, model, startedAt);
  return {
    ...live,
    ...{ outcome, reason, message, status, endedAt, latencyMs: Math.max(0, endedAt - startedAt) },
    ...{ firstTokenMs, waitedMs, retries, fallbacks },
    ...(usage === null
      ? {}
      : {
          ...{ inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, isEstimated: usage.estimated },
          ...{ thinkingTokens: usage.thinkingTokens, cacheReadTokens: usage.cacheReadTokens },
          cacheWriteTokens: usage.cacheWriteTokens,
        }),
    costMicros: usage === null || price === null ? null : costMicros(usage, price),
    price,
  };
}

/** Without keys, and cut to what is kept. */
function textsOf({ request, answer }: CallEnd, redactor: Redactor): ExecutionTexts {
  const prompt = promptOf(request);
  const kept = (text: string) => {
    const redacted = redactor.begin();
    return (redacted.push(text.slice(0, EXECUTION_BOUNDS.textChars)) + redacted.finish()).slice(
      0,
      EXECUTION_BOUNDS.textChars,
    );
  };
  return { prompt: kept(prompt), answer: kept(answer), promptChars: prompt.length, answerChars: answer.length };
}

/** As people read it: each part under who says it. */
function promptOf({ system, messages }: ModelRequest): string {
  const said = messages.map((message) => ({ role: message.role, text: partsOf(message).map(shownPart).join("") }));
  const parts = [{ role: "system", text: system }, ...said].filter(({ text }) => text !== "");
  return parts.map(({ role, text }) => `${role}:\n${text}`).join("\n\n");
}
