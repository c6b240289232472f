/** How programs reach other hosts: through the gateway, to the origins that were granted to the run. */
import { FETCH_ANSWER_BYTES, type FetchPort } from "../../worker/capabilities/fetch.ts";
import type { Grants } from "../../worker/domain/grants.ts";
import { LIMIT_RANGES } from "../../worker/domain/program.ts";
import { openEgress } from "../../worker/egress/network.ts";

/** The operator lists the origins that may be granted, so they may be private. */
export function programNetwork(grants: Grants, guarded: Fetcher | undefined): FetchPort {
  return openEgress(guarded)({
    origins: grants.fetch,
    allowsPrivate: true,
    // The capability has a limit of its own, with an error that the program may catch: this one is behind it.
    answerBytes: 2 * FETCH_ANSWER_BYTES,
    timeoutMs: LIMIT_RANGES.timeoutMs.max,
  });
}

/** A replay has its answers from the journal. */
export const NO_NETWORK: FetchPort = () => Promise.reject(new Error("a replay reaches no other host"));
