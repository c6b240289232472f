/** `GET /metrics`: the workspace's figures for Prometheus, to whoever may see the workspace. */
import { Hono } from "hono";
import { checkHealth } from "../actions/check-health.ts";
import { queueStats } from "../actions/look-at-queue.ts";
import { summarizeMetrics } from "../actions/summarize-workspace.ts";
import type { SignedInEnv } from "../middleware/context.ts";
import { PROMETHEUS_TYPE, prometheusText } from "../views/prometheus.ts";
import { NOT_STORED } from "./health-answer.ts";

export const metrics = new Hono<SignedInEnv>().get("/", async (c) => {
  const { dependencies, principal } = c.var;
  const { workspaceId } = principal;
  const [queue, health, hour] = await Promise.all([
    queueStats(dependencies, workspaceId),
    checkHealth(dependencies, workspaceId),
    summarizeMetrics(dependencies, workspaceId, 1),
  ]);
  return c.body(prometheusText({ queue, health, hour }), 200, { ...NOT_STORED, "content-type": PROMETHEUS_TYPE });
});
