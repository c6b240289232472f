/** How often a workspace may call each service in a minute: the defaults, and what may be set. */
import * as z from "zod";
import type { CircuitName } from "./circuit.ts";

/** Services whose calls are limited. The built-in mock is no service: nothing is called. */
export const LIMITED_SERVICES = ["anthropic", "openai", "openai-compatible", "github", "jira"] as const;
export type LimitedService = (typeof LIMITED_SERVICES)[number];

/** Below what the smallest paid plans allow; a server of one's own is mostly bounded by itself. */
export const CALLS_PER_MINUTE: Readonly<Record<LimitedService, number>> = {
  anthropic: 40,
  openai: 100,
  "openai-compatible": 100,
  github: 100,
  jira: 80,
};
/** More than any one workspace gets through one object. */
export const CALLS_PER_MINUTE_MAX = 60_000;
/**
 * For how long an isolate may use leave that it was given for calls ahead, from when it asked. So late it may hear that a
 * limit was lowered, that another isolate opened a breaker, or that there is a cap now: whoever sets one waits for that.
 */
export const AHEAD_MS = 1_000;
/** Part of a minute's worth that leave is given for at once: of many isolates none may hold much of it. */
export const AHEAD_PER_MINUTE = 600;
/** Who would wait longer for the limit is told so at once. */
export const LIMIT_WAIT_MS_MAX = 60_000;

const perMinute = z.coerce
  .number("must be a number of calls a minute")
  .int("must be a whole number of calls a minute")
  .min(1, "must be 1 or more")
  .max(CALLS_PER_MINUTE_MAX, `must be ${CALLS_PER_MINUTE_MAX} at most`);

export const callLimitsSchema = z.strictObject({
  anthropic: perMinute,
  openai: perMinute,
  "openai-compatible": perMinute,
  github: perMinute,
  jira: perMinute,
});
export type CallLimits = z.output<typeof callLimitsSchema>;

/** Stands for the server's own key, whose breaker each workspace has for itself. */
export const OPERATOR_KEY_ID = "operator";

/** One change of a circuit breaker. */
export interface CircuitChange {
  readonly at: string;
  readonly from: CircuitName;
  readonly to: CircuitName;
}

/** A circuit breaker as it is now, and its last changes, newest first. */
export interface CircuitView {
  /** The provider's key, or {@link OPERATOR_KEY_ID}. */
  readonly keyId: string;
  readonly service: LimitedService;
  readonly state: CircuitName;
  /** Until when it lets nothing through, unless a probe ends that sooner; null for a closed one. */
  readonly until: string | null;
  readonly faults: number;
  readonly changes: readonly CircuitChange[];
}

/** Changes that are kept of each breaker. */
export const CIRCUIT_CHANGES_KEPT = 20;
