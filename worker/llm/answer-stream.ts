/**
 * Runs one streamed answer for every adapter: sends its request under guard, feeds the events to the adapter's
 * reader, and decides how a stream without a final event is to be told. The adapters own what is theirs alone: the
 * request and the meaning of each event.
 * Invariant: ends in exactly one of `done` or a thrown {@link ModelError}.
 */
import { EgressError, type EgressErrorCode } from "../egress/egress.ts";
import { CallGuard, type StopCause } from "./call-guard.ts";
import type { Connection } from "./connection.ts";
import { faultOf, faultOfFacts } from "./model-fault.ts";
import { ModelError, type ModelErrorReason, type ModelEvent, type ModelRequest } from "./provider.ts";
import type { RequestHead } from "./request-head.ts";
import { EventDecoder, type ServerSentEvent } from "./server-sent-events.ts";

/** Folds a provider's events into ours. One for each call; it may keep state. */
export interface AnswerReader<Event> {
  /** What `event` stands for. Throws {@link ModelError} for a failure that the provider reports in it. */
  read(event: Event): readonly ModelEvent[];
  /** After a stream that gave no `done`: the last events if the answer is whole nevertheless, else none. */
  end(): readonly ModelEvent[];
  /** Characters of text, thinking and tool calls so far. */
  readonly chars: number;
}

/** Longest answer: four times what the largest models write at once. A server that sends more does not know its end. */
export const ANSWER_CHARS = 2_000_000;

export interface AnswerCall<Event> {
  /** How the provider is called in sentences for people. */
  readonly label: string;
  readonly connection: Connection;
  readonly request: ModelRequest;
  /** As the SDK sends it. */
  head(): Promise<RequestHead>;
  /** Of JSON. */
  readonly body: object;
  readonly reader: AnswerReader<Event>;
  /** Whether an event of this name means something; all do where left out. */
  isKnown?(name: string | null): boolean;
}

export async function* streamAnswer<Event>(call: AnswerCall<Event>): AsyncGenerator<ModelEvent> {
  const guard = new CallGuard(call.connection, call.request.signal);
  try {
    const answer = await guard.send(await call.head(), JSON.stringify(call.body));
    if (!answer.ok) throw faultOfBody(call, readable(await guard.errorText()), answer);
    const decoder = new EventDecoder();
    for (;;) {
      const bytes = await guard.read();
      const { told, fault } = understood(call, bytes === null ? decoder.end() : decoder.push(bytes));
      if (told.at(-1)?.type === "done") guard.leave();
      yield* told;
      if (fault) throw fault.error;
      if (told.at(-1)?.type === "done") return;
      if (bytes === null) break;
    }
    yield* wholeOrThrow(call, guard, null);
  } catch (error) {
    yield* wholeOrThrow(call, guard, error);
  } finally {
    guard.close();
  }
}

/** The mark behind the last event of OpenAI's streams. */
const END_MARK = "[DONE]";

interface Understood {
  /** Pieces of one text that came together are one piece: each is an event for everybody who reads them. */
  readonly told: readonly ModelEvent[];
  /** What went wrong behind them. */
  readonly fault: { readonly error: unknown } | null;
}

/** An error inside a stream has no status of its own. */
const NO_ANSWER = { status: null, headers: null } as const;

/** An error that cannot be read is one nevertheless. */
function readable(data: string): unknown {
  try {
    const payload = JSON.parse(data);
    return payload?.error ?? payload;
  } catch {
    return data;
  }
}

/** What events stand for that came together. */
function understood<Event>(call: AnswerCall<Event>, events: readonly ServerSentEvent[]): Understood {
  const told: ModelEvent[] = [];
  try {
    for (const { name, data } of events) {
      if (data === END_MARK || call.isKnown?.(name) === false) continue;
      const payload = name === "error" ? { error: readable(data) } : JSON.parse(data);
      if (payload?.error) throw faultOfBody(call, payload, NO_ANSWER);
      const next = call.reader.read(payload);
      if (call.reader.chars > ANSWER_CHARS) throw tooLong(call.label);
      for (const event of next) {
        const last = told.at(-1);
        const isMore = (event.type === "text" || event.type === "thinking") && last?.type === event.type;
        if (isMore) told[told.length - 1] = { ...event, text: last.text + event.text };
        else told.push(event);
        if (event.type === "done") return { told, fault: null };
      }
    }
  } catch (error) {
    return { told, fault: { error } };
  }
  return { told, fault: null };
}

/** The last events of an answer that was whole although its stream ended badly; throws the fault of any other. */
function wholeOrThrow<Event>(call: AnswerCall<Event>, guard: CallGuard, error: unknown): readonly ModelEvent[] {
  const fault = faultOfCall(call, guard, error);
  const isOurs = fault.reason === "aborted" || call.reader.chars > ANSWER_CHARS;
  const last = isOurs ? [] : call.reader.end();
  if (last.length === 0) throw fault;
  return last;
}

function tooLong(label: string): ModelError {
  const text = `${label} sent more than ${ANSWER_CHARS} characters; the rest was refused. Ask for a shorter answer.`;
  return new ModelError("bad-request", text);
}

const REASON_OF_STOP: Readonly<Record<Exclude<StopCause, "size" | "not-a-stream">, ModelErrorReason>> = {
  caller: "aborted",
  silence: "timed-out",
  duration: "timed-out",
};

const REASON_OF_REFUSAL: Readonly<Record<EgressErrorCode, ModelErrorReason>> = {
  "not-allowed": "bad-request",
  "key-unreadable": "rejected-key",
  "too-large": "cut-off",
  "too-late": "timed-out",
};

type CallFacts = Pick<AnswerCall<never>, "label" | "connection">;

function faultOfCall(call: CallFacts, guard: CallGuard, error: unknown): ModelError {
  const { label } = call;
  const stopped = guard.stopped();
  if (stopped === "not-a-stream") {
    return new ModelError(
      "bad-request",
      `${label} answered with a document and not with a model's stream; check the base URL.`,
    );
  }
  // Our own reason goes first: a call that we stopped fails in several ways.
  if (stopped === "size") return tooLong(label);
  if (stopped !== null) return faultOf(REASON_OF_STOP[stopped], label);
  if (error instanceof EgressError) return new ModelError(REASON_OF_REFUSAL[error.code], error.message);
  if (error instanceof ModelError) return error;
  return faultOf(error === null || guard.answered() ? "cut-off" : "unreachable", label, error);
}

/** By what the provider says itself. */
function faultOfBody(
  { label, connection }: CallFacts,
  body: unknown,
  { status, headers }: { readonly status: number | null; readonly headers: Headers | null },
): ModelError {
  const outer = recordOf(body);
  const inner = "error" in outer ? recordOf(outer.error) : outer;
  const kinds = [inner.code, inner.type].filter((kind) => typeof kind === "string");
  return faultOfFacts(
    {
      // Gateways put an upstream's status into the `code` of an error event.
      status,
      namedStatus: typeof inner.code === "number" ? inner.code : null,
      kinds,
      message: typeof inner.message === "string" ? inner.message : "",
    },
    label,
    headers,
    connection.clock.now(),
  );
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
