/**
 * A provider whose calls are recorded: one decorator, outermost, so that it sees what its caller sees, with the waits,
 * retries and fallbacks on the way. It gathers; whoever listens stores.
 * Invariants: each call that began ends exactly once, also when its caller goes away; nothing that the listener does can
 * change, delay or break an answer.
 */
import type { Clock } from "../domain/ports.ts";
import {
  type CallCost,
  type Fallback,
  isNotice,
  ModelError,
  type ModelErrorReason,
  type ModelEvent,
  type ModelRequest,
  type ModelUsage,
  type Provider,
  type ProviderName,
  type Retry,
} from "./provider.ts";
import { shownPart } from "./shown-part.ts";
import { estimateUsage } from "./usage.ts";

export interface CallStart {
  readonly startedAt: number;
  readonly provider: ProviderName;
  readonly model: string;
}

export interface CallEnd extends CallStart {
  readonly request: ModelRequest;
  readonly outcome: "whole" | "partial" | "failed";
  readonly reason: ModelErrorReason | "internal" | null;
  readonly message: string | null;
  readonly status: number | null;
  readonly answer: string;
  readonly endedAt: number;
  /** Until the first text, thought or tool call; null where there was none. */
  readonly firstTokenMs: number | null;
  readonly waitedMs: number;
  /** Estimated where text came and the provider did not say; null where none came and nothing was said. */
  readonly usage: ModelUsage | null;
  /** Null where the call did not say: it was not whole, or nobody counts its money. */
  readonly cost: CallCost | null;
  readonly retries: readonly Retry[];
  readonly fallbacks: readonly Fallback[];
}

/** Hears of one call. Neither function may throw; neither is waited for. */
export interface CallListener {
  began(start: CallStart): void;
  ended(end: CallEnd): void;
}

/** @param listen makes the listener of each call */
export function withRecord(provider: Provider, clock: Clock, listen: () => CallListener): Provider {
  return { ...provider, stream: (request) => recordedStream(provider, request, clock, listen()) };
}

async function* recordedStream(
  provider: Provider,
  request: ModelRequest,
  clock: Clock,
  listener: CallListener,
): AsyncGenerator<ModelEvent> {
  const call = new CallInProgress(provider.name, request, clock);
  listener.began(call.start());
  // A caller that leaves the loop ends this function without an error and without a `done`.
  let end: (() => CallEnd) | null = () => call.end("aborted", "The caller stopped reading.", null, null);
  try {
    for await (const event of provider.stream(request)) {
      call.saw(event);
      if (event.type === "done") {
        // Before it is handed out: nobody has to come back for more to have the call recorded as whole.
        listener.ended(call.whole(event));
        end = null;
      }
      yield event;
    }
  } catch (error) {
    if (error instanceof ModelError) end = () => call.end(error.reason, error.message, error.status, error.usage);
    else end &&= () => call.end("internal", "The call failed on our side.", null, null);
    throw error;
  } finally {
    if (end !== null) listener.ended(end());
  }
}

class CallInProgress {
  readonly #request: ModelRequest;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #provider: ProviderName;
  #model: string;
  #answer: string[] = [];
  #thinkingChars = 0;
  #firstTokenMs: number | null = null;
  #waitedMs = 0;
  readonly #retries: Retry[] = [];
  readonly #fallbacks: Fallback[] = [];

  constructor(provider: ProviderName, request: ModelRequest, clock: Clock) {
    this.#provider = provider;
    this.#model = request.model;
    this.#request = request;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  start(): CallStart {
    return { startedAt: this.#startedAt, provider: this.#provider, model: this.#model };
  }

  saw(event: ModelEvent): void {
    if (!isNotice(event) && event.type !== "done") this.#firstTokenMs ??= this.#clock.now() - this.#startedAt;
    switch (event.type) {
      case "text":
        this.#answer.push(event.text);
        break;
      case "thinking":
        this.#thinkingChars += event.text.length;
        break;
      case "tool-call":
        this.#answer.push(shownPart(event));
        break;
      case "malformed-tool-call":
        this.#answer.push(`[${event.problem}] ${event.inputText}\n`);
        break;
      case "wait":
        this.#waitedMs += event.waitMs;
        break;
      case "retry": {
        const { attempt, reason, status, waitMs } = event;
        this.#retries.push({ attempt, reason, status, waitMs });
        break;
      }
      case "fallback": {
        const { from, to, reason } = event;
        this.#fallbacks.push({ from, to, reason });
        this.#provider = to.provider;
        this.#model = to.model;
        break;
      }
    }
  }

  whole({ model, usage, cost }: Extract<ModelEvent, { type: "done" }>): CallEnd {
    this.#model = model;
    return { ...this.#facts(), outcome: "whole", reason: null, message: null, status: null, usage, cost: cost ?? null };
  }

  end(reason: CallEnd["reason"], message: string, status: number | null, reported: ModelUsage | null): CallEnd {
    const facts = this.#facts();
    // Thoughts that nobody keeps were handed out, too, and are paid for.
    const isPartial = facts.firstTokenMs !== null;
    const usage = reported ?? (isPartial ? estimateUsage(this.#request, facts.answer.length) : null);
    return { ...facts, outcome: isPartial ? "partial" : "failed", reason, message, status, usage, cost: null };
  }

  #facts() {
    return {
      ...this.start(),
      request: this.#request,
      answer: this.#answer.join(""),
      endedAt: this.#clock.now(),
      firstTokenMs: this.#firstTokenMs,
      waitedMs: this.#waitedMs,
      retries: this.#retries,
      fallbacks: this.#fallbacks,
    };
  }
}
