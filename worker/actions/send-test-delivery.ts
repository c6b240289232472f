/**
 * Sends a signed sample delivery from the server to itself, by the way that a tracker's deliveries take, and says what
 * came of it. The sample says that it is a test: it is judged like any other, and starts no run.
 */
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import type { Delivery } from "../domain/delivery.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { newSecret } from "../domain/ids.ts";
import { endpointPath } from "../domain/inbound-endpoint.ts";
import { toIso } from "../domain/instant.ts";
import type { Principal } from "../domain/principal.ts";
import { EVERY_LABEL, type Repository } from "../domain/repository.ts";
import type { StoredEndpoint } from "../store/inbound-endpoints.ts";
import { listRepositories } from "../store/repositories.ts";
import { signatureOf } from "../webhooks/signature.ts";
import { record } from "./audit-trail.ts";
import { findOwnEndpoint, secretContext } from "./manage-inbound-endpoints.ts";

/** How long the answer waits for the delivery to be processed, and how often it looks. */
const WAIT_MS = 3_000;
const LOOK_MS = 25;

/** Answers with the delivery as it is once it was processed, or after a while. */
export async function sendTestDelivery(
  dependencies: Dependencies,
  principal: Principal,
  endpointId: string,
  origin: string,
): Promise<Result<Delivery>> {
  const { workspaceId } = principal;
  const found = await findOwnEndpoint(dependencies, workspaceId, endpointId);
  if (!found.ok) return found;
  const endpoint = found.value;
  const repositories = await listRepositories(dependencies.db, workspaceId);
  const subject = repositories.find(({ key, jira }) =>
    endpoint.repositoryKey === null
      ? endpoint.tracker === "github" || jira.projects.length > 0
      : key === endpoint.repositoryKey,
  );
  if (!subject)
    return fail("invalid-request", "A test needs a repository that this endpoint speaks for. Add one first.");
  const request = await sampleRequest(dependencies, endpoint, subject, origin);
  const answer = await dependencies.loopback(request);
  const body = (await answer.json()) as { id?: string; detail?: string };
  if (answer.status !== 202 || body.id === undefined) {
    return fail("unavailable", `The delivery was answered with ${answer.status}. ${body.detail ?? ""}`.trim());
  }
  await record(dependencies, actorOf(principal), "endpoint.tested", endpointId, {});
  return succeed(await waitForEnd(dependencies, workspaceId, body.id));
}

async function waitForEnd({ inbox, clock }: Dependencies, workspaceId: string, id: string): Promise<Delivery> {
  const until = clock.now() + WAIT_MS;
  for (;;) {
    const found = await inbox(workspaceId).find(id);
    if (!found) throw new Error("a delivery that was accepted is not there");
    const { headers, bodyHash, body, isBodyWhole, ...delivery } = found;
    if (delivery.status !== "received" || clock.now() >= until) return delivery;
    await clock.sleep(LOOK_MS);
  }
}

async function sampleRequest(
  { vault, clock, random }: Dependencies,
  endpoint: StoredEndpoint,
  repository: Repository,
  origin: string,
): Promise<Request> {
  const { sealed } = endpoint.secrets[0]!;
  const secret = (await vault.open(endpoint.workspaceId, secretContext(endpoint), sealed)).reveal();
  const sample = endpoint.tracker === "github" ? githubSample : jiraSample;
  const body = JSON.stringify({ runyard_test: true, ...sample(repository, clock.now()) });
  const signature = await signatureOf(secret, new TextEncoder().encode(body));
  const id = newSecret(16, random);
  const headers: Record<string, string> =
    endpoint.tracker === "github"
      ? { "x-github-event": "issues", "x-github-delivery": id, "x-hub-signature-256": signature }
      : { "x-atlassian-webhook-identifier": id, "x-hub-signature": signature };
  const url = new URL(endpointPath(endpoint), origin);
  if (endpoint.authentication === "address") url.searchParams.set("secret", secret);
  return new Request(url, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body });
}

function labelsOf({ takeLabels, jira }: Repository): string[] {
  const taken = takeLabels.includes(EVERY_LABEL) ? [] : takeLabels.slice(0, 1);
  return [...taken, ...(jira.components.length === 0 ? jira.labels.slice(0, 1) : [])];
}

const TITLE = "A sample issue that Runyard sent to itself";

function githubSample(repository: Repository, now: number) {
  const labels = labelsOf(repository).map((name) => ({ name }));
  const issue = { number: 1, title: TITLE, state: "open", html_url: null, labels, updated_at: toIso(now) };
  return { action: "labeled", issue, repository: { full_name: repository.key, clone_url: repository.gitUrl } };
}

function jiraSample(repository: Repository, now: number) {
  const project = repository.jira.projects[0] ?? "NONE";
  const fields = {
    summary: TITLE,
    project: { key: project },
    labels: labelsOf(repository),
    components: repository.jira.components.slice(0, 1).map((name) => ({ name })),
    status: { statusCategory: { key: "new" } },
    updated: toIso(now),
  };
  return { webhookEvent: "jira:issue_updated", timestamp: now, issue: { id: "1", key: `${project}-1`, fields } };
}
