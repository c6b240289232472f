/** `/api/snippets`: programs that are kept under a name, their versions, runs and schedules. */
import { Hono } from "hono";
import * as z from "zod";
import {
  addSchedule,
  listSchedules,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
} from "../../actions/manage-schedules.ts";
import { changeSnippet, createSnippet, removeSnippet, runSnippet } from "../../actions/manage-snippets.ts";
import { SNIPPET_BOUNDS, snippetRunSchema } from "../../domain/snippet.ts";
import { scheduleSchema } from "../../domain/snippet-schedule.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { noSnippet } from "../../snippets/snippet-run.ts";
import { findSnippet, listSnippets, listVersions, loadVersion } from "../../store/snippets.ts";
import { readJson } from "../json-body.ts";
import { answer } from "./answer.ts";

export const snippetQuerySchema = z.object({
  /** The newest when it is not given. */
  version: z.coerce.number().int().min(1).max(SNIPPET_BOUNDS.versions).optional(),
});

export const snippets = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const { dependencies, principal } = c.var;
    return c.json({ snippets: await listSnippets(dependencies.db, principal.workspaceId) });
  })
  .post("/", async (c) => {
    const body = await readJson(c, z.unknown());
    if (!body.ok) return problem(c, body);
    const created = await createSnippet(c.var.dependencies, c.var.principal, body.value);
    if (!created.ok) return problem(c, created);
    return c.json(created.value, 201, { location: `/api/snippets/${created.value.name}` });
  })
  .get("/:name", async (c) => {
    const query = check(c.req.query(), snippetQuerySchema);
    if (!query.ok) return problem(c, query);
    const [name, version] = [c.req.param("name"), query.value.version ?? null];
    const found = await loadVersion(c.var.dependencies.db, c.var.principal.workspaceId, name, version);
    return found ? c.json(found) : problem(c, noSnippet(name, version));
  })
  .put("/:name", async (c) => {
    const body = await readJson(c, z.unknown());
    if (!body.ok) return problem(c, body);
    return answer(c, await changeSnippet(c.var.dependencies, c.var.principal, c.req.param("name"), body.value));
  })
  .delete("/:name", async (c) => {
    const name = c.req.param("name");
    const removed = await removeSnippet(c.var.dependencies, c.var.principal, name, name);
    return removed.ok ? c.body(null, 204) : problem(c, removed);
  })
  .get("/:name/versions", async (c) => {
    const name = c.req.param("name");
    const { db } = c.var.dependencies;
    const versions = await listVersions(db, c.var.principal.workspaceId, name);
    return versions.length > 0 ? c.json({ versions }) : problem(c, noSnippet(name));
  })
  .post("/:name/run", async (c) => {
    const body = await readJson(c, snippetRunSchema);
    if (!body.ok) return problem(c, body);
    const { dependencies, principal } = c.var;
    const idempotencyKey = c.req.header("idempotency-key");
    const started = await runSnippet(dependencies, principal, c.req.param("name"), { ...body.value, idempotencyKey });
    if (!started.ok) return problem(c, started);
    const { id, state } = started.value;
    return c.json({ runId: id, state }, 202, { location: `/api/runs/${id}` });
  })
  .get("/:name/schedules", async (c) => {
    const name = c.req.param("name");
    const { dependencies, principal } = c.var;
    if (!(await findSnippet(dependencies.db, principal.workspaceId, name))) return problem(c, noSnippet(name));
    return c.json({ schedules: await listSchedules(dependencies, principal.workspaceId, name) });
  })
  .post("/:name/schedules", async (c) => {
    const body = await readJson(c, scheduleSchema);
    if (!body.ok) return problem(c, body);
    const added = await addSchedule(c.var.dependencies, c.var.principal, c.req.param("name"), body.value);
    return added.ok ? c.json(added.value, 201) : problem(c, added);
  })
  .post("/:name/schedules/:schedule/pause", async (c) => {
    const { name, schedule } = c.req.param();
    return answer(c, await pauseSchedule(c.var.dependencies, c.var.principal, name, schedule));
  })
  .post("/:name/schedules/:schedule/resume", async (c) => {
    const { name, schedule } = c.req.param();
    return answer(c, await resumeSchedule(c.var.dependencies, c.var.principal, name, schedule));
  })
  .delete("/:name/schedules/:schedule", async (c) => {
    const { name, schedule } = c.req.param();
    const removed = await removeSchedule(c.var.dependencies, c.var.principal, name, schedule);
    return removed.ok ? c.body(null, 204) : problem(c, removed);
  });
