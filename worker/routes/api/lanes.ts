/** `/api/lanes` and `/api/queue/stats`: how the lanes of the workspace stand, and pausing one. */
import { type Context, Hono } from "hono";
import * as z from "zod";
import { listLanes, queueStats, viewLane } from "../../actions/look-at-queue.ts";
import { steerLane } from "../../actions/steer-queue.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";

/** Runs of the line that are named in one answer, at most. */
const WAITING_MAX = 1_000;

export const laneQuerySchema = z.strictObject({
  /** How many of the waiting runs to name, from the first on. */
  limit: z.coerce.number().int().min(0).max(WAITING_MAX).default(100),
});

export const lanes = new Hono<SignedInEnv>()
  .get("/", async (c) => c.json(await listLanes(c.var.dependencies, c.var.principal.workspaceId)))
  .get("/:lane", async (c) => {
    const query = check(c.req.query(), laneQuerySchema);
    if (!query.ok) return problem(c, query);
    const { workspaceId } = c.var.principal;
    const lane = c.req.param("lane");
    const view = await viewLane(c.var.dependencies, { workspaceId, lane }, query.value.limit);
    return view.ok ? c.json({ lane, ...view.value }) : problem(c, view);
  })
  .post("/:lane/pause", (c) => steer(c, "pause"))
  .post("/:lane/resume", (c) => steer(c, "resume"));

async function steer(c: Context<SignedInEnv>, command: "pause" | "resume"): Promise<Response> {
  const lane = c.req.param("lane")!;
  const view = await steerLane(c.var.dependencies, c.var.principal, lane, command);
  return view.ok ? c.json({ lane, ...view.value }) : problem(c, view);
}

export const queue = new Hono<SignedInEnv>().get("/stats", async (c) =>
  c.json(await queueStats(c.var.dependencies, c.var.principal.workspaceId)),
);
