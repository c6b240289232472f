/** `/inbound-endpoints`: making endpoints, replacing their secrets, testing and deleting them. */
import { type Context, Hono } from "hono";
import { createEndpoint, removeEndpoint, replaceSecret, toEndpoint } from "../../actions/manage-inbound-endpoints.ts";
import { sendTestDelivery } from "../../actions/send-test-delivery.ts";
import { ERRORS } from "../../domain/errors.ts";
import {
  type CreatedEndpoint,
  ENDPOINTS_MAX,
  newEndpointSchema,
  rotationSchema,
} from "../../domain/inbound-endpoint.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { listEndpoints } from "../../store/inbound-endpoints.ts";
import { listRepositories } from "../../store/repositories.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";
import { EndpointsPage } from "../../views/inbound-endpoints.tsx";
import { failurePage, page, signedInShell } from "./page.tsx";
import { formErrors } from "./repository-form.ts";

export const endpointPages = new Hono<SignedInEnv>()
  .get("/", (c) => endpointsPage(c, null))
  .post("/", async (c) => {
    const form = await c.req.parseBody();
    // One choice in the form says both who delivers and how it proves itself.
    const [tracker, authentication] = String(form["tracker"] ?? "").split(":");
    const repositoryKey =
      typeof form["repositoryKey"] === "string" && form["repositoryKey"] !== "" ? form["repositoryKey"] : null;
    const request = check({ tracker, authentication, repositoryKey }, newEndpointSchema);
    const created = request.ok ? await createEndpoint(c.var.dependencies, c.var.principal, request.value) : request;
    if (created.ok) return endpointsPage(c, created.value);
    return endpointsPage(c, null, formErrors(created.errors, created.detail), ERRORS[created.code].status);
  })
  .post("/:id/secrets", async (c) => {
    const form = await c.req.parseBody();
    const request = check({ keepOldSeconds: Number(form["keepOldSeconds"]) }, rotationSchema);
    if (!request.ok) return failurePage(c, request);
    const { dependencies, principal } = c.var;
    const { keepOldSeconds } = request.value;
    const replaced = await replaceSecret(dependencies, principal, c.req.param("id"), keepOldSeconds);
    return replaced.ok ? endpointsPage(c, replaced.value) : failurePage(c, replaced);
  })
  .post("/:id/tests", async (c) => {
    const { dependencies, principal } = c.var;
    const { origin } = new URL(c.req.url);
    const tested = await sendTestDelivery(dependencies, principal, c.req.param("id"), origin);
    return tested.ok ? c.redirect(`/deliveries/${tested.value.id}`, 303) : failurePage(c, tested);
  })
  .post("/:id/deletion", async (c) => {
    const { dependencies, principal } = c.var;
    const removed = await removeEndpoint(dependencies, principal, c.req.param("id"));
    return removed.ok ? c.redirect("/inbound-endpoints", 303) : failurePage(c, removed);
  });

async function endpointsPage(
  c: Context<SignedInEnv>,
  created: CreatedEndpoint | null,
  errors: readonly FieldError[] = [],
  status = 200,
) {
  const { db, clock } = c.var.dependencies;
  const { workspaceId } = c.var.principal;
  const [endpoints, repositories] = await Promise.all([
    listEndpoints(db, workspaceId, clock.now(), ENDPOINTS_MAX),
    listRepositories(db, workspaceId),
  ]);
  const props = {
    endpoints: endpoints.map(toEndpoint),
    repositoryKeys: repositories.map(({ key }) => key),
    origin: new URL(c.req.url).origin,
    created,
    errors,
  };
  return page(c, <EndpointsPage shell={signedInShell(c)} {...props} />, status);
}
