/** `GET /p/:slug`: a shared program in the playground. Who has the link may read it; running it takes a session. */
import { Hono } from "hono";
import { fail } from "../../domain/errors.ts";
import { titleOf } from "../../domain/run-spec.ts";
import { EXAMPLES } from "../../generated/examples.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { loadShare } from "../../store/shares.ts";
import { PlaygroundPage } from "../../views/playground.tsx";
import { failurePage, page, signedInShell } from "./page.tsx";

export const sharedPrograms = new Hono<SignedInEnv>().get("/:slug", async (c) => {
  const program = await loadShare(c.var.dependencies.db, c.req.param("slug"));
  if (!program) return failurePage(c, fail("not-found", "There is no shared program at this link."));
  return page(
    c,
    <PlaygroundPage
      shell={signedInShell(c)}
      values={{ ...program, limits: {} }}
      examples={EXAMPLES.map(({ slug, title, description }) => ({ slug, title, description }))}
      errors={[]}
      isBlank={false}
      source={{ kind: "share", title: titleOf(program) }}
    />,
  );
});
