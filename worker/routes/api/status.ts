/** `/api/status`, `/api/health/detailed` and `/api/metrics/summary`: how the installation and the workspace are doing. */
import { Hono } from "hono";
import * as z from "zod";
import { checkHealth } from "../../actions/check-health.ts";
import { summarizeMetrics, summarizeStatus } from "../../actions/summarize-workspace.ts";
import { metricsQuerySchema, STATUS_DETAILS } from "../../domain/status-schema.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { healthStatusCode, NOT_STORED } from "../health-answer.ts";

export const statusQuerySchema = z.strictObject({ detail: z.enum(STATUS_DETAILS).default("full") });

export const status = new Hono<SignedInEnv>()
  .get("/status", async (c) => {
    const query = check(c.req.query(), statusQuerySchema);
    if (!query.ok) return problem(c, query);
    const { dependencies, principal } = c.var;
    const summary = await summarizeStatus(dependencies, principal.workspaceId, query.value.detail);
    return c.json(summary, healthStatusCode(summary.status), NOT_STORED);
  })
  .get("/health/detailed", async (c) => {
    const health = await checkHealth(c.var.dependencies, c.var.principal.workspaceId);
    return c.json(health, healthStatusCode(health.status), NOT_STORED);
  })
  .get("/metrics/summary", async (c) => {
    const query = check(c.req.query(), metricsQuerySchema);
    if (!query.ok) return problem(c, query);
    const { dependencies, principal } = c.var;
    return c.json(await summarizeMetrics(dependencies, principal.workspaceId, query.value.hours));
  });
