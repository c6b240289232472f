/**
 * `POST /v1/chat/completions`: the workspace's model for any client of OpenAI's API, through the same gateway as
 * everything else: its key, limits, retries and record. Answers whole, or as server-sent events.
 * Invariant: an answer begins only when the model has begun, so that what fails before has its own status.
 */
import type { Context } from "hono";
import { Hono } from "hono";
import { providerOfNamed } from "../../actions/workspace-provider.ts";
import { newId } from "../../domain/ids.ts";
import { type AnswerHead, CompletionChunks, wholeCompletion } from "../../llm/chat-completion-answer.ts";
import { chatCompletionSchema, modelRequestOf } from "../../llm/chat-completion-request.ts";
import { isNotice, ModelError, type ModelErrorReason, type ModelEvent } from "../../llm/provider.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { openaiError } from "../../middleware/openai-error.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { withSignsOfLife } from "../signs-of-life.ts";

export const chatCompletions = new Hono<SignedInEnv>().post("/", async (c) => {
  const body = await readJson(c, chatCompletionSchema);
  if (!body.ok) return problem(c, body);
  const dependencies = c.get("dependencies");
  const { clock, random } = dependencies;
  const { workspaceId, id, agent } = c.get("principal");
  const subjects = agent === null ? [] : [{ kind: "agent" as const, id: agent }];
  const named = await providerOfNamed(dependencies, workspaceId, { kind: "api", id }, body.value.model, subjects);
  if (!named.ok) return problem(c, named);
  const provider = named.value;
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
      // Goes on to its end also where the client has left: the call is paid for, and its record holds the request open.
      return c.json(await wholeCompletion(head, { [Symbol.asyncIterator]: () => events }));
    }
    const { first, model } = await beginningOf(events, head.model);
    const chunks = new CompletionChunks({ ...head, model }, body.value.stream_options?.include_usage ?? false);
    return streamed(c, { first, events, chunks, stop });
  } catch (error) {
    // What cannot be told ends the call.
    stop.abort();
    await events.return?.(undefined);
    if (error instanceof ModelError) return refused(c, error);
    throw error;
  }
});

/** The first event of the answer itself, and the model that gives it. A provider gives one, or throws. */
async function beginningOf(events: AsyncIterator<ModelEvent>, asked: string) {
  let model = asked;
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error("A provider's answer ended without its last event");
    if (!isNotice(value)) return { first: value, model };
    if (value.type === "fallback") model = value.to.model;
  }
}

interface Streaming {
  readonly first: ModelEvent;
  readonly events: AsyncIterator<ModelEvent>;
  readonly chunks: CompletionChunks;
  readonly stop: AbortController;
}

const encoder = new TextEncoder();

/** No event of any stream: its readers pass over it. */
const COMMENT = encoder.encode(":\n\n");

/** Pieces that may wait for a client that reads slowly; then the provider is read no further. */
const READY_MAX = 16;

/** Server-sent events, each as soon as there is something to say. Throws {@link ModelError} as the first of them. */
function streamed(c: Context<SignedInEnv>, streaming: Streaming): Response {
  const beginning = [streaming.chunks.start(), ...streaming.chunks.of(streaming.first)];
  /** Wakes whoever waits for the client to read on. */
  let onRoom = () => {};
  // Written as it comes and not when it is asked for: to be asked takes longer than all else about a piece.
  const body = new ReadableStream<Uint8Array>(
    {
      start(out) {
        // What there is by now leaves with the head of the answer.
        out.enqueue(written(beginning));
        const room = async () => {
          while ((out.desiredSize ?? 0) <= 0 && !streaming.stop.signal.aborted)
            await new Promise<void>((resolve) => {
              onRoom = resolve;
            });
        };
        const sign = () => {
          if ((out.desiredSize ?? 0) > 0) out.enqueue(COMMENT);
        };
        void withSignsOfLife(c.var.dependencies.clock, sign, writeOn(c, streaming, out, room));
      },
      pull: () => onRoom(),
      cancel() {
        streaming.stop.abort();
        onRoom();
      },
    },
    { highWaterMark: READY_MAX },
  );
  return c.body(body, 200, { "content-type": "text/event-stream" });
}

/** The data of one or several events. */
function written(data: readonly string[]): Uint8Array {
  return encoder.encode(data.map((each) => `data: ${each}\n\n`).join(""));
}

/** Writes what comes behind the first event, and ends. Never rejects. */
async function writeOn(
  c: Context<SignedInEnv>,
  { events, chunks, stop }: Streaming,
  out: ReadableStreamDefaultController<Uint8Array>,
  room: () => Promise<void>,
): Promise<void> {
  try {
    for (let next = await events.next(); !next.done; next = await events.next()) {
      const data = chunks.of(next.value);
      if (data.length === 0) continue;
      await room();
      if (stop.signal.aborted) return;
      out.enqueue(written(data));
    }
    out.close();
  } catch (error) {
    if (stop.signal.aborted) return;
    const { requestId, dependencies } = c.var;
    if (!(error instanceof ModelError)) dependencies.log.error("a chat completion failed", { requestId, error });
    // A client that knows no such event at least misses the end marker.
    out.enqueue(written([JSON.stringify(faultOf(error).body)]));
    out.close();
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
