/**
 * The one place that asks a provider again. It waits 1, 2 and 4 seconds at most, each time a random part of that (full
 * jitter, so that many callers do not come back together), or as long as the provider asks for. It asks again only where
 * that can help, and never once text was handed out: what was cut then is kept by whoever read it, and marked as a part.
 */
import type { Clock, Random } from "../domain/ports.ts";
import {
  ModelError,
  type ModelErrorReason,
  type ModelEvent,
  type ModelRequest,
  type Provider,
  type Retry,
} from "./provider.ts";

export interface RetryPorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** Upper bounds of the waits before the second, third and fourth attempt, in milliseconds. */
export const RETRY_WAITS_MS: readonly number[] = [1_000, 2_000, 4_000];
/** A provider that asks for a longer wait is not waited for: somebody sits in front of the answer. */
export const RETRY_AFTER_MS_MAX = 30_000;
/** No attempt begins later than this after the first: one that only times out could else go on for many minutes. */
export const RETRY_WITHIN_MS = 90_000;

/** Of a key that was just replaced: the one before may still be taken. */
const NEXT_KEY_REASONS: readonly ModelErrorReason[] = ["rejected-key", "no-permission"];

/**
 * @param providers the same model by several keys: the next is asked where the one before is rejected
 */
export function withRetries(providers: readonly [Provider, ...Provider[]], ports: RetryPorts): Provider {
  const [first] = providers;
  return {
    name: first.name,
    defaultModel: first.defaultModel,
    stream: (request) => streamWithRetries(providers, request, ports),
  };
}

async function* streamWithRetries(
  providers: readonly [Provider, ...Provider[]],
  request: ModelRequest,
  { clock, random }: RetryPorts,
): AsyncGenerator<ModelEvent> {
  const startedAt = clock.now();
  const retries: Retry[] = [];
  const keys = providers.values();
  let provider: Provider = keys.next().value!;
  for (let waits = 0; ; ) {
    let isPartial = false;
    try {
      for await (const event of provider.stream(request)) {
        isPartial ||= event.type === "text";
        yield event.type === "done" ? { ...event, retries } : event;
      }
      return;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      const nextKey = !isPartial && NEXT_KEY_REASONS.includes(error.reason) ? keys.next().value : undefined;
      const bound = RETRY_WAITS_MS[waits];
      const canHelp = !isPartial && error.retryable && bound !== undefined;
      const waitMs = nextKey ? 0 : canHelp ? waitOf(error, bound, random) : null;
      const isInTime = waitMs !== null && clock.now() + waitMs - startedAt <= RETRY_WITHIN_MS;
      if (waitMs === null || !isInTime) throw error.after(retries, isPartial);
      if (nextKey) provider = nextKey;
      else waits++;
      const retry: Retry = { attempt: retries.length + 1, reason: error.reason, status: error.status, waitMs };
      retries.push(retry);
      yield { type: "retry", ...retry };
      await sleepUnlessAborted(waitMs, clock, request.signal);
      if (request.signal.aborted) throw new ModelError("aborted", "The request was cancelled.").after(retries, false);
    }
  }
}

/** Null where the provider asks for a longer wait than anybody would take. */
function waitOf({ retryAfterMs }: ModelError, boundMs: number, random: Random): number | null {
  if (retryAfterMs !== null && retryAfterMs > RETRY_AFTER_MS_MAX) return null;
  return Math.max(retryAfterMs ?? 0, Math.round(fraction(random) * boundMs));
}

/** From 0 to 1, both included. */
function fraction(random: Random): number {
  return new DataView(Uint8Array.from(random.bytes(4)).buffer).getUint32(0) / 0xffff_ffff;
}

async function sleepUnlessAborted(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return;
  let onAbort = () => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    signal.addEventListener("abort", onAbort, { once: true });
  });
  await Promise.race([clock.sleep(ms), aborted]);
  signal.removeEventListener("abort", onAbort);
}
