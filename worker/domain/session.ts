/** How long a session of a person lasts, and what its owner reads of it. */

/** From the beginning on, however much it is used: a cookie that was stolen long ago is worth nothing. */
export const SESSION_ABSOLUTE_MS = 30 * 24 * 3_600_000;
/** Without any request: a browser that nobody opens any more is signed out. */
export const SESSION_IDLE_MS = 7 * 24 * 3_600_000;
/** How exactly the last use is known: finer would be a write for each request. */
export const SEEN_MS = 60_000;
/** What is kept of a browser's name for itself. */
export const USER_AGENT_CHARS = 200;

export interface SessionSummary {
  readonly id: string;
  readonly userAgent: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** The earlier of both limits, if it is not used again. */
  readonly endsAt: number;
}

/** When a session ends if nothing is asked with it any more. */
export function sessionEnd(expiresAt: number, lastSeenAt: number): number {
  return Math.min(expiresAt, lastSeenAt + SESSION_IDLE_MS);
}
