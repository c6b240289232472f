/** Another password for who knows the one there is. Whoever else is signed in as that person is so no longer. */
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import { fail, type Result } from "../domain/errors.ts";
import { CURRENT_PASSWORD_FIELD } from "../domain/password.ts";
import type { Principal } from "../domain/principal.ts";
import { findSignInWays } from "../store/people.ts";
import { deleteOtherSessions } from "../store/sessions.ts";
import { record } from "./audit-trail.ts";

const NO_PASSWORD = fail("not-found", "You have no password here: you sign in another way.");
const WRONG = { path: CURRENT_PASSWORD_FIELD, message: "is wrong" };

/**
 * A wrong current password counts as one at the sign-in page does: a session that was stolen is no way to guess it.
 * @param changeOf checks the current password of an address and changes it
 */
export async function changeOwnPassword(
  dependencies: Dependencies,
  principal: Principal,
  changeOf: (email: string) => Promise<Result<null>>,
): Promise<Result<null>> {
  const { db, rateLimits, knownPrincipals } = dependencies;
  const { userId, address } = principal;
  const { email, hasPassword } = await findSignInWays(db, userId);
  if (email === null || !hasPassword) return NO_PASSWORD;
  const tooOften = await rateLimits.guess(email, address);
  if (tooOften) return tooOften;
  const changed = await changeOf(email);
  if (!changed.ok) {
    if (changed.code !== "invalid-request") return changed;
    await record(dependencies, actorOf(principal), "password.change-refused", userId, {});
    return fail("invalid-request", "The current password is wrong.", [WRONG]);
  }
  await rateLimits.forgive(email, address);
  await deleteOtherSessions(db, userId, principal.credential.slice("session:".length));
  knownPrincipals.forgetAll();
  await record(dependencies, actorOf(principal), "password.changed", userId, {});
  return changed;
}
