/** The only place that holds the platform's `fetch`; the linter keeps it out of all others. */
import { systemClock } from "../system-ports.ts";
import { createEgress, type Egress } from "./egress.ts";

/** @param guarded a binding that reaches public addresses alone; the platform's own network does that by itself */
export function openEgress(guarded: Fetcher | undefined): Egress {
  const networks = {
    any: (url: string, init: RequestInit) => fetch(url, init),
    public: guarded ? (url: string, init: RequestInit) => guarded.fetch(url, init) : null,
  };
  return createEgress(networks, systemClock);
}
