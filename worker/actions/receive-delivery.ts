/**
 * Receives a tracker's delivery: proves where it comes from, reads what it says, and hands it to the workspace's inbox.
 *
 * An endpoint that does not exist and a secret that is wrong look the same, also by the work that is done. Nothing is
 * said about a body before its sender has proved himself, apart from its size.
 */
import type { AcceptAnswer } from "../../durable-objects/delivery-inbox/rpc.ts";
import type { Dependencies, KnownEndpoint } from "../dependencies.ts";
import { sha256HexOf } from "../digest.ts";
import { actorOf } from "../domain/audit.ts";
import type { ReceivedDelivery } from "../domain/delivery.ts";
import { type Failure, fail, type Result, succeed } from "../domain/errors.ts";
import { ENDPOINT_SECRET_BYTES } from "../domain/inbound-endpoint.ts";
import type { Tracker } from "../domain/issue-news.ts";
import type { Principal } from "../domain/principal.ts";
import { candidateEndpoints, findEndpoint, type StoredEndpoint } from "../store/inbound-endpoints.ts";
import { parsePayload } from "../webhooks/payload.ts";
import { PROTOCOLS, readDelivery } from "../webhooks/reading.ts";
import { isAddressedWith, isSignedWith } from "../webhooks/signature.ts";
import { record } from "./audit-trail.ts";
import { secretContext } from "./manage-inbound-endpoints.ts";

