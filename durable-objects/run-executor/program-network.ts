/** How programs reach other hosts: through the gateway, to the origins that were granted to the run. */
import { FETCH_ANSWER_BYTES, type FetchPort } from "../../worker/capabilities/fetch.ts";
import type { Grants } from "../../worker/domain/grants.ts";
import { LIMIT_RANGES } from "../../worker/domain/program.ts";
import type { Answer } from "../../worker/egress/answer.ts";
import { type NetworkBindings, openEgress } from "../../worker/egress/network.ts";

/** The operator lists the origins that may be granted, so they may be private. */
export function programNetwork(grants: Grants, networks: NetworkBindings): FetchPort {
  const send = openEgress(networks)({
    origins: grants.fetch,
    allowsPrivate: true,
    // The capability has a limit of its own, with an error that the program may catch: this one is behind it.
    answerBytes: 2 * FETCH_ANSWER_BYTES,
    timeoutMs: LIMIT_RANGES.timeoutMs.max,
  });
  return async (url, init) => responseOf(await send(url, init));
}

/** Of these nobody may make a response with a body. */
const STATUSES_WITHOUT_BODY: readonly number[] = [204, 205, 304];

function responseOf(answer: Answer): Response {
  const { status, statusText, headers } = answer;
  const body = new ReadableStream<Uint8Array>({
    async pull(out) {
      const piece = await answer.read();
      if (piece === null) out.close();
      else out.enqueue(piece);
    },
    cancel: () => answer.drop(),
  });
  return new Response(STATUSES_WITHOUT_BODY.includes(status) ? null : body, { status, statusText, headers });
}

/** A replay has its answers from the journal. */
export const NO_NETWORK: FetchPort = () => Promise.reject(new Error("a replay reaches no other host"));
