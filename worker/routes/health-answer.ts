/** How a finding about health looks on the wire: its status, and that nobody keeps it. */
import type { HealthState } from "../domain/health.ts";

export const NOT_STORED = { "cache-control": "no-store" } as const;

/** Probes look at the status alone: something that still works is no outage. */
export function healthStatusCode(status: HealthState): 200 | 503 {
  return status === "down" ? 503 : 200;
}
