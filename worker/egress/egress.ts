/**
 * The gateway to other hosts: whatever leaves for one goes through here, under rules that its use names. A request goes to
 * an origin on the list or nowhere, follows no redirect, and ends in time and within its size. A key is opened here, for
 * one request, and put where the request holds its stand-in; so SDKs, adapters and their errors never hold one.
 * Invariant: a request that breaks a rule never reaches the network, and no error repeats a key, a header or an address.
 */
import type { Clock } from "../domain/ports.ts";
import type { Redactor } from "../domain/redactor.ts";
import type { Secret } from "../domain/secret.ts";
import { type Answer, boundedAnswer } from "./answer.ts";
import { isPublicHost } from "./public-host.ts";

export type Send = (url: string, init: RequestInit) => Promise<Answer>;
/** As the platform sends. */
export type NetworkSend = (url: string, init: RequestInit) => Promise<Response>;

/** Stands in a header for the key. Of characters that every SDK takes for a key. */
export const KEY_STAND_IN = "runyard-key-stand-in";

export interface EgressRules {
  /** Scheme, host and port, as `URL.origin` writes them: exactly these. */
  readonly origins: readonly string[];
  /** Whether they may lie on this machine or in its network, or be without TLS. */
  readonly allowsPrivate: boolean;
  /** Of an answer's body. More ends it with an error. */
  readonly answerBytes: number;
  /** From the request to the last byte of the answer. Null where whoever sends has bounds of its own, behind its signal. */
  readonly timeoutMs: number | null;
  /** Opens the key for one request. Asked only where a header holds {@link KEY_STAND_IN}. */
  readonly key?: () => Promise<Secret>;
  /** Learns of the key before the request leaves, to keep it out of the answer. */
  readonly redactor?: Redactor;
}

/** A door that these rules hold for. */
export type Egress = (rules: EgressRules) => Send;

export type EgressErrorCode = "not-allowed" | "key-unreadable" | "too-large" | "too-late";

/** `message` is safe to show. */
export class EgressError extends Error {
  override readonly name = "EgressError";
  readonly code: EgressErrorCode;

  constructor(code: EgressErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Networks {
  /** Reaches any address. */
  readonly any: NetworkSend;
  /** Reaches public addresses alone, whatever a name leads to; null where `any` does so by itself. */
  readonly public: NetworkSend | null;
}

export function createEgress(networks: Networks, clock: Clock): Egress {
  return (rules) => async (address, init) => {
    const url = allowedUrl(address, rules);
    const headers = rules.key && init.headers ? await withKey(init.headers, rules.key, rules.redactor) : init.headers;
    const network = rules.allowsPrivate ? networks.any : (networks.public ?? networks.any);
    const send = (signal: AbortSignal) =>
      network(url.href, { ...init, ...(headers ? { headers } : {}), redirect: "manual", signal });
    const { answerBytes: maxBytes, timeoutMs } = rules;
    const tooLarge = () => new EgressError("too-large", `The answer is larger than ${maxBytes} bytes.`);
    if (timeoutMs === null) {
      // Reaching this is a bug: nothing would end the request.
      if (!init.signal) throw new Error("a request without a bound of time needs a signal");
      return boundedAnswer(await send(init.signal), { signal: init.signal, maxBytes, tooLarge });
    }
    const limit = startLimit(timeoutMs, clock, init.signal ?? null);
    try {
      const response = await settleOrAbort(send(limit.signal), limit.signal);
      return boundedAnswer(response, { signal: limit.signal, maxBytes, tooLarge, onEnd: limit.end });
    } catch (error) {
      limit.end();
      throw error;
    }
  };
}

/** Bounds the memory: the oldest are forgotten first. */
const URLS_MAX = 200;
const urls = new Map<string, Readonly<URL> | null>();

/** Of providers: the same few addresses are asked for again and again, and to read one takes longer than to look it up. */
export function readUrl(address: string): Readonly<URL> | null {
  const known = urls.get(address);
  if (known !== undefined) return known;
  const url = URL.parse(address);
  if (urls.size >= URLS_MAX) urls.delete(urls.keys().next().value!);
  urls.set(address, url);
  return url;
}

function allowedUrl(address: string, { origins, allowsPrivate, key }: EgressRules): Readonly<URL> {
  // Where programs and webhooks go is remembered for nobody: there are many, and they may hold secrets.
  const url = key ? readUrl(address) : URL.parse(address);
  if (url === null || !origins.includes(url.origin) || url.username !== "" || url.password !== "")
    throw new EgressError("not-allowed", "The address is not one that may be reached here.");
  if (allowsPrivate) return url;
  if (url.protocol === "https:" && isPublicHost(url.hostname)) return url;
  throw new EgressError("not-allowed", "The address is not public, or is without TLS, and may not be reached here.");
}

/** What a header can hold (RFC 9110, 5.5), in the characters of one byte that the platform takes. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;

async function withKey(init: HeadersInit, key: () => Promise<Secret>, redactor?: Redactor): Promise<HeadersInit> {
  const headers = plain(init);
  const holders = Object.entries(headers).filter(([, value]) => value.includes(KEY_STAND_IN));
  if (holders.length === 0) return headers;
  // The vault's error is for the operator's log.
  const secret = await key().catch(() => null);
  // The platform's error about such a header would repeat its value.
  if (secret === null || !HEADER_TEXT.test(secret.reveal()))
    throw new EgressError("key-unreadable", "The key cannot be read any more: save it anew.");
  redactor?.learn(secret);
  const opened = holders.map(([name, value]) => [name, value.replaceAll(KEY_STAND_IN, () => secret.reveal())]);
  return { ...headers, ...Object.fromEntries(opened) };
}

/** The platform's own object of headers takes longer than all else here: it is made where headers are no plain object. */
function plain(headers: HeadersInit): Readonly<Record<string, string>> {
  return Symbol.iterator in headers ? Object.fromEntries(new Headers(headers)) : headers;
}

interface Limit {
  readonly signal: AbortSignal;
  end(): void;
}

/** Longest single sleep of the watch, so that a request that has ended leaves a timer of at most a second behind. */
const WATCH_INTERVAL_MS = 1_000;

function startLimit(timeoutMs: number, clock: Clock, caller: AbortSignal | null): Limit {
  const controller = new AbortController();
  let isOver = false;
  const onCallerAbort = () => controller.abort(caller?.reason);
  const end = () => {
    isOver = true;
    caller?.removeEventListener("abort", onCallerAbort);
  };
  if (caller?.aborted) onCallerAbort();
  else caller?.addEventListener("abort", onCallerAbort, { once: true });
  const watch = async () => {
    for (let left = timeoutMs; left > 0 && !isOver; left -= WATCH_INTERVAL_MS) {
      await clock.sleep(Math.min(left, WATCH_INTERVAL_MS));
    }
    if (!isOver) controller.abort(new EgressError("too-late", `No whole answer came within ${timeoutMs / 1_000} s.`));
  };
  void watch();
  return { signal: controller.signal, end };
}

/** Like `pending`, but gives up as soon as `signal` does, also where the network ignores its signal. */
async function settleOrAbort(pending: Promise<Response>, signal: AbortSignal): Promise<Response> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([pending, aborted]);
  } catch (error) {
    // The loser may still arrive: take it off the wire and keep its failure from surfacing unhandled.
    pending.then((late) => late.body?.cancel()).catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
