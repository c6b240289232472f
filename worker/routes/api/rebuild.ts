/** `POST /api/rebuild`: writes one page of the workspace's runs into D1 anew. `npm run rebuild` asks for all of them. */
import { Hono } from "hono";
import * as z from "zod";
import { record } from "../../actions/audit-trail.ts";
import { type RebuildPlace, rebuildPage } from "../../actions/rebuild-runs.ts";
import { actorOf } from "../../domain/audit.ts";
import { fail, type Result, succeed } from "../../domain/errors.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";

export const rebuildRequestSchema = z.strictObject({
  /** The `nextCursor` of the page before; the first page without it. */
  cursor: z.string().optional(),
});

export const rebuildAnswerSchema = z.strictObject({
  /** The lane whose runs were written; null when no run has ever joined one. */
  lane: z.string().nullable(),
  lanesDone: z.number(),
  laneCount: z.number(),
  rebuilt: z.number(),
  /** Runs that were refused after they had joined. */
  absent: z.number(),
  /** Runs that could not be written now. They try again by themselves. */
  failed: z.array(z.string()),
  nextCursor: z.string().nullable(),
});

export const rebuild = new Hono<SignedInEnv>().post("/", async (c) => {
  const body = await readJson(c, rebuildRequestSchema);
  if (!body.ok) return problem(c, body);
  const place = decodePlace(body.value.cursor);
  if (!place.ok) return problem(c, place);
  const { next, ...page } = await rebuildPage(c.var.dependencies, c.var.principal.workspaceId, place.value);
  // Once for the whole, which is asked for page by page.
  if (place.value === null) await record(c.var.dependencies, actorOf(c.var.principal), "runs.rebuilt", "", {});
  return c.json({ ...page, nextCursor: next === null ? null : encodePlace(next) });
});

function encodePlace({ lane, after }: RebuildPlace): string {
  return btoa(`${after} ${lane}`).replace(/=+$/, "");
}

function decodePlace(cursor: string | undefined): Result<RebuildPlace | null> {
  if (cursor === undefined) return succeed(null);
  try {
    const [, after, lane] = /^(\d{1,15}) (\S+)$/.exec(atob(cursor)) ?? [];
    if (after !== undefined && lane !== undefined) return succeed({ lane, after: Number(after) });
  } catch {
    // Not base64: the same answer.
  }
  return fail("bad-cursor", "Use the nextCursor of the page before as it was given, or leave it out to begin anew.");
}
