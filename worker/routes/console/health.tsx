/** `GET /health`: how each part of the installation is, as a page that looks again by itself, or as JSON. */
import { Hono } from "hono";
import { checkHealth } from "../../actions/check-health.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { wantsJson } from "../../middleware/problem.ts";
import { HealthFragment, HealthPage } from "../../views/health.tsx";
import { healthStatusCode, NOT_STORED } from "../health-answer.ts";
import { isPartial, page, signedInShell } from "./page.tsx";

export const healthPages = new Hono<SignedInEnv>().get("/", async (c) => {
  const health = await checkHealth(c.var.dependencies, c.var.principal.workspaceId);
  const code = healthStatusCode(health.status);
  if (wantsJson(c)) return c.json(health, code, NOT_STORED);
  // The page itself could be made, whatever it says.
  return page(c, isPartial(c) ? <HealthFragment {...health} /> : <HealthPage shell={signedInShell(c)} {...health} />);
});