export interface IncomingDelivery {
  readonly tracker: Tracker;
  /** Null for the address that names no endpoint. */
  readonly endpointId: string | null;
  /** What the address carried as its secret. */
  readonly addressSecret: string | null;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

const UNPROVEN = fail(
  "bad-signature",
  "Check the endpoint's address and its secret. GitHub signs with X-Hub-Signature-256, Jira with X-Hub-Signature.",
);

export async function receiveDelivery(
  dependencies: Dependencies,
  incoming: IncomingDelivery,
): Promise<Result<ReceivedDelivery>> {
  const { tracker, headers, body } = incoming;
  const payload = parsePayload(body, headers.get("content-type") ?? "");
  const endpoint = await provenEndpoint(dependencies, incoming, payload.ok ? payload.value : null);
  if (!endpoint) return UNPROVEN;
  if (!payload.ok) return payload;
  const described = await describeDelivery(incoming, payload.value);
  if (!described.ok) return described;
  const reading = readDelivery(tracker, { ...described.value, payload: payload.value }, (error) =>
    dependencies.log.error("a delivery could not be read", { endpointId: endpoint.id, error }),
  );
  const answer = await dependencies.inbox(endpoint.workspaceId).accept({
    ...described.value,
    reading,
    workspaceId: endpoint.workspaceId,
    endpointId: endpoint.id,
    onlyRepository: endpoint.repositoryKey,
    tracker,
    headers: keptHeaders(headers),
    body,
  });
  return resultOf(answer);
}

function resultOf(answer: AcceptAnswer): Result<ReceivedDelivery> {
  switch (answer.status) {
    case "accepted":
    case "duplicate":
      return succeed({ id: answer.id, status: answer.status });
    case "conflicting":
      return fail(
        "delivery-conflict",
        "The id of this delivery stood for another body before. It is listed, and nothing is done with it.",
      );
    case "full":
      return fail("unavailable", "Too many deliveries wait to be processed. Send it again later.");
  }
}

async function describeDelivery(
  { tracker, headers, body }: IncomingDelivery,
  payload: unknown,
): Promise<Result<{ event: string; deliveryId: string; bodyHash: string }>> {
  const protocol = PROTOCOLS[tracker];
  const event = protocol.eventOf(headers, payload);
  const bodyHash = await sha256HexOf(body);
  const ownId = protocol.deliveryIdOf(headers);
  const errors = [
    event === null || event === "" ? { path: protocol.missing.event, message: "is missing" } : null,
    !ownId && protocol.missing.deliveryId ? { path: protocol.missing.deliveryId, message: "is missing" } : null,
  ].filter((error) => error !== null);
  if (event === null || errors.length > 0) {
    return fail("invalid-request", errors.map(({ path }) => `${path} is missing`).join("; "), errors);
  }
  const deliveryId = (ownId || `sha256:${bodyHash}`).slice(0, ID_CHARS);
  return succeed({ event: event.slice(0, ID_CHARS), deliveryId, bodyHash });
}

/** Characters of the longest name or id that is kept. */
const ID_CHARS = 200;

async function provenEndpoint(
  dependencies: Dependencies,
  incoming: IncomingDelivery,
  payload: unknown,
): Promise<StoredEndpoint | null> {
  for (const endpoint of await claimedEndpoints(dependencies, incoming, payload)) {
    if (await isProven(incoming, endpoint, dependencies.clock.now())) return endpoint;
  }
  return null;
}

/** Those that the delivery may be for. Never none: what does not exist is checked as well, and fails. */
async function claimedEndpoints(
  dependencies: Dependencies,
  { tracker, endpointId }: IncomingDelivery,
  payload: unknown,
): Promise<readonly KnownEndpoint[]> {
  const { db, clock, knownEndpoints } = dependencies;
  if (endpointId !== null) {
    const known = await knownEndpoints.find(endpointId, async () => {
      const found = await findEndpoint(db, endpointId, clock.now());
      return found ? openEndpoint(dependencies, found) : NO_ENDPOINT;
    });
    return [known?.tracker === tracker ? known : NO_ENDPOINT];
  }
  const subject = PROTOCOLS[tracker].subjectOf(payload);
  const found = await candidateEndpoints(db, tracker, subject ?? "", clock.now());
  if (found.length === 0) return [NO_ENDPOINT];
  return Promise.all(found.map((endpoint) => openEndpoint(dependencies, endpoint)));
}

/** A secret that does not open counts for nothing: the operator changed the key. */
async function openEndpoint({ vault, log }: Dependencies, endpoint: StoredEndpoint): Promise<KnownEndpoint> {
  const opened: { secret: string; expiresAt: number | null }[] = [];
  for (const { sealed, expiresAt } of endpoint.secrets) {
    try {
      const secret = await vault.open(endpoint.workspaceId, secretContext(endpoint), sealed);
      opened.push({ secret: secret.reveal(), expiresAt });
    } catch (error) {
      log.error("the secret of an endpoint does not open", { endpointId: endpoint.id, error });
    }
  }
  return { ...endpoint, opened };
}

/** Stands for an endpoint that does not exist, so that it takes as long as one that does. Expired from the start. */
const NO_ENDPOINT: KnownEndpoint = {
  id: "",
  workspaceId: "",
  tracker: "github",
  repositoryKey: null,
  authentication: "signature",
  createdBy: "",
  createdAt: 0,
  secrets: [],
  opened: [{ secret: "0".repeat(2 * ENDPOINT_SECRET_BYTES), expiresAt: 0 }],
};

async function isProven(
  { tracker, headers, body, addressSecret }: IncomingDelivery,
  { authentication, opened }: KnownEndpoint,
  now: number,
): Promise<boolean> {
  let isFound = false;
  for (const { secret, expiresAt } of opened) {
    const holds =
      authentication === "address"
        ? await isAddressedWith(secret, addressSecret)
        : await isSignedWith(secret, body, PROTOCOLS[tracker].signatureOf(headers));
    isFound ||= holds && (expiresAt === null || now < expiresAt);
  }
  return isFound;
}

/** Of a delivery's headers, those that tell what it is. Never a cookie, a token or an address of a person. */
const KEPT_HEADERS = /^(?:content-type|content-length|user-agent|x-github-.*|x-atlassian-.*|x-hub-signature(?:-256)?)$/;
const HEADER_CHARS = 1_000;

function keptHeaders(headers: Headers): Record<string, string> {
  const kept = [...headers].filter(([name]) => KEPT_HEADERS.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, value.slice(0, HEADER_CHARS)]));
}

/** Takes a delivery in once more, read as this version reads it and judged by today's configuration. */
export async function reprocessDelivery(dependencies: Dependencies, principal: Principal, id: string) {
  const inbox = dependencies.inbox(principal.workspaceId);
  const parts = await inbox.parts(id);
  if (!parts) return NO_DELIVERY;
  const payload = parsePayload(parts.body, parts.contentType);
  if (!payload.ok) return payload;
  const reading = readDelivery(parts.tracker, { ...parts, payload: payload.value }, (error) =>
    dependencies.log.error("a delivery could not be read", { deliveryId: id, error }),
  );
  const again = await inbox.reprocess(id, reading);
  if (again.ok) await record(dependencies, actorOf(principal), "delivery.reprocessed", id, {});
  return again;
}

export const NO_DELIVERY: Failure = fail("not-found", "There is no delivery with this id in your workspace.");
