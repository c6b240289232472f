/** The console's pages, all behind a session. */
import { Hono, type MiddlewareHandler } from "hono";
import { providerNameOf } from "../../actions/workspace-models.ts";
import { SANDBOX_GLOBALS } from "../../domain/sandbox-globals.ts";
import type { AppEnv, SignedInEnv } from "../../middleware/context.ts";
import { capabilityReference } from "../../program/reference.ts";
import { CapabilitiesPage } from "../../views/capabilities.tsx";
import { DocsPage } from "../../views/docs.tsx";
import { auditPages } from "./audit.tsx";
import { budgetPages } from "./budgets.tsx";
import { accountPages, sessionPages, tokenPages } from "./credentials.tsx";
import { deliveryPages } from "./deliveries.tsx";
import { effectPages } from "./effects.tsx";
import { executionPages } from "./executions.tsx";
import { healthPages } from "./health.tsx";
import { endpointPages } from "./inbound-endpoints.tsx";
import { limitPages } from "./limits.tsx";
import { feedbackPages, meetingRunPages } from "./meeting-runs.tsx";
import { meetingSettingPages } from "./meeting-settings.tsx";
import { meetingPages } from "./meetings.tsx";
import { overview } from "./overview.tsx";
import { isPartial, page, signedInShell } from "./page.tsx";
import { invitationForms, memberPages, workspacePages } from "./people.tsx";
import { playground } from "./playground.tsx";
import { providerKeyPages } from "./provider-keys.tsx";
import { queuePages } from "./queue.tsx";
import { repositoryPages } from "./repositories.tsx";
import { runBatchForms } from "./run-batches.tsx";
import { runForkPages } from "./run-forks.tsx";
import { runSteeringForms } from "./run-steering.tsx";
import { runPages } from "./runs.tsx";
import { sharedPrograms } from "./shares.ts";
import { snippetPages } from "./snippets.tsx";
import { storyPages } from "./stories.tsx";
import { webhookPages } from "./webhooks.tsx";

/** Fragments are shown without the page's header, which is where the provider stands. */
const showProvider: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { principal, dependencies } = c.var;
  if (principal && !isPartial(c)) c.set("providerName", await providerNameOf(dependencies, principal.workspaceId));
  return next();
};

export const consolePages = new Hono<SignedInEnv>()
  .use(showProvider as never)
  .route("/", overview)
  .route("/queue", queuePages)
  .route("/health", healthPages)
  .route("/runs", runPages)
  .route("/runs", runForkPages)
  .route("/runs", runSteeringForms)
  .route("/runs", runBatchForms)
  .route("/runs", effectPages)
  .route("/stories", storyPages)
  .route("/playground", playground)
  .route("/p", sharedPrograms)
  .route("/settings/webhooks", webhookPages)
  .route("/settings/members", memberPages)
  .route("/settings/invitations", invitationForms)
  .route("/settings/workspaces", workspacePages)
  .route("/settings/tokens", tokenPages)
  .route("/settings/audit", auditPages)
  .route("/settings/account", accountPages)
  .route("/settings/sessions", sessionPages)
  .route("/settings/keys", providerKeyPages)
  .route("/settings/limits", limitPages)
  .route("/settings/meetings", meetingSettingPages)
  .route("/executions", executionPages)
  .route("/settings/budgets", budgetPages)
  .route("/meetings", meetingPages)
  .route("/meetings", meetingRunPages)
  .route("/runs", feedbackPages)
  .route("/repos", repositoryPages)
  .route("/snippets", snippetPages)
  .route("/inbound-endpoints", endpointPages)
  .route("/deliveries", deliveryPages)
  .get("/docs", (c) =>
    page(c, <DocsPage shell={signedInShell(c)} origin={new URL(c.req.url).origin} sandboxGlobals={SANDBOX_GLOBALS} />),
  )
  .get("/docs/capabilities", (c) =>
    page(
      c,
      <CapabilitiesPage
        shell={signedInShell(c)}
        origin={new URL(c.req.url).origin}
        reference={capabilityReference()}
        allowedOrigins={c.var.dependencies.config.allowance.fetch}
      />,
    ),
  );
