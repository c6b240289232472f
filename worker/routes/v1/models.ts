/** `GET /v1/models`: what a client of OpenAI's API may name. Other models of the same provider may be named, too. */
import { Hono } from "hono";
import { providerOf } from "../../actions/workspace-provider.ts";
import { DEFAULT_MODEL_ALIAS } from "../../llm/chat-completion-request.ts";
import type { SignedInEnv } from "../../middleware/context.ts";

export const models = new Hono<SignedInEnv>().get("/", async (c) => {
  const { workspaceId, id } = c.var.principal;
  const provider = await providerOf(c.var.dependencies, workspaceId, { kind: "api", id });
  const model = (id: string) => ({ id, object: "model", created: 0, owned_by: provider.name });
  return c.json({ object: "list", data: [model(DEFAULT_MODEL_ALIAS), model(provider.defaultModel)] });
});
