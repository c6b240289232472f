/** `GET /status`: whether the installation is well. For everybody: it names no part, no workspace and no figure. */
import { Hono } from "hono";
import { checkPublicHealth } from "../../actions/check-health.ts";
import type { PublicStatus } from "../../domain/health.ts";
import { toIso } from "../../domain/instant.ts";
import type { AppEnv } from "../../middleware/context.ts";
import { wantsJson } from "../../middleware/problem.ts";
import { StatusPage } from "../../views/status.tsx";
import { healthStatusCode, NOT_STORED } from "../health-answer.ts";
import { page } from "./page.tsx";

export const publicStatus = new Hono<AppEnv>().get("/", async (c) => {
  const { dependencies } = c.var;
  const { status, parts } = await checkPublicHealth(dependencies);
  const checkedAt = parts.map((part) => part.checkedAt).toSorted()[0] ?? toIso(dependencies.clock.now());
  const found: PublicStatus = { status, checkedAt };
  const code = healthStatusCode(status);
  return wantsJson(c) ? c.json(found, code, NOT_STORED) : page(c, <StatusPage {...found} />, code);
});
