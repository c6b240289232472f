/** Makes endpoints and replaces their secrets. A secret is told once, in the answer that makes it. */
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { newId, newSecret } from "../domain/ids.ts";
import {
  type CreatedEndpoint,
  ENDPOINT_SECRET_BYTES,
  ENDPOINTS_MAX,
  type Endpoint,
  endpointPath,
  type NewEndpoint,
  secretHint,
} from "../domain/inbound-endpoint.ts";
import { toIso, toIsoOrNull } from "../domain/instant.ts";
import type { Principal } from "../domain/principal.ts";
import { Secret } from "../domain/secret.ts";
import {
  deleteEndpoint,
  type EndpointRow,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  rotateSecret,
  type SecretRow,
  type StoredEndpoint,
} from "../store/inbound-endpoints.ts";
import { findRepository } from "../store/repositories.ts";
import { record } from "./audit-trail.ts";

const SECOND_MS = 1_000;

/** Whose a sealed secret is: it opens for no other endpoint. */
export function secretContext({ workspaceId, id }: Pick<EndpointRow, "workspaceId" | "id">): string {
  return `inbound-endpoint:${workspaceId}:${id}`;
}

export async function createEndpoint(
  dependencies: Dependencies,
  principal: Principal,
  { tracker, repositoryKey, authentication }: NewEndpoint,
): Promise<Result<CreatedEndpoint>> {
  const { db, clock, random } = dependencies;
  const { workspaceId } = principal;
  if (repositoryKey !== null && !(await findRepository(db, workspaceId, repositoryKey))) {
    const message = `there is no repository "${repositoryKey}"`;
    return fail("invalid-request", `repositoryKey: ${message}`, [{ path: "repositoryKey", message }]);
  }
  if ((await listEndpoints(db, workspaceId, clock.now(), ENDPOINTS_MAX)).length >= ENDPOINTS_MAX) {
    return fail("invalid-request", `A workspace has at most ${ENDPOINTS_MAX} endpoints. Delete one that is not used.`);
  }
  const endpoint: EndpointRow = {
    id: newId("hook", clock, random),
    workspaceId,
    tracker,
    repositoryKey,
    authentication,
    createdBy: principal.id,
    createdAt: clock.now(),
  };
  const made = await makeSecret(dependencies, endpoint);
  if (!made.ok) return made;
  await insertEndpoint(db, endpoint, made.value.row);
  const repository = repositoryKey ?? "";
  await record(dependencies, actorOf(principal), "endpoint.added", endpoint.id, { tracker, repository });
  return succeed({ ...toEndpoint({ ...endpoint, secrets: [made.value.row] }), secret: made.value.secret });
}

/** A new secret for the endpoint; the one before it counts for `keepOldSeconds` more. */
export async function replaceSecret(
  dependencies: Dependencies,
  principal: Principal,
  endpointId: string,
  keepOldSeconds: number,
): Promise<Result<CreatedEndpoint>> {
  const { db, clock, knownEndpoints } = dependencies;
  const endpoint = await findOwnEndpoint(dependencies, principal.workspaceId, endpointId);
  if (!endpoint.ok) return endpoint;
  const made = await makeSecret(dependencies, endpoint.value);
  if (!made.ok) return made;
  const { row, secret } = made.value;
  const until = row.createdAt + keepOldSeconds * SECOND_MS;
  await rotateSecret(db, row, { keptId: endpoint.value.secrets[0]?.id ?? null, until });
  knownEndpoints.forget(endpointId);
  const kept = { keepOldSeconds: String(keepOldSeconds) };
  await record(dependencies, actorOf(principal), "endpoint.secret-rotated", endpointId, kept);
  const changed = await findEndpoint(db, endpointId, clock.now());
  return succeed({ ...toEndpoint(changed!), secret });
}

export async function removeEndpoint(
  dependencies: Dependencies,
  principal: Principal,
  endpointId: string,
): Promise<Result<null>> {
  const { db, knownEndpoints } = dependencies;
  const { workspaceId } = principal;
  const own = await findOwnEndpoint(dependencies, workspaceId, endpointId);
  if (!own.ok) return own;
  await deleteEndpoint(db, workspaceId, endpointId);
  knownEndpoints.forget(endpointId);
  await record(dependencies, actorOf(principal), "endpoint.deleted", endpointId, {});
  return succeed(null);
}

export async function findOwnEndpoint(
  { db, clock }: Dependencies,
  workspaceId: string,
  endpointId: string,
): Promise<Result<StoredEndpoint>> {
  const endpoint = await findEndpoint(db, endpointId, clock.now());
  if (endpoint?.workspaceId !== workspaceId) {
    return fail("not-found", "There is no endpoint with this id in your workspace.");
  }
  return succeed(endpoint);
}

async function makeSecret(
  { vault, clock, random }: Dependencies,
  endpoint: EndpointRow,
): Promise<Result<{ secret: string; row: SecretRow }>> {
  if (!vault.canSeal) {
    return fail(
      "not-configured",
      "Set RUNYARD_SECRETS_KEY (openssl rand -base64 32): it seals the secrets that prove deliveries.",
    );
  }
  const secret = newSecret(ENDPOINT_SECRET_BYTES, random);
  const row = {
    id: newId("sec", clock, random),
    endpointId: endpoint.id,
    sealed: await vault.seal(endpoint.workspaceId, secretContext(endpoint), new Secret(secret)),
    hint: secretHint(secret),
    createdAt: clock.now(),
    expiresAt: null,
  };
  return succeed({ secret, row });
}

/** As people and machines see it. */
export function toEndpoint({ secrets, ...row }: StoredEndpoint): Endpoint {
  const { id, tracker, repositoryKey, authentication } = row;
  return {
    id,
    tracker,
    repositoryKey,
    authentication,
    path: endpointPath(row),
    createdAt: toIso(row.createdAt),
    secrets: secrets.map(({ hint, createdAt, expiresAt }) => ({
      hint,
      createdAt: toIso(createdAt),
      expiresAt: toIsoOrNull(expiresAt),
    })),
  };
}
