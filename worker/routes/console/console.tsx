/** The console's pages, all behind a session. */
import { Hono } from "hono";
import { SANDBOX_GLOBALS } from "../../domain/sandbox-globals.ts";
import { requirePrincipal } from "../../middleware/authentication.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { DocsPage } from "../../views/docs.tsx";
import { deliveryPages } from "./deliveries.tsx";
import { endpointPages } from "./inbound-endpoints.tsx";
import { overview } from "./overview.tsx";
import { page, signedInShell } from "./page.tsx";
import { playground } from "./playground.tsx";
import { repositoryPages } from "./repositories.tsx";
import { runPages } from "./runs.tsx";
import { sharedPrograms } from "./shares.ts";
import { webhookPages } from "./webhooks.tsx";

export const consolePages = new Hono<SignedInEnv>();

for (const path of [
  "/",
  "/runs/*",
  "/playground/*",
  "/p/*",
  "/repos/*",
  "/inbound-endpoints/*",
  "/deliveries/*",
  "/settings/*",
  "/docs",
])
  consolePages.use(path, requirePrincipal);

consolePages
  .route("/", overview)
  .route("/runs", runPages)
  .route("/playground", playground)
  .route("/p", sharedPrograms)
  .route("/settings/webhooks", webhookPages)
  .route("/repos", repositoryPages)
  .route("/inbound-endpoints", endpointPages)
  .route("/deliveries", deliveryPages)
  .get("/docs", (c) =>
    page(c, <DocsPage shell={signedInShell(c)} origin={new URL(c.req.url).origin} sandboxGlobals={SANDBOX_GLOBALS} />),
  );
