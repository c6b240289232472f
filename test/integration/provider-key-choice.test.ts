/** Which key is in use, and who added it: what becomes of it when others are added, rotated, moved and deleted. */
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import { providerKeyListSchema, testedKeySchema } from "../../worker/domain/provider-key.ts";
import { canaryKey } from "../support/canary.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { providerPlace } from "../support/providers/provider-place.ts";
import type { Script } from "../support/providers/scripted-server.ts";
import { api, browse, createTenant, freshDatabase, ORIGIN, request, type Tenant } from "../support/workerd.ts";

const KEYS = "/api/workspace/api-keys";
const CANARY = canaryKey("a1b2");
const OTHER_CANARY = canaryKey("c3d4");
let ana: Tenant;

const dependencies = dependenciesOf(bindings as unknown as Env);

beforeEach(async () => {
  await freshDatabase();
  dependencies.knownPrincipals.forgetAll();
  dependencies.knownKeys.forgetAll();
  ana = await createTenant("ana");
});

const WHOLE: Script = { body: chatProtocol.frames().join("") };
const failing = (title: string) => chatProtocol.failures.find((failure) => failure.title.startsWith(title))!.script;

/** A chat server that answers with these scripts, and the fields of a key for it. */
async function chatServer(...scripts: Script[]) {
  const { baseUrl, requests } = await providerPlace(...scripts);
  const fields = { name: "main", provider: "openai-compatible", baseUrl: `${baseUrl}/v1`, model: "llama" };
  return { fields, keysSeen: async () => (await requests()).map(({ headers }) => headers.authorization ?? null) };
}

async function create(body: object) {
  return testedKeySchema.parse(await (await api(ana, KEYS, body)).json());
}

function send(method: string, path: string, body?: unknown) {
  const headers = { authorization: `Bearer ${ana.token}`, "content-type": "application/json" };
  return request(KEYS + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

async function list() {
  return providerKeyListSchema.parse(await (await api(ana, KEYS)).json()).keys;
}

/** Asks the workspace's model. */
async function generate() {
  const headers = { cookie: `runyard_session=${ana.session}`, origin: ORIGIN, "content-type": "application/json" };
  const body = JSON.stringify({ description: "print the primes", language: "typescript" });
  await (await request("/playground/generations", { method: "POST", headers, body })).text();
}

describe("a provider key", () => {
  it.each([
    ["500", "unclear"],
    ["404", "unclear"],
    ["402", "no-credit"],
    ["403", "no-permission"],
    ["429 with retry", "rate-limited"],
  ])("does not take the place of one in use where its test answered %s: %s", async (title, verdict) => {
    const working = await chatServer(WHOLE);
    const failed = await chatServer(failing(title), WHOLE);
    await create({ ...working.fields, name: "one" });
    const { key, test, note } = await create({ ...failed.fields, name: "two", key: CANARY });
    expect(test.verdict).toBe(verdict);
    expect(key.isChosen).toBe(false);
    expect(note).toBe(
      `Saved, not in use: it could not be verified. Use it all the same with POST ${KEYS}/${key.id}/choose.`,
    );
    expect((await list()).map(({ isChosen }) => isChosen)).toEqual([true, false]);
    await generate();
    expect([(await working.keysSeen()).length, (await failed.keysSeen()).length]).toEqual([2, 1]);
    const page = `/settings/keys/${key.id}`;
    expect(await (await browse(ana, page)).text()).toContain("Saved, not in use: it could not be verified.");
    expect((await browse(ana, `${page}/choices`, {})).status).toBe(303);
    const text = await (await browse(ana, page)).text();
    expect(text).toContain("In use, though it could not be verified.");
    expect(text).not.toContain("Saved, not in use");
    await generate();
    expect([(await working.keysSeen()).length, (await failed.keysSeen()).length]).toEqual([2, 2]);
  });

  it("is used though it could not be verified where it is the only one, and the one that works takes its place", async () => {
    const failed = await chatServer(failing("500"));
    const first = await create({ ...failed.fields, name: "one" });
    expect(first.key.isChosen).toBe(true);
    expect(first.note).toBe("Saved, and in use, though it could not be verified.");
    // Another that could not be verified is no better.
    expect((await create({ ...failed.fields, name: "two" })).key.isChosen).toBe(false);
    const working = await chatServer(WHOLE);
    expect(await create({ ...working.fields, name: "three" })).toMatchObject({ key: { isChosen: true }, note: null });
  });

  it("stays what it was when it is rotated, and gives up its place when a move discards it", async () => {
    const ok = WHOLE;
    const spare = await chatServer(ok);
    const one = await create({ ...spare.fields, name: "one" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const server = await chatServer(ok, failing("500"), ok);
    const two = await create({ ...server.fields, name: "two", key: CANARY });
    const rotate = async (id: string) =>
      testedKeySchema.parse(await (await api(ana, `${KEYS}/${id}/rotate`, { key: OTHER_CANARY })).json());
    expect(await rotate(two.key.id)).toMatchObject({
      key: { isChosen: true },
      note: "Saved, and in use, though it could not be verified.",
    });
    await send("PATCH", `/${two.key.id}`, { baseUrl: `${server.fields.baseUrl}/other` });
    expect((await list()).map(({ isChosen }) => isChosen)).toEqual([true, false]);
    expect((await rotate(two.key.id)).key.isChosen).toBe(false);
    // What loses nothing by its move stays where it is, and so does the only one.
    await send("PATCH", `/${one.key.id}`, { baseUrl: `${spare.fields.baseUrl}/other` });
    expect((await list()).map(({ isChosen }) => isChosen)).toEqual([true, false]);
    await send("DELETE", `/${one.key.id}`);
    await send("PATCH", `/${two.key.id}`, { baseUrl: server.fields.baseUrl });
    expect((await list()).map(({ isChosen }) => isChosen)).toEqual([true]);
  });

  it("says who added a key, and shows nothing of a short one", async () => {
    const { fields } = await chatServer(WHOLE);
    const { key } = await create({ ...fields, key: "short" });
    const text = await (await browse(ana, `/settings/keys/${key.id}`)).text();
    expect(text).toContain("<code>••••</code>");
    expect(text).toMatch(/Added<\/dt><dd>[\s\S]*? by the token “/);
  });
});
