/** What tests of deliveries share: repositories, endpoints, signed deliveries, and what came of them. */
import { env as bindings } from "cloudflare:workers";
import { expect } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { type Delivery, deliveryListSchema } from "../../worker/domain/delivery.ts";
import { type CreatedEndpoint, createdEndpointSchema } from "../../worker/domain/inbound-endpoint.ts";
import { laneObjectName, repositoryLane } from "../../worker/domain/lane.ts";
import { runListSchema } from "../../worker/domain/run-schema.ts";
import { signatureOf } from "../../worker/webhooks/signature.ts";
import { api, request, type Tenant, until } from "./workerd.ts";

const { RUN_QUEUE } = bindings as unknown as Env;

export const send = (tenant: Tenant, method: string, path: string, body?: unknown) =>
  request(path, {
    method,
    headers: {
      authorization: `Bearer ${tenant.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

export async function addRepository(tenant: Tenant, settings: object = {}) {
  const answer = await api(tenant, "/api/repositories", {
    key: "api",
    name: "API",
    gitUrl: "https://github.com/acme/api.git",
    ...settings,
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
}

export async function addEndpoint(tenant: Tenant, settings: object = { tracker: "github" }): Promise<CreatedEndpoint> {
  const answer = await api(tenant, "/api/inbound-endpoints", settings);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return createdEndpointSchema.parse(await answer.json());
}

export function issue(changes: { number?: number; minute?: number; labels?: string[]; [field: string]: unknown } = {}) {
  const { number = 1, minute = 0, labels = ["runyard"], ...rest } = changes;
  return {
    action: "labeled",
    issue: {
      number,
      title: `Issue ${number}`,
      state: "open",
      html_url: `https://github.com/acme/api/issues/${number}`,
      labels: labels.map((name) => ({ name })),
      updated_at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
      ...rest,
    },
    repository: { full_name: "acme/api", clone_url: "https://github.com/acme/api.git" },
  };
}

export interface Sending {
  readonly path?: string;
  readonly secret?: string;
  readonly id?: string;
  readonly headers?: Record<string, string>;
}

export async function deliver(endpoint: CreatedEndpoint, payload: unknown, sending: Sending = {}): Promise<Response> {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const signature = await signatureOf(sending.secret ?? endpoint.secret, new TextEncoder().encode(body));
  const own: Record<string, string> =
    endpoint.tracker === "github"
      ? {
          "x-github-event": "issues",
          "x-github-delivery": sending.id ?? `id-${crypto.randomUUID()}`,
          "x-hub-signature-256": signature,
        }
      : { "x-hub-signature": signature, ...(sending.id ? { "x-atlassian-webhook-identifier": sending.id } : {}) };
  const headers = { "content-type": "application/json", ...own, ...sending.headers };
  return request(sending.path ?? endpoint.path, { method: "POST", headers, body });
}

export async function accepted(answer: Response): Promise<string> {
  expect(answer.status, await answer.clone().text()).toBe(202);
  return ((await answer.json()) as { id: string }).id;
}

export async function list(tenant: Tenant, query = ""): Promise<Delivery[]> {
  const answer = await api(tenant, `/api/deliveries${query}`);
  return deliveryListSchema.parse(await answer.json()).deliveries;
}

/** Waits until nothing is received or settling, and answers with all deliveries, newest first. */
export const settled = (tenant: Tenant) =>
  until(
    () => list(tenant, "?limit=200"),
    (all) => all.every(({ status }) => status !== "received" && status !== "settling"),
  );

export async function outcomeOf(tenant: Tenant, id: string): Promise<Delivery> {
  return (await settled(tenant)).find((delivery) => delivery.id === id)!;
}

export async function runs(tenant: Tenant) {
  return runListSchema.parse(await (await api(tenant, "/api/runs?limit=200")).json()).runs;
}

/** Pauses the lane, so that its runs wait. */
export async function occupyLane(tenant: Tenant, key = "api") {
  const lane = repositoryLane(key);
  const queue = RUN_QUEUE.get(RUN_QUEUE.idFromName(laneObjectName(tenant.workspaceId, lane)));
  const address = { workspaceId: tenant.workspaceId, lane };
  await queue.command(address, { type: "pause", by: "a test" });
  return () => queue.command(address, { type: "resume" });
}
