/**
 * The Worker's request handler: the order of middleware, where routes are mounted, and what happens to everything else.
 */
import { Hono } from "hono";
import { dependenciesOf } from "./dependencies.ts";
import { ERRORS, type Failure, fail } from "./domain/errors.ts";
import { createLogger } from "./log.ts";
import { faultOf } from "./log-fields.ts";
import { authenticate } from "./middleware/authentication.ts";
import { authorize } from "./middleware/authorization.ts";
import { limitBody } from "./middleware/body-limit.ts";
import type { AppEnv } from "./middleware/context.ts";
import { checkOrigin } from "./middleware/origin-check.ts";
import { problem, wantsProblem } from "./middleware/problem.ts";
import { limitRate } from "./middleware/rate-limit.ts";
import { RememberingRouter } from "./middleware/remembering-router.ts";
import { requestContext, requestFields } from "./middleware/request-context.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { audit } from "./routes/api/audit.ts";
import { budgets } from "./routes/api/budgets.ts";
import { code } from "./routes/api/code.ts";
import { deliveries } from "./routes/api/deliveries.ts";
import { execute } from "./routes/api/execute.ts";
import { executions } from "./routes/api/executions.ts";
import { health } from "./routes/api/health.ts";
import { inboundEndpoints } from "./routes/api/inbound-endpoints.ts";
import { items } from "./routes/api/items.ts";
import { lanes, queue } from "./routes/api/lanes.ts";
import { meetingRollout, runFeedback } from "./routes/api/meeting-settings.ts";
import { meetings } from "./routes/api/meetings.ts";
import { openapi } from "./routes/api/openapi.ts";
import { providerKeys } from "./routes/api/provider-keys.ts";
import { rebuild } from "./routes/api/rebuild.ts";
import { repositories } from "./routes/api/repositories.ts";
import { runBatches } from "./routes/api/run-batches.ts";
import { runEffects } from "./routes/api/run-effects.ts";
import { runForks } from "./routes/api/run-forks.ts";
import { runSteering } from "./routes/api/run-steering.ts";
import { runs } from "./routes/api/runs.ts";
import { snippets } from "./routes/api/snippets.ts";
import { status } from "./routes/api/status.ts";
import { webhooks } from "./routes/api/webhooks.ts";
import { consolePages } from "./routes/console/console.tsx";
import { failurePage } from "./routes/console/page.tsx";
import { previews } from "./routes/console/previews.ts";
import { publicStatus } from "./routes/console/public-status.tsx";
import { entry } from "./routes/console/sign-in.tsx";
import { BODY_MAX_BYTES } from "./routes/json-body.ts";
import { mcp } from "./routes/mcp/mcp.ts";
import { metrics } from "./routes/metrics.ts";
import { chatCompletions } from "./routes/v1/chat-completions.ts";
import { models } from "./routes/v1/models.ts";
import { webhooks as inboundWebhooks } from "./routes/webhooks.ts";

type AppContext = Parameters<typeof requestContext>[0];

function answerFailure(c: AppContext, failure: Failure): Response | Promise<Response> {
  return wantsProblem(c) ? problem(c, failure) : failurePage(c, failure);
}

export function createApp() {
  const app = new Hono<AppEnv>({ router: new RememberingRouter() });
  // The platform answers these before it asks us; a launcher without such a front leaves them to us, as they are.
  app.get("/assets/*", (c) => dependenciesOf(c.env).assets.fetch(c.req.raw));
  app.use(securityHeaders);
  app.use(requestContext);
  // Before everything that asks for a session, and with a limit of its own: a delivery proves itself.
  app.route("/webhook", inboundWebhooks);
  app.use(limitBody((c) => answerFailure(c, fail("payload-too-large", `Send at most ${BODY_MAX_BYTES} bytes.`))));

  app.route("/healthz", health);
  app.route("/openapi.json", openapi);
  // Needs no session and reads none: it answers also when the database is away.
  app.route("/status", publicStatus);

  app.use(authenticate);
  app.use(limitRate(answerFailure));
  app.use(checkOrigin);
  app.use(authorize(answerFailure));
  app.route("/", entry);
  app.route("/previews", previews);
  app.route("/v1/chat/completions", chatCompletions as never);
  app.route("/v1/models", models as never);
  app.route("/api/execute", execute as never);
  app.route("/api/code", code as never);
  app.route("/api/runs", runs as never);
  app.route("/api/runs", runEffects as never);
  app.route("/api/runs", runForks as never);
  app.route("/api/runs", runFeedback as never);
  app.route("/api/workspace/meeting-rollout", meetingRollout as never);
  app.route("/api/runs", runSteering as never);
  app.route("/api/runs", runBatches as never);
  app.route("/api/lanes", lanes as never);
  app.route("/api/queue", queue as never);
  app.route("/api/rebuild", rebuild as never);
  app.route("/api", status as never);
  app.route("/metrics", metrics as never);
  app.route("/mcp", mcp as never);
  app.route("/api/webhooks", webhooks as never);
  app.route("/api/workspace/api-keys", providerKeys as never);
  app.route("/api/executions", executions as never);
  app.route("/api/budgets", budgets as never);
  app.route("/api/meetings", meetings as never);
  app.route("/api/items", items as never);
  app.route("/api/repositories", repositories as never);
  app.route("/api/snippets", snippets as never);
  app.route("/api/inbound-endpoints", inboundEndpoints as never);
  app.route("/api/deliveries", deliveries as never);
  app.route("/api/audit", audit as never);
  app.route("/", consolePages as never);

  app.notFound((c) => answerFailure(c, fail("not-found", `Nothing answers ${c.req.method} ${c.req.path}.`)));
  app.onError((error, c) => {
    // Without dependencies it is the configuration that is wrong, and with it the logger's.
    const log = c.var.dependencies?.log ?? createLogger("info", "json");
    log.error("a request failed", { ...requestFields(c), error });
    if (/no such table/.test(String(faultOf(error)))) {
      return answerFailure(c, fail("unavailable", "The database has no tables yet: apply the migrations."));
    }
    return answerFailure(c, fail("internal", ERRORS.internal.title));
  });
  return app;
}
