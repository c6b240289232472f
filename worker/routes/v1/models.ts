/** `GET /v1/models`: what a client of OpenAI's API may name. */
import { Hono } from "hono";
import { nameableModelsOf } from "../../actions/workspace-models.ts";
import type { SignedInEnv } from "../../middleware/context.ts";

export const models = new Hono<SignedInEnv>().get("/", async (c) => {
  const { dependencies, principal } = c.var;
  const nameable = await nameableModelsOf(dependencies, principal.workspaceId);
  const data = nameable.map(({ name, key }) => ({ id: name, object: "model", created: 0, owned_by: key.provider }));
  return c.json({ object: "list", data });
});
