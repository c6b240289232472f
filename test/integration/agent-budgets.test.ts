/** What an agent may spend: by the tokens that are for it. */
import { expect, it } from "vitest";
import { SCOPES } from "../../worker/domain/access.ts";
import { budgetSchema } from "../../worker/domain/budget.ts";
import { canaryKey } from "../support/canary.ts";
import { anthropicProtocol } from "../support/providers/anthropic.ts";
import { providerPlace } from "../support/providers/provider-place.ts";
import { api, browse, createTenant, env, freshDatabase, request, type Tenant } from "../support/workerd.ts";

/** What one scripted answer costs by claude-sonnet-5. */
const ANSWER_COST = 0.000607;

it("budgets of an agent count what tokens for it spend, on /v1 and in runs, and nobody else's", async () => {
  await freshDatabase();
  const ana = await createTenant("agents");
  const put = (body: object) =>
    request("/api/budgets", {
      method: "PUT",
      headers: { authorization: `Bearer ${ana.token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const { baseUrl, requests } = await providerPlace({ body: anthropicProtocol.frames({}).join("") });
  const key = { name: "main", provider: "anthropic", baseUrl, model: "claude-sonnet-5", key: canaryKey("agent") };
  expect((await api(ana, "/api/workspace/api-keys", key)).status).toBe(201);
  const form = { name: "writer's", scopes: "models:call", days: "7", agent: "writer" };
  const made = await browse(ana, "/settings/tokens", form);
  expect(made.status).toBe(201);
  const ofAgent = { ...ana, token: /ry_[0-9a-f]{48}/.exec(await made.text())![0] };
  await env.DB.prepare("UPDATE api_tokens SET scopes = ? WHERE agent = 'writer'").bind(JSON.stringify(SCOPES)).run();
  const budget = async () => {
    const subject = { kind: "agent", id: "writer" };
    return budgetSchema.parse(await (await put({ subject, period: "day", limit: 0.02 })).json());
  };
  expect(await budget()).toMatchObject({ note: null, spent: 0 });
  const chat = (tenant: Tenant, max_tokens: number) =>
    api(tenant, "/v1/chat/completions", { model: "default", max_tokens, messages: [{ role: "user", content: "x" }] });
  expect((await chat(ana, 100)).status).toBe(200);
  expect(await budget()).toMatchObject({ spent: 0 });
  expect((await chat(ofAgent, 100)).status).toBe(200);
  await expect.poll(async () => (await budget()).spent).toBeCloseTo(ANSWER_COST, 9);
  expect((await chat(ofAgent, 5_000)).status).toBe(402);
  expect((await chat(ana, 5_000)).status).toBe(200);
  const code = 'await generate({ prompt: "one", maxTokens: 100 });';
  const body = { language: "javascript", code, grants: { model: true } };
  expect(await (await api(ofAgent, "/api/execute", body)).json()).toMatchObject({ state: "succeeded" });
  await expect.poll(async () => (await budget()).spent).toBeCloseTo(2 * ANSWER_COST, 9);
  // The test of the key was the first.
  expect((await requests()).length).toBe(1 + 4);
  const page = await (await browse(ana, "/settings/tokens")).text();
  expect(page).toContain("<strong>writer</strong>");
  const wrong = await browse(ana, "/settings/tokens", { ...form, agent: "two words" });
  expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining("must be a name without blanks")]);
});
