/** Making and revoking tokens of the API. Members see and revoke their own; admins all of the workspace. */
import type { Dependencies } from "../dependencies.ts";
import { sha256Hex } from "../digest.ts";
import { isAtLeast } from "../domain/access.ts";
import {
  type NewToken,
  shownPrefix,
  TOKEN_BYTES,
  TOKEN_PREFIX,
  TOKENS_MAX,
  type TokenSummary,
  tokenEnd,
} from "../domain/api-token.ts";
import { actorOf } from "../domain/audit.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { isId, newId, newSecret } from "../domain/ids.ts";
import { toIsoOrNull } from "../domain/instant.ts";
import type { Principal } from "../domain/principal.ts";
import { deleteToken, insertToken, listTokens } from "../store/api-tokens.ts";
import { record } from "./audit-trail.ts";

/** Whose tokens somebody sees and revokes: null for everybody's. */
function ownerFor({ role, userId }: Principal): string | null {
  return isAtLeast(role, "admin") ? null : userId;
}

export function visibleTokens({ db }: Dependencies, principal: Principal): Promise<TokenSummary[]> {
  return listTokens(db, principal.workspaceId, ownerFor(principal));
}

/** The token itself: it is told this once, and only its hash is kept. */
export async function createToken(
  dependencies: Dependencies,
  principal: Principal,
  { name, scopes, days, agent }: NewToken,
): Promise<Result<{ readonly token: string }>> {
  const { db, clock, random } = dependencies;
  const { workspaceId, userId } = principal;
  const token = TOKEN_PREFIX + newSecret(TOKEN_BYTES, random);
  const now = clock.now();
  const row = {
    ...{ id: newId("tok", clock, random), secretHash: await sha256Hex(token), prefix: shownPrefix(token) },
    ...{ name, workspaceId, userId, scopes: [...new Set(scopes)], agent },
    ...{ createdAt: now, expiresAt: tokenEnd(days, now), lastUsedAt: null },
  };
  if (!(await insertToken(db, row, TOKENS_MAX)))
    return fail("too-many-tokens", `Revoke one first: a person has at most ${TOKENS_MAX} in a workspace.`);
  const ends = toIsoOrNull(row.expiresAt) ?? "never";
  const told = { name, scopes: row.scopes.join(" "), ends, ...(agent === null ? {} : { agent }) };
  await record(dependencies, actorOf(principal), "token.made", row.id, told);
  return succeed({ token });
}

export async function revokeToken(dependencies: Dependencies, principal: Principal, id: string): Promise<Result<null>> {
  const { db, knownPrincipals } = dependencies;
  const isGone = isId("tok", id) && (await deleteToken(db, principal.workspaceId, ownerFor(principal), id));
  if (!isGone) return fail("not-found", "There is no token with this id that you could revoke.");
  knownPrincipals.forgetAll();
  await record(dependencies, actorOf(principal), "token.revoked", id, {});
  return succeed(null);
}
