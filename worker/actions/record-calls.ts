/** What is written down of calls of models: what they ask, answer, use and cost. Where it goes is the call's sheet's. */
import type { Dependencies } from "../dependencies.ts";
import { EXECUTION_BOUNDS, type ExecutionSource, type ExecutionTexts } from "../domain/execution.ts";
import { newId } from "../domain/ids.ts";
import type { Redactor } from "../domain/redactor.ts";
import { costMicros } from "../llm/prices.ts";
import { type ModelRequest, type Provider, partsOf } from "../llm/provider.ts";
import { type CallEnd, type CallStart, withRecord } from "../llm/recorded-provider.ts";
import { shownPart } from "../llm/shown-part.ts";
import { executionRecord } from "../store/executions.ts";
import type { ExecutionRow } from "../store/schema.ts";
import type { CallSheet } from "./call-sheet.ts";

export interface RecordedCalls {
  readonly workspaceId: string;
  readonly source: ExecutionSource;
  /** Has learned of every key that the calls were made with, by the time they end. */
  readonly redactor: Redactor;
}

/**
 * The provider of one call, with its record: the call's sheet hears of it.
 * @param sheet what its attempts tell of themselves, too
 */
export function recorded(
  { clock, random, afterwards }: Pick<Dependencies, "clock" | "random" | "afterwards">,
  provider: Provider,
  sheet: CallSheet,
  { workspaceId, source, redactor }: RecordedCalls,
): Provider {
  return withRecord(provider, clock, () => {
    const id = newId("call", clock, random);
    const over = Promise.withResolvers<void>();
    return {
      began(start) {
        // The platform stops a request whose client has left: not before the object knows how the call ended.
        afterwards(over.promise);
        sheet.began(executionRecord(liveRow(id, workspaceId, source, start), null));
      },
      ended(end) {
        const row = endedRow(liveRow(id, workspaceId, source, end), end, sheet);
        sheet.ended(executionRecord(row, textsOf(end, redactor)), end.reason === "over-budget");
        over.resolve();
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

function endedRow(live: ExecutionRow, end: CallEnd, { price, wasFree }: CallSheet): ExecutionRow {
  const { outcome, reason, message, status, usage, endedAt, startedAt } = end;
  const { firstTokenMs, waitedMs, retries, fallbacks } = end;
  const cost = usage === null || price === null ? null : costMicros(usage, price);
  const isRefused = outcome === "failed" && wasFree;
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
    // What the budget counted, where it did: by the model that was asked for, whatever name the answer gives it.
    costMicros: end.cost ? end.cost.micros : isRefused ? 0 : cost,
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
