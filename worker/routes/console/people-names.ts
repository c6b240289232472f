/** Names of the people of a workspace by their ids, for pages that say who did something. */
import type { Dependencies } from "../../dependencies.ts";
import { listMembers } from "../../store/memberships.ts";

const NAMES_MAX = 500;

export async function namesOf(
  { db }: Pick<Dependencies, "db">,
  workspaceId: string,
): Promise<ReadonlyMap<string, string>> {
  const members = await listMembers(db, workspaceId, NAMES_MAX);
  return new Map(members.map(({ userId, name }) => [userId, name]));
}
