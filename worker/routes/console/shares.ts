/** `GET /p/:slug`: a shared program in the playground. Who has the link may read it; running it takes a session. */
import { Hono } from "hono";
import type { SignedInEnv } from "../../middleware/context.ts";
import { openShare } from "./opened-program.ts";
import { failurePage } from "./page.tsx";
import { playgroundPage } from "./playground.tsx";

export const sharedPrograms = new Hono<SignedInEnv>().get("/:slug", async (c) => {
  const opened = await openShare(c, c.req.param("slug"));
  return opened.ok ? playgroundPage(c, { ...opened.value, errors: [] }) : failurePage(c, opened);
});
