/** The only place that holds the platform's `fetch`; the linter keeps it out of all others. */
import { systemClock } from "../system-ports.ts";
import { createEgress, type Egress, type NetworkSend } from "./egress.ts";

export interface NetworkBindings {
  /** In place of the platform's `fetch`, where that takes a way round. */
  readonly ANY_NETWORK?: Fetcher;
  /** Reaches public addresses alone, names that lead to private ones included. The platform's own network does that. */
  readonly PUBLIC_NETWORK?: Fetcher;
}

export function openEgress({ ANY_NETWORK, PUBLIC_NETWORK }: NetworkBindings): Egress {
  const networks = {
    any: ANY_NETWORK ? sendThrough(ANY_NETWORK) : (url: string, init: RequestInit) => fetch(url, init),
    public: PUBLIC_NETWORK ? sendThrough(PUBLIC_NETWORK) : null,
  };
  return createEgress(networks, systemClock);
}

const sendThrough =
  (network: Fetcher): NetworkSend =>
  (url, init) =>
    network.fetch(url, init);
