/** `POST /api/runs/cancel` and `/retry`: many runs with one request; the answer says of each what happened. */
import { Hono } from "hono";
import { cancelRuns, retryRuns } from "../../actions/run-batches.ts";
import { cancelBatchSchema, retryBatchSchema } from "../../domain/run-batch.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { readJson } from "../json-body.ts";

export const runBatches = new Hono<SignedInEnv>()
  .post("/cancel", async (c) => {
    const body = await readJson(c, cancelBatchSchema);
    if (!body.ok) return problem(c, body);
    return c.json(await cancelRuns(c.var.dependencies, c.var.principal, body.value));
  })
  .post("/retry", async (c) => {
    const body = await readJson(c, retryBatchSchema);
    if (!body.ok) return problem(c, body);
    const before = decodeCursor(body.value.cursor);
    if (!before.ok) return problem(c, before);
    const idempotencyKey = c.req.header("idempotency-key");
    const { results, nextBefore } = await retryRuns(c.var.dependencies, c.var.principal, body.value, {
      before: before.value,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    return c.json({ results, nextCursor: nextBefore === null ? null : encodeCursor(nextBefore) });
  });
