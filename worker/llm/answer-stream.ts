/**
 * Runs one streamed answer for every adapter: opens the SDK's stream under guard, feeds its events to the adapter's
 * reader, and decides how a stream without a final event is to be told. The adapters own what is theirs alone: the
 * request and the meaning of each event.
 * Invariant: ends in exactly one of `done` or a thrown {@link ModelError}.
 */
import type { Clock } from "../domain/ports.ts";
import { EgressError, type EgressErrorCode } from "../egress/egress.ts";
import { type CallGuard, guardCall, type StopCause } from "./call-guard.ts";
import type { Connection, Fetch } from "./connection.ts";
import { faultOf, faultOfFacts } from "./model-fault.ts";
import { ModelError, type ModelErrorReason, type ModelEvent, type ModelRequest } from "./provider.ts";

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

/** The error classes that both SDKs export under the same names. */
export interface SdkErrors {
  readonly APIError: ErrorClass;
  readonly APIConnectionError: ErrorClass;
  readonly APIConnectionTimeoutError: ErrorClass;
}
type ErrorClass = abstract new (...args: never[]) => Error;

export interface AnswerCall<Event> {
  /** How the provider is called in sentences for people. */
  readonly label: string;
  readonly connection: Connection;
  readonly request: ModelRequest;
  readonly errors: SdkErrors;
  open(fetch: Fetch, signal: AbortSignal): Promise<AsyncIterable<Event>>;
  readonly reader: AnswerReader<Event>;
}

export async function* streamAnswer<Event>(call: AnswerCall<Event>): AsyncGenerator<ModelEvent> {
  const guard = guardCall(call.connection, call.request.signal);
  try {
    const events = (await call.open(guard.fetch, guard.signal))[Symbol.asyncIterator]();
    for (let next = await events.next(); !next.done; next = await events.next()) {
      const told = call.reader.read(next.value);
      if (call.reader.chars > ANSWER_CHARS) throw tooLong(call.label);
      yield* told;
      if (told.at(-1)?.type === "done") return await readToEnd(events, call.connection.clock);
      // An SDK may hand out what it had buffered before it notices the abort.
      if (guard.stopped() !== null) break;
    }
    yield* wholeOrThrow(call, guard, null);
  } catch (error) {
    yield* wholeOrThrow(call, guard, error);
  } finally {
    guard.close();
  }
}

/** An end marker comes with the last event or right behind it. A connection with something left on it is not used again. */
const END_WITHIN_MS = 20;

/** Reads what is left of a stream whose answer is whole, so that the next call need not connect anew. */
async function readToEnd(events: AsyncIterator<unknown>, clock: Clock): Promise<void> {
  const rest = async () => {
    while (!(await events.next()).done);
  };
  await Promise.race([rest().catch(() => undefined), clock.sleep(END_WITHIN_MS)]);
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

/** The gateway's own word, which the SDKs wrap into an error of the connection. */
function refusalIn(error: unknown): EgressError | null {
  if (error instanceof EgressError) return error;
  return error instanceof Error && error.cause instanceof EgressError ? error.cause : null;
}

type CallFacts = Pick<AnswerCall<never>, "label" | "connection" | "errors">;

function faultOfCall(call: CallFacts, guard: CallGuard, error: unknown): ModelError {
  const { label, errors } = call;
  const stopped = guard.stopped();
  if (stopped === "not-a-stream") {
    return new ModelError(
      "bad-request",
      `${label} answered with a document and not with a model's stream; check the base URL.`,
    );
  }
  // Our own reason goes first: the SDKs report a call that we stopped in several ways, one of them a silent end.
  if (stopped === "size") return tooLong(label);
  if (stopped !== null) return faultOf(REASON_OF_STOP[stopped], label);
  const refusal = refusalIn(error);
  if (refusal) return new ModelError(REASON_OF_REFUSAL[refusal.code], refusal.message);
  if (error instanceof ModelError) return error;
  if (error instanceof errors.APIConnectionTimeoutError) return faultOf("timed-out", label);
  if (error instanceof errors.APIConnectionError) return faultOf("unreachable", label, error);
  if (error instanceof errors.APIError) return faultOfApiError(call, error);
  return faultOf(error === null || guard.answered() ? "cut-off" : "unreachable", label, error);
}

function faultOfApiError(call: CallFacts, error: Error): ModelError {
  const { status, headers, error: body } = error as { status?: unknown; headers?: unknown; error?: unknown };
  // Anthropic's SDK keeps the whole body, OpenAI's the object below `error`.
  const outer = recordOf(body);
  const inner = "error" in outer ? recordOf(outer.error) : outer;
  const kinds = [inner.code, inner.type].filter((kind) => typeof kind === "string");
  return faultOfFacts(
    {
      // Gateways put an upstream's status into the `code` of an error event.
      status: typeof status === "number" ? status : typeof inner.code === "number" ? inner.code : null,
      kinds,
      message: typeof inner.message === "string" ? inner.message : "",
    },
    call.label,
    headers instanceof Headers ? headers : null,
    call.connection.clock.now(),
  );
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
