/** `/api/runs`: the list, one run, its log, and what can be done with it. */
import { Hono } from "hono";
import * as z from "zod";
import { decideRunBudget } from "../../actions/manage-budgets.ts";
import { retryRun } from "../../actions/retry-run.ts";
import { budgetDecisionSchema } from "../../domain/budget-wait.ts";
import { fail } from "../../domain/errors.ts";
import { retryEditsSchema } from "../../domain/program.ts";
import { runFilterSchema } from "../../domain/run-filter.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { listRuns } from "../../store/runs.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { readJson } from "../json-body.ts";
import { accessRun } from "../run-access.ts";
import { answer } from "./answer.ts";

export const runListQuerySchema = runFilterSchema.extend({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const runs = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const query = check(c.req.query(), runListQuerySchema);
    if (!query.ok) return problem(c, query);
    const { cursor, limit, ...filter } = query.value;
    const before = decodeCursor(cursor);
    if (!before.ok) return problem(c, before);
    const { dependencies, principal } = c.var;
    const page = await listRuns(dependencies.db, principal.workspaceId, filter, { before: before.value, limit });
    const nextCursor = page.nextBefore === null ? null : encodeCursor(page.nextBefore);
    return c.json({ runs: page.runs, nextCursor });
  })
  .get("/:id", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    return c.json(await run.value.describe());
  })
  .post("/:id/cancel", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    const cancelled = await run.value.cancel();
    if (!cancelled.ok) return problem(c, cancelled);
    return c.json({ runId: cancelled.value.id, state: cancelled.value.state }, 202);
  })
  .post("/:id/budget-decision", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    const body = await readJson(c, budgetDecisionSchema);
    if (!body.ok) return problem(c, body);
    return answer(c, await decideRunBudget(c.var.dependencies, c.var.principal, run.value, body.value));
  })
  .post("/:id/retry", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    const { dependencies, principal } = c.var;
    const edits = c.req.header("content-type") === undefined ? null : await readJson(c, retryEditsSchema);
    if (edits && !edits.ok) return problem(c, edits);
    const idempotencyKey = c.req.header("idempotency-key");
    const started = await retryRun(dependencies, principal, c.req.param("id"), {
      ...(edits ? { edits: edits.value } : {}),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    if (!started.ok) return problem(c, started);
    const { id, state } = started.value;
    return c.json({ runId: id, state }, 202, { location: `/api/runs/${id}` });
  })
  .post("/:id/replay", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    const verdict = await run.value.replay();
    return verdict.ok ? c.json(verdict.value) : problem(c, verdict);
  })
  .get("/:id/log.txt", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    const { body } = await run.value.fetch(new Request("https://executor/log.txt"));
    return new Response(body, {
      headers: {
        "content-type": "text/plain; charset=UTF-8",
        "content-disposition": `inline; filename="${c.req.param("id")}.txt"`,
        "cache-control": "private, no-store",
      },
    });
  })
  .get("/:id/stream", async (c) => {
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
      return problem(c, fail("upgrade-required", "Open this address as a WebSocket."));
    }
    const after = c.req.query("after") ?? "0";
    if (!/^\d{1,15}$/.test(after)) {
      return problem(c, fail("invalid-request", "after must be a sequence number, 0 or more."));
    }
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    // A request of our own: the object needs neither the cookie nor the token, only the name of what proved the client.
    const query = new URLSearchParams({ after, credential: c.var.principal.credential });
    const answer = await run.value.fetch(
      new Request(`https://executor/stream?${query}`, { headers: { upgrade: "websocket" } }),
    );
    if (answer.status === 429) return problem(c, fail("too-many-sockets", "Close another view of this run first."));
    return answer;
  });
