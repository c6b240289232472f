/**
 * `POST /v1/chat/completions`: the workspace's model for any client of OpenAI's API, through the same gateway as
 * everything else: its key, limits, retries and record. Answers whole, or as server-sent events.
 * Invariant: an answer begins only when the model has begun, so that what fails before has its own status.
 */
import type { Context } from "hono";
import { Hono } from "hono";
import { providerOf } from "../../actions/workspace-provider.ts";
import { newId } from "../../domain/ids.ts";
import { type AnswerHead, CompletionChunks, wholeCompletion } from "../../llm/chat-completion-answer.ts";
import { chatCompletionSchema, modelRequestOf } from "../../llm/chat-completion-request.ts";
import { isNotice, ModelError, type ModelErrorReason, type ModelEvent } from "../../llm/provider.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { openaiError } from "../../middleware/openai-error.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";

export const chatCompletions = new Hono<SignedInEnv>().post("/", async (c) => {
  const body = await readJson(c, chatCompletionSchema);
  if (!body.ok) return problem(c, body);
  const { clock, random } = c.var.dependencies;
  const { workspaceId, id } = c.var.principal;
  const provider = await providerOf(c.var.dependencies, workspaceId, { kind: "api", id });
  const stop = new AbortController();
  const request = modelRequestOf(body.value, provider.defaultModel, stop.signal);
  if (!request.ok) return problem(c, request);
  const head: AnswerHead = {
    id: newId("call", clock, random).replace("call_", "chatcmpl-"),
    created: Math.floor(clock.now() / 1_000),
    model: request.value.model,
  };
  const events = provider.stream(request.value)[Symbol.asyncIterator]();
  c.header("cache-control", "private, no-store");
  try {
    if (!body.value.stream) {
      const whole = wholeCompletion(head, { [Symbol.asyncIterator]: () => events });
      // The platform may end a request whose client has left; the call is paid for, and its record must have an end.
      c.var.dependencies.afterwards(whole.catch(() => undefined));
      return c.json(await whole);
    }
    const first = await firstOf(events);
    const chunks = new CompletionChunks(head, body.value.stream_options?.include_usage ?? false);
    return streamed(c, { first, events, chunks, stop });
  } catch (error) {
    // What cannot be told ends the call.
    stop.abort();
    await events.return?.(undefined);
    if (error instanceof ModelError) return refused(c, error);
    throw error;
  }
});

/** The first event of the answer itself. A provider gives one, or throws. */
async function firstOf(events: AsyncIterator<ModelEvent>): Promise<ModelEvent> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error("A provider's answer ended without its last event");
    if (!isNotice(value)) return value;
  }
}

interface Streaming {
  readonly first: ModelEvent;
  readonly events: AsyncIterator<ModelEvent>;
  readonly chunks: CompletionChunks;
  readonly stop: AbortController;
}

const encoder = new TextEncoder();

/** Server-sent events, each piece as soon as there is something to say. Throws {@link ModelError} as the first of them. */
function streamed(c: Context<SignedInEnv>, streaming: Streaming): Response {
  const beginning = [streaming.chunks.start(), ...streaming.chunks.of(streaming.first)];
  const written = (data: readonly string[]) => encoder.encode(data.map((each) => `data: ${each}\n\n`).join(""));
  const pieces = piecesOf(c, streaming);
  const body = new ReadableStream<Uint8Array>({
    // What there is by now leaves with the head of the answer.
    start: (out) => out.enqueue(written(beginning)),
    async pull(out) {
      const { value, done } = await pieces.next();
      if (done) out.close();
      else out.enqueue(written(value));
    },
    async cancel() {
      streaming.stop.abort();
      await pieces.return(undefined);
      // Where nobody read on, nothing of that has begun.
      await streaming.events.return?.(undefined);
    },
  });
  return c.body(body, 200, { "content-type": "text/event-stream" });
}

/** The data of events behind the first that go out together. */
async function* piecesOf(
  c: Context<SignedInEnv>,
  { events, chunks, stop }: Streaming,
): AsyncGenerator<string[], undefined> {
  try {
    for (let next = await events.next(); !next.done; next = await events.next()) {
      const data = chunks.of(next.value);
      if (data.length > 0) yield data;
    }
  } catch (error) {
    if (stop.signal.aborted) return;
    const { requestId, dependencies } = c.var;
    if (!(error instanceof ModelError)) dependencies.log.error("a chat completion failed", { requestId, error });
    // A client that knows no such event at least misses the end marker.
    yield [JSON.stringify(faultOf(error).body)];
  } finally {
    // Ends the record of the call, whoever left first.
    await events.return?.(undefined);
  }
}

/**
 * What a fault of the provider is for the caller. The statuses that clients ask again for by themselves (408, 409, 429
 * and from 500 on) are left to what may pass: a rejected key of the workspace is none of them, nor the caller's own.
 */
const FAULTS: Readonly<
  Record<ModelErrorReason, readonly [status: 400 | 402 | 403 | 429 | 502 | 503 | 504, code: string]>
> = {
  "rejected-key": [403, "provider_rejected_key"],
  "no-permission": [403, "provider_no_permission"],
  "no-credit": [402, "insufficient_quota"],
  "rate-limited": [429, "rate_limit_exceeded"],
  "over-budget": [402, "over_budget"],
  "over-limit": [429, "workspace_limit"],
  "circuit-open": [503, "circuit_open"],
  overloaded: [503, "provider_overloaded"],
  "bad-request": [400, "provider_refused"],
  unreachable: [502, "provider_unreachable"],
  "timed-out": [504, "provider_timed_out"],
  "cut-off": [502, "answer_cut_off"],
  aborted: [400, "aborted"],
};

function faultOf(error: unknown) {
  if (!(error instanceof ModelError)) {
    return { status: 500, body: openaiError(500, "internal", "Something went wrong on our side.") } as const;
  }
  const [status, code] = FAULTS[error.reason];
  return { status, body: openaiError(status, code, error.message) };
}

function refused(c: Context<SignedInEnv>, error: ModelError): Response {
  const { status, body } = faultOf(error);
  if (error.retryAfterMs !== null) c.header("retry-after", String(Math.ceil(error.retryAfterMs / 1_000)));
  return c.json(body, status);
}
