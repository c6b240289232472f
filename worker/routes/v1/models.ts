/** `GET /v1/models` and each of them: what a client of OpenAI's API may name. */
import { Hono } from "hono";
import { nameableModelsOf, namedModelOf } from "../../actions/workspace-models.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";

export const models = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const { dependencies, principal } = c.var;
    const nameable = await nameableModelsOf(dependencies, principal.workspaceId);
    return c.json({ object: "list", data: nameable.map(({ name, key }) => shown(name, key)) });
  })
  // To the end of the path: names have slashes, and not every client escapes them.
  .get("/:model{.+}", async (c) => {
    const { dependencies, principal } = c.var;
    const name = c.req.param("model");
    const named = await namedModelOf(dependencies, principal.workspaceId, name);
    return named.ok ? c.json(shown(name, named.value.key)) : problem(c, named);
  });

function shown(name: string, { provider }: { readonly provider: string }) {
  return { id: name, object: "model", created: 0, owned_by: provider };
}
