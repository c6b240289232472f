/** `/api/repositories`: the workspace's repositories, one by one and as one file. */
import { Hono } from "hono";
import * as z from "zod";
import {
  changeRepository,
  createRepository,
  importRepositories,
  noRepository,
  removeRepository,
} from "../../actions/manage-repositories.ts";
import { exportReposFile } from "../../domain/repos-file.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { findRepository, listRepositories } from "../../store/repositories.ts";
import { readJson } from "../json-body.ts";

export const importQuerySchema = z.object({
  /** `true`: only say what would change. */
  dryRun: z.enum(["true", "false"]).default("false"),
});

export const repositories = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const { dependencies, principal } = c.var;
    return c.json({ repositories: await listRepositories(dependencies.db, principal.workspaceId) });
  })
  .post("/", async (c) => {
    const body = await readJson(c, z.unknown());
    if (!body.ok) return problem(c, body);
    const created = await createRepository(c.var.dependencies, c.var.principal, body.value);
    if (!created.ok) return problem(c, created);
    return c.json(created.value, 201, { location: `/api/repositories/${created.value.key}` });
  })
  .get("/export", async (c) => {
    const { dependencies, principal } = c.var;
    return c.json(exportReposFile(await listRepositories(dependencies.db, principal.workspaceId)), 200, EXPORT_HEADERS);
  })
  .post("/import", async (c) => {
    const query = check(c.req.query(), importQuerySchema);
    if (!query.ok) return problem(c, query);
    const isDryRun = query.value.dryRun === "true";
    const { dependencies, principal } = c.var;
    const imported = await importRepositories(dependencies, principal, await c.req.text(), isDryRun);
    return imported.ok ? c.json({ changes: imported.value.changes, isDryRun }) : problem(c, imported);
  })
  .get("/:key", async (c) => {
    const key = c.req.param("key");
    const found = await findRepository(c.var.dependencies.db, c.var.principal.workspaceId, key);
    return found ? c.json(found) : problem(c, noRepository(key));
  })
  .put("/:key", async (c) => {
    const body = await readJson(c, z.unknown());
    if (!body.ok) return problem(c, body);
    const { dependencies, principal } = c.var;
    const changed = await changeRepository(dependencies, principal, c.req.param("key"), body.value);
    return changed.ok ? c.json(changed.value) : problem(c, changed);
  })
  .delete("/:key", async (c) => {
    const key = c.req.param("key");
    const removed = await removeRepository(c.var.dependencies, c.var.principal, key, key);
    return removed.ok ? c.body(null, 204) : problem(c, removed);
  });

export const EXPORT_HEADERS = {
  "content-disposition": 'attachment; filename="repos.json"',
  "cache-control": "private, no-store",
} as const;
