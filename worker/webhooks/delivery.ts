/**
 * One delivery of a message to a receiver, as a kind of effect: signed, bounded in time and in what is read of the answer,
 * redirects not followed. Receivers tell a repeated message by its id, so an unknown outcome is settled by repeating it.
 * Which answer means what is Standard Webhooks' advice (https://www.standardwebhooks.com), with one addition: an answer
 * that a gateway gave in the receiver's place leaves it unknown whether the receiver took the message.
 */
import type { Clock } from "../domain/ports.ts";
import type { EffectOutcome } from "../effects/journal.ts";
import type { EffectAnswer, RepeatableKind } from "../effects/perform.ts";
import type { Answer } from "../egress/answer.ts";
import { type Egress, EgressError } from "../egress/egress.ts";
import { receiverProblem } from "./receiver-address.ts";
import { signatureHeader } from "./standard-signature.ts";

export interface Receiver {
  readonly url: string;
  /** All of them sign. */
  readonly secrets: readonly string[];
}

export interface DeliveryRules {
  readonly allowsPrivateReceivers: boolean;
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
}

export interface DeliveryPorts {
  readonly egress: Egress;
  readonly clock: Clock;
}

/** What the log keeps of an attempt. */
export interface DeliveryReceipt {
  readonly durationMs: number;
  readonly status: number | null;
  readonly problem: string | null;
  readonly excerpt: string;
}

/** Of an answer's body. The rest is not read: a receiver has nothing to tell us but its status. */
const EXCERPT_BYTES = 1_000;
/** Room for the piece that holds the excerpt's end: pieces of a body are some 64 KiB at most. */
const ANSWER_BYTES = 2 ** 20;
/** Longest wait that a receiver's Retry-After can ask for. */
const RETRY_AFTER_MS_MAX = 24 * 3_600_000;
/** Statuses of gateways that got no answer of the receiver's own. */
const GATEWAY_STATUSES: readonly number[] = [502, 504];
export const GONE = 410;

export function createDelivery(
  receiver: Receiver,
  rules: DeliveryRules,
  ports: DeliveryPorts,
): RepeatableKind<string, DeliveryReceipt> {
  return {
    reconciliation: "repeat",
    retryDelaysMs: rules.retryDelaysMs,
    send: (body, key) => deliver(body, key, receiver, rules, ports),
  };
}

/** What has come of the exchange so far. */
interface Heard {
  status: number | null;
  retryAfter: string | null;
  excerpt: string;
}

async function deliver(
  body: string,
  id: string,
  { url, secrets }: Receiver,
  { allowsPrivateReceivers: allowsPrivate, timeoutMs }: DeliveryRules,
  { egress, clock }: DeliveryPorts,
): Promise<EffectAnswer<DeliveryReceipt>> {
  const startedAt = clock.now();
  const heard: Heard = { status: null, retryAfter: null, excerpt: "" };
  const answer = (outcome: EffectOutcome, problem: string | null): EffectAnswer<DeliveryReceipt> => {
    const { status, excerpt } = heard;
    const notBefore = notBeforeOf(heard.retryAfter, clock.now());
    return { outcome, notBefore, receipt: { durationMs: clock.now() - startedAt, status, problem, excerpt } };
  };
  // The operator may have changed what is allowed since the address was accepted.
  const wrong = receiverProblem(url, { allowsPrivate, canMail: false });
  if (wrong !== null) return answer("refused", `Not sent: the URL ${wrong}.`);
  const timestamp = Math.floor(startedAt / 1_000);
  const headers = {
    "content-type": "application/json",
    "user-agent": "Runyard-Webhooks",
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": await signatureHeader(secrets, id, timestamp, body),
  };
  const send = egress({ origins: [new URL(url).origin], allowsPrivate, timeoutMs, answerBytes: ANSWER_BYTES });
  let isTooLate = false;
  try {
    const response = await send(url, { method: "POST", headers, body });
    heard.status = response.status;
    heard.retryAfter = response.headers.get("retry-after");
    await hear(response, heard);
  } catch (error) {
    isTooLate = error instanceof EgressError && error.code === "too-late";
  }
  if (heard.status !== null) return answer(...meaningOf(heard.status));
  return answer(
    "unknown",
    isTooLate ? `No answer came within ${timeoutMs / 1_000} s.` : "No connection, or it was cut.",
  );
}

function meaningOf(status: number): [EffectOutcome, string | null] {
  if (status >= 200 && status < 300) return ["done", null];
  if (status === GONE) return ["refused", "The receiver is gone for good (410)."];
  if (GATEWAY_STATUSES.includes(status)) return ["unknown", `A gateway answered ${status} in the receiver's place.`];
  if (status >= 300 && status < 400)
    return ["not-done", `The receiver redirects (${status}). That is not followed: change the endpoint's URL.`];
  return ["not-done", `The receiver answered ${status}.`];
}

async function hear(answer: Answer, heard: Heard): Promise<void> {
  const decoder = new TextDecoder();
  let bytes = 0;
  for (let piece = await answer.read(); piece !== null; piece = await answer.read()) {
    heard.excerpt += decoder.decode(piece.subarray(0, EXCERPT_BYTES - bytes), { stream: true });
    bytes += piece.length;
    if (bytes >= EXCERPT_BYTES) return answer.drop();
  }
}

/** Retry-After holds seconds or a date (RFC 9110, 10.2.3). */
function notBeforeOf(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null) return null;
  const at = /^\d+$/.test(retryAfter) ? now + Number(retryAfter) * 1_000 : Date.parse(retryAfter);
  return Number.isNaN(at) ? null : Math.min(at, now + RETRY_AFTER_MS_MAX);
}
