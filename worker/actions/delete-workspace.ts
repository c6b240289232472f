/** Deletes a workspace with all that is in it, at its owner's word. Cannot be taken back. */
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { WORKSPACE_NAME_FIELD } from "../domain/membership.ts";
import type { Principal } from "../domain/principal.ts";
import { ACTIVE_STATES } from "../domain/run-filter.ts";
import { listHomeless, listWorkspaces } from "../store/memberships.ts";
import { countRuns } from "../store/runs.ts";
import { listEndpoints } from "../store/webhooks.ts";
import { deleteWorkspace, deleteWorkspaceHistory, deleteWorkspaceSecrets } from "../store/workspace-deletion.ts";
import { giveOwnWorkspaces } from "./admit-person.ts";
import { record } from "./audit-trail.ts";
import { NOT_HERE } from "./manage-people.ts";

/** Queries of one request are bounded by the platform, to 1,000: six in each portion, and room for the rest. */
const PORTIONS_MAX = 150;

const ONLY_ONE = fail("last-workspace", "It is your only workspace, and you would be nowhere. Make another one first.");
const PARTLY = fail("unavailable", "It has more history than can go at once. Send the request again to go on.");

/** @param confirmation the workspace's name, typed once more */
export async function removeWorkspace(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
  confirmation: string,
): Promise<Result<null>> {
  const { db } = dependencies;
  const { workspaceId, workspaceName: name, userId } = principal;
  if (id !== workspaceId) return NOT_HERE;
  if (confirmation.trim() !== name) {
    const message = `must be the workspace's name, "${name}"`;
    return fail("invalid-request", message, [{ path: WORKSPACE_NAME_FIELD, message }]);
  }
  if ((await listWorkspaces(db, userId)).length < 2) return ONLY_ONE;
  const active = await countRuns(db, workspaceId, { states: ACTIVE_STATES });
  if (active > 0) return fail("workspace-busy", `Cancel them first: ${active} wait or run.`);
  const senders = await listEndpoints(db, workspaceId, dependencies.clock.now());
  await deleteWorkspaceSecrets(db, workspaceId);
  await dependencies.scheduler(workspaceId).forget(null);
  await Promise.all(senders.map((endpoint) => dependencies.sender(endpoint.id).forget()));
  for (let portion = 0; await deleteWorkspaceHistory(db, workspaceId); portion++)
    if (portion >= PORTIONS_MAX) return PARTLY;
  // They keep their accounts, and an account without a workspace could not come in.
  await giveOwnWorkspaces(dependencies, await listHomeless(db, workspaceId));
  await deleteWorkspace(db, workspaceId);
  for (const known of [dependencies.knownPrincipals, dependencies.knownEndpoints, dependencies.knownKeys])
    known.forgetAll();
  await record(dependencies, actorOf(principal), "workspace.deleted", "", { name });
  return succeed(null);
}
