/** Cancels the run of a request that is still under way, by the key that the request came with: its maker has no run's id yet. */
import type { Dependencies } from "../dependencies.ts";
import { newId } from "../domain/ids.ts";
import { keyOwner, type Principal } from "../domain/principal.ts";
import { reserveIdempotencyKey } from "../store/runs.ts";

/** Of no request: one that comes later with this key is refused. */
const NEVER = "cancelled";

/** A run whose id is reserved is accepted a moment later, or never. */
const TRIES = 10;
const TRY_AGAIN_MS = 200;

/** Where the request has not come to a run yet, it comes to none. A run that has ended stays as it is. */
export async function cancelRequestedRun(
  { db, clock, random, executor }: Dependencies,
  principal: Principal,
  key: string,
): Promise<void> {
  const [principalId, now] = [keyOwner(principal), clock.now()];
  const row = { principalId, key, requestHash: NEVER, runId: newId("run", clock, random), createdAt: now };
  const { requestHash, runId } = await reserveIdempotencyKey(db, row);
  if (requestHash === NEVER) return;
  for (let tried = 0; tried < TRIES; tried++) {
    const cancelled = await executor(runId).cancel();
    if (cancelled.ok || cancelled.code !== "not-found") return;
    await clock.sleep(TRY_AGAIN_MS);
  }
}
