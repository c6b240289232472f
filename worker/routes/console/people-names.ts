/** Who people and tokens are by their ids, for pages that say who did something: also those who have left since. */
import type { Dependencies } from "../../dependencies.ts";
import { namesOfActors } from "../../store/memberships.ts";

/** @param ids of people and tokens that have acted in the workspace. Every one of them has a name in the answer */
export async function namesOf(
  { db }: Pick<Dependencies, "db">,
  workspaceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const distinct = [...new Set(ids)];
  const actors = await namesOfActors(db, workspaceId, distinct);
  return new Map(
    distinct.map((id) => {
      const actor = actors.get(id);
      if (!actor) return [id, "a token that is gone"];
      if (actor.isToken) return [id, `the token “${actor.name}”`];
      return [id, actor.isMember ? actor.name : `${actor.name}, who has left`];
    }),
  );
}
