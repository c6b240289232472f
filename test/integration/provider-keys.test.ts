/** Keys of providers: tested, sealed, used, rotated, discarded and deleted, against providers over real HTTP. */
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { createKey } from "../../worker/actions/provider-keys.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import {
  createKeySchema,
  keyTestSchema,
  PROVIDER_KEYS_MAX,
  providerKeyListSchema,
  providerKeySchema,
  testedKeySchema,
} from "../../worker/domain/provider-key.ts";
import { canaryKey } from "../support/canary.ts";
import { generatedLines } from "../support/generated-lines.ts";
import { anthropicProtocol } from "../support/providers/anthropic.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { openaiError, responsesProtocol } from "../support/providers/openai-responses.ts";
import { json, type Protocol } from "../support/providers/protocol.ts";
import { providerPlace } from "../support/providers/provider-place.ts";
import type { Script } from "../support/providers/scripted-server.ts";
import {
  api,
  browse,
  createTenant,
  env,
  freshDatabase,
  ORIGIN,
  problemOf,
  request,
  type Tenant,
} from "../support/workerd.ts";

const KEYS = "/api/workspace/api-keys";
const CANARY = canaryKey("a1b2");
const OTHER_CANARY = canaryKey("c3d4");
let ana: Tenant;
let bo: Tenant;

const dependencies = dependenciesOf(bindings as unknown as Env);

beforeEach(async () => {
  await freshDatabase();
  dependencies.knownPrincipals.forgetAll();
  dependencies.knownKeys.forgetAll();
  ana = await createTenant("ana");
  bo = await createTenant("bo");
});

/** With the path of their base URLs. */
const PROTOCOLS: readonly (readonly [name: string, path: string, Protocol])[] = [
  ["anthropic", "", anthropicProtocol],
  ["openai", "/v1", responsesProtocol],
  ["openai-compatible", "/v1", chatProtocol],
];

const whole = (protocol: Protocol): Script => ({ body: protocol.frames().join("") });
const failing = (protocol: Protocol, title: string) =>
  protocol.failures.find((failure) => failure.title.startsWith(title))!.script;

/** A chat server that answers with these scripts, and the fields of a key for it. */
async function chatServer(...scripts: Script[]) {
  const { baseUrl, requests } = await providerPlace(...scripts);
  const fields = { name: "main", provider: "openai-compatible", baseUrl: `${baseUrl}/v1`, model: "llama" };
  return { fields, keysSeen: async () => (await requests()).map(({ headers }) => headers.authorization ?? null) };
}

async function create(body: object, tenant = ana) {
  const answer = await api(tenant, KEYS, body);
  expect(answer.status).toBe(201);
  return testedKeySchema.parse(await answer.json());
}

function send(method: string, path: string, body?: unknown, tenant = ana) {
  const headers = { authorization: `Bearer ${tenant.token}`, "content-type": "application/json" };
  return request(KEYS + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

async function list(tenant = ana) {
  return providerKeyListSchema.parse(await (await api(tenant, KEYS)).json()).keys;
}

async function generate(tenant = ana) {
  const headers = { cookie: `runyard_session=${tenant.session}`, origin: ORIGIN, "content-type": "application/json" };
  const body = JSON.stringify({ description: "print the primes", language: "typescript" });
  const answer = await request("/playground/generations", { method: "POST", headers, body });
  return generatedLines<{ readonly program?: string }>(await answer.text()).at(-1)!;
}

/** Every value of every row of the database. */
async function everyStoredText(): Promise<string> {
  const tables = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  ).all<{
    name: string;
  }>();
  const rows = await Promise.all(tables.results.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`).all()));
  return JSON.stringify(rows.map(({ results }) => results));
}

describe("a key of a provider", () => {
  it.each(PROTOCOLS)("is tested, saved, shown by its end alone, and used: %s", async (_, path, protocol) => {
    const { baseUrl, requests } = await providerPlace(whole(protocol));
    const body = { name: "main", provider: protocol.name, baseUrl: `${baseUrl}${path}/`, key: ` ${CANARY}\n` };
    const { key, test } = await create(body);
    expect(test).toMatchObject({ verdict: "works" });
    expect(key).toMatchObject({ hasKey: true, hint: "a1b2", isChosen: true, version: 1, baseUrl: `${baseUrl}${path}` });
    expect(key.lastUsedAt).toBeNull();
    const done = await generate();
    expect(done).toMatchObject({ type: "done", provider: protocol.name, isMock: false, retries: [] });
    const seen = await requests();
    expect(seen.map((each) => each.path)).toEqual([protocol.path, protocol.path]);
    const [header, value] = protocol.keyHeader;
    for (const { headers } of seen) expect(headers[header]).toBe(value.replace(/sk-\S+/, CANARY));
    expect(JSON.stringify(seen)).not.toContain("stand-in");
    expect((await list())[0]).toMatchObject({ id: key.id, lastTest: { verdict: "works" } });
    expect((await list())[0]?.lastUsedAt).not.toBeNull();
    const stored = await everyStoredText();
    expect(stored).toContain(key.id);
    expect(stored).not.toContain("canary");
    const pages = [
      await browse(ana, "/settings/keys"),
      await browse(ana, `/settings/keys/${key.id}`),
      await api(ana, KEYS),
    ];
    for (const page of pages) {
      const text = await page.text();
      expect(text).toContain("a1b2");
      expect(text).not.toContain("canary");
    }
  });

  const PRICE = { model: "llama", input: 0.15, output: 0.6, cachedInput: 0.075 };

  it("keeps prices by hand exactly, in the form as in the API, and says where there are none", async () => {
    const { fields } = await chatServer(whole(chatProtocol));
    const { key } = await create({ ...fields, prices: [{ model: "llama", input: 0.000001, output: 10_000 }] });
    const first = { model: "llama", input: 0.000001, output: 10_000, cachedInput: 0.000001 };
    expect(key.prices).toEqual([first]);
    const path = `/settings/keys/${key.id}`;
    const page = await (await browse(ana, path)).text();
    expect(page).toContain('value="0.000001"');
    const other = ["qwen", "0.1", " 0 ", ""];
    const rows = [["llama", "0.15", "0.60", ".075"], ["", "", "", ""], other].flatMap((row, at) =>
      ["model", "input", "output", "cachedInput"].map((field, index) => [`prices.${at}.${field}`, row[index]!]),
    );
    const post = (body: URLSearchParams) =>
      request(`${path}/prices`, {
        method: "POST",
        headers: { cookie: `runyard_session=${ana.session}`, origin: ORIGIN },
        body,
      });
    expect((await post(new URLSearchParams(rows))).status).toBe(303);
    const second = { model: "qwen", input: 0.1, output: 0, cachedInput: 0.1 };
    expect((await list())[0]?.prices).toEqual([PRICE, second]);
    // What does not mention them leaves them; an empty list takes them away.
    await send("PATCH", `/${key.id}`, { name: "renamed" });
    expect((await list())[0]?.prices).toEqual([PRICE, second]);
    expect((await send("PATCH", `/${key.id}`, { prices: [] })).status).toBe(200);
    expect((await list())[0]?.prices).toEqual([]);
  });

  it.each([
    ["prices.0.input", { ...PRICE, input: -0.1 }, "must be 0 or more"],
    ["prices.0.output", { ...PRICE, output: "0.0000001" }, "must have at most 6 decimals"],
    ["prices.0.output", { ...PRICE, output: 1e-7 }, "must have at most 6 decimals"],
    ["prices.0.cachedInput", { ...PRICE, cachedInput: 10_000.01 }, "must be 10000 or less"],
    ["prices.0.input", { ...PRICE, input: "1e400" }, "must be a number of US dollars, such as 0.15"],
    ["prices.0.input", { ...PRICE, input: "0,15" }, "must be a number of US dollars, such as 0.15"],
    ["prices.0.input", { ...PRICE, input: "" }, "is required"],
    ["prices.0.input", { model: "llama", output: 1 }, "must be a number of US dollars, such as 0.15"],
    ["prices.0.model", { ...PRICE, model: "" }, "is required"],
  ])("refuses a bad price at its field: %s of %j", async (field, price, message) => {
    const { fields } = await chatServer(whole(chatProtocol));
    const { key } = await create(fields);
    const problem = await problemOf(await send("PATCH", `/${key.id}`, { prices: [price] }));
    expect(problem).toMatchObject({ status: 422, errors: [{ path: field, message }] });
    const body = new URLSearchParams(Object.entries(price).map(([name, value]) => [`prices.0.${name}`, String(value)]));
    const headers = { cookie: `runyard_session=${ana.session}`, origin: ORIGIN };
    const answer = await request(`/settings/keys/${key.id}/prices`, { method: "POST", headers, body });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain(`data-field="${field}"`);
    // What was typed stands there again.
    expect(page).toContain(`value="${price.output}"`);
    expect((await list())[0]?.prices).toEqual([]);
  });

  it("refuses a model with two prices, too many, and prices for a provider whose prices are known", async () => {
    const { fields } = await chatServer(whole(chatProtocol));
    const { key } = await create(fields);
    const twice = await problemOf(await send("PATCH", `/${key.id}`, { prices: [PRICE, { ...PRICE, input: 1 }] }));
    expect(twice.errors).toMatchObject([{ path: "prices.1.model", message: "has a price already" }]);
    const many = Array.from({ length: 31 }, (_, at) => ({ ...PRICE, model: `m${at}` }));
    expect((await problemOf(await send("PATCH", `/${key.id}`, { prices: many }))).errors).toMatchObject([
      { path: "prices", message: "must be 30 at most" },
    ]);
    expect((await send("PATCH", `/${key.id}`, { prices: many.slice(1) })).status).toBe(200);
    const { baseUrl } = await providerPlace(whole(anthropicProtocol));
    const known = { name: "claude", provider: "anthropic", baseUrl, key: CANARY };
    const refused = await problemOf(await api(ana, KEYS, { ...known, prices: [PRICE] }));
    expect(refused.errors).toMatchObject([{ path: "prices" }]);
    const claude = await create(known);
    const late = await problemOf(await send("PATCH", `/${claude.key.id}`, { prices: [PRICE] }));
    expect(late.errors).toMatchObject([{ path: "prices" }]);
    expect(await (await browse(ana, `/settings/keys/${claude.key.id}`)).text()).not.toContain("What its models cost");
  });

  it.each([
    ["401", "rejected-key", "Copy the key whole"],
    ["403", "no-permission", "right to use this model"],
    ["402", "no-credit", "Add credit"],
    ["429 without credit", "no-credit", "Add credit"],
    ["429 with retry", "rate-limited", "in a minute"],
    ["404", "unclear", "check the model's name"],
    ["500", "unclear", "says nothing of the key: test it again later"],
    ["503", "unclear", "says nothing of the key: test it again later"],
  ])("is told apart when the provider answers %s: %s", async (title, verdict, advice) => {
    const { fields, keysSeen } = await chatServer(failing(chatProtocol, title));
    const { name, ...unsaved } = fields;
    const answer = await api(ana, `${KEYS}/test`, { ...unsaved, key: CANARY });
    const test = keyTestSchema.parse(await answer.json());
    expect(test.verdict).toBe(verdict);
    expect(test.advice).toContain(advice);
    expect(JSON.stringify(test)).not.toContain("canary");
    // Asked once: a test is no place for retries.
    expect(await keysSeen()).toHaveLength(1);
    expect(await list()).toEqual([]);
    const saved = await api(ana, KEYS, { ...fields, key: CANARY });
    if (verdict !== "rejected-key") {
      expect(testedKeySchema.parse(await saved.json()).key.lastTest?.verdict).toBe(verdict);
      return;
    }
    const problem = await problemOf(saved);
    expect(problem).toMatchObject({ status: 422, errors: [{ path: "key" }] });
    expect(problem.detail).toContain("rejected the API key");
    expect(await list()).toEqual([]);
  });

  it("is told to be unreachable where nobody listens", async () => {
    const body = { provider: "openai-compatible", baseUrl: "http://127.0.0.1:9/v1", key: CANARY };
    expect(await (await api(ana, `${KEYS}/test`, body)).json()).toMatchObject({ verdict: "unreachable" });
  });

  it("is not needed by a server that asks for none", async () => {
    const { fields, keysSeen } = await chatServer(whole(chatProtocol));
    const { key } = await create(fields);
    expect(key).toMatchObject({ hasKey: false, hint: "", isChosen: true });
    expect(await generate()).toMatchObject({ type: "done", provider: "openai-compatible" });
    expect(await keysSeen()).toEqual([null, null]);
  });

  it.each([
    [{ key: "two words" }, "key", "contains a space"],
    [{ key: "" }, "key", "is required"],
    [{ key: "k".repeat(1_001) }, "key", "is longer"],
    [{ name: " " }, "name", "is required"],
    [{ provider: "mock" }, "provider", "must be one of anthropic, openai, openai-compatible"],
    [{ provider: "openai-compatible" }, "baseUrl", "is required"],
    [{ baseUrl: "ftp://x" }, "baseUrl", "must start with"],
    [{ baseUrl: "https://user:pw@example.com" }, "baseUrl", "user name or password"],
    [{ baseUrl: "https://2130706433/v1" }, "baseUrl", "must spell its host plainly, as 127.0.0.1"],
    [{ baseUrl: "https://api.example.com./v1" }, "baseUrl", /plainly, as api\.example\.com$/],
    [{ model: "a b" }, "model", "no model name has"],
    [{ extra: 1 }, "extra", "is not a known field"],
  ])("is refused with %j, by the field and without the key", async (change, path, message) => {
    const body = { name: "main", provider: "anthropic", key: CANARY, ...change };
    const problem = await problemOf(await api(ana, KEYS, body));
    expect(problem.status).toBe(422);
    expect(problem.errors).toContainEqual({ path, message: expect.stringMatching(message) });
    expect(JSON.stringify(problem)).not.toMatch(/canary|two words/);
  });

  it.each([
    ["http://127.0.0.1:11434/v1", "must start with https://"],
    ["https://127.0.0.1/v1", "must be a public host"],
    ["https://localhost/v1", "must be a public host"],
    ["https://[::1]/v1", "must be a public host"],
    ["https://10.0.0.7/v1", "must be a public host"],
    ["https://metadata.internal/v1", "must be a public host"],
  ])("may not be for %s, unless the operator allows private hosts", async (baseUrl, message) => {
    const dependencies = dependenciesOf(bindings as unknown as Env);
    const strict = { ...dependencies, config: { ...dependencies.config, allowsPrivateProviders: false } };
    const given = createKeySchema.parse({ name: "main", provider: "openai-compatible", baseUrl, key: CANARY });
    const principal = { workspaceId: ana.workspaceId, id: ana.userId } as Parameters<typeof createKey>[1];
    const refused = await createKey(strict, principal, given);
    expect(refused).toMatchObject({ ok: false, code: "invalid-request", errors: [{ path: "baseUrl" }] });
    expect(JSON.stringify(refused)).toContain(message);
  });

  it("is discarded when its base URL changes: the other server never sees it", async () => {
    const first = await chatServer(whole(chatProtocol));
    const second = await chatServer(whole(chatProtocol));
    const { key } = await create({ ...first.fields, key: CANARY });
    const renamed = await send("PATCH", `/${key.id}`, { name: "other", baseUrl: `${first.fields.baseUrl}/` });
    expect(providerKeySchema.parse(await renamed.json())).toMatchObject({ name: "other", hasKey: true });
    const moved = await send("PATCH", `/${key.id}`, { baseUrl: second.fields.baseUrl });
    expect(providerKeySchema.parse(await moved.json())).toMatchObject({ hasKey: false, hint: "", lastTest: null });
    await generate();
    expect(await second.keysSeen()).toEqual([null]);
    // Also where somebody puts the sealed text back: it does not open for another address.
    const { sealed } = (await env.DB.prepare("SELECT sealed FROM provider_keys").first<{ sealed: string | null }>())!;
    expect(sealed).toBeNull();
    const again = await send("PATCH", `/${key.id}`, { baseUrl: first.fields.baseUrl });
    expect(providerKeySchema.parse(await again.json())).toMatchObject({ hasKey: false });
  });

  it("does not open in another row, for another address or as another version", async () => {
    const { fields, keysSeen } = await chatServer(whole(chatProtocol));
    await create({ ...fields, key: CANARY });
    for (const change of ["version = 2", "base_url = base_url || '/x'", "provider = 'openai'"]) {
      const row = await env.DB.prepare("SELECT * FROM provider_keys").first<Record<string, unknown>>();
      await env.DB.exec(`UPDATE provider_keys SET ${change}`);
      dependencies.knownKeys.forgetAll();
      expect(await generate(), change).toMatchObject({
        type: "error",
        message: expect.stringContaining("save it anew"),
      });
      const { version, base_url, provider } = row!;
      await env.DB.prepare("UPDATE provider_keys SET version = ?, base_url = ?, provider = ?")
        .bind(version, base_url, provider)
        .run();
      dependencies.knownKeys.forgetAll();
    }
    expect(await keysSeen()).toHaveLength(1);
    expect(await generate()).toMatchObject({ type: "done" });
  });

  it("is rotated: the old one is taken while it overlaps, where the new one is rejected", async () => {
    const ok = whole(chatProtocol);
    const rejected = json(401, openaiError("invalid_request_error", "invalid_api_key"));
    // Create, rotate; then the new key is rejected and the old one taken; then, after the overlap, no other is tried.
    const { fields, keysSeen } = await chatServer(ok, ok, rejected, ok, rejected);
    const { key } = await create({ ...fields, key: CANARY });
    const answer = await api(ana, `${KEYS}/${key.id}/rotate`, { key: OTHER_CANARY, overlapSeconds: 60 });
    const rotated = testedKeySchema.parse(await answer.json()).key;
    expect(rotated).toMatchObject({ version: 2, hint: "c3d4", previous: { hint: "a1b2" } });
    expect(await generate()).toMatchObject({
      type: "done",
      retries: [{ reason: "rejected-key", status: 401, waitMs: 0 }],
    });
    await env.DB.exec("UPDATE provider_keys SET previous_expires_at = 1");
    dependencies.knownKeys.forgetAll();
    expect((await list())[0]?.previous).toBeNull();
    expect(await generate()).toMatchObject({ type: "error", message: expect.stringContaining("rejected") });
    const [old, fresh] = [`Bearer ${CANARY}`, `Bearer ${OTHER_CANARY}`];
    expect(await keysSeen()).toEqual([old, fresh, fresh, old, fresh]);
  });

  it("is not rotated to one that is rejected, and keeps nothing of the old one where no overlap is asked for", async () => {
    const { fields } = await chatServer(whole(chatProtocol), failing(chatProtocol, "401"), whole(chatProtocol));
    const { key } = await create({ ...fields, key: CANARY });
    const rotate = (overlapSeconds: number) =>
      api(ana, `${KEYS}/${key.id}/rotate`, { key: OTHER_CANARY, overlapSeconds });
    expect((await problemOf(await rotate(60))).errors).toMatchObject([{ path: "key" }]);
    expect((await list())[0]).toMatchObject({ version: 1, hint: "a1b2" });
    expect(testedKeySchema.parse(await (await rotate(0)).json()).key).toMatchObject({ version: 2, previous: null });
    const row = await env.DB.prepare("SELECT sealed_previous FROM provider_keys").first();
    expect(row).toEqual({ sealed_previous: null });
    expect((await problemOf(await rotate(604_801))).errors).toMatchObject([{ path: "overlapSeconds" }]);
  });

  it("is the one that was chosen last that is used; without any it is the mock", async () => {
    expect(await generate()).toMatchObject({ type: "done", isMock: true });
    const [first, second] = [await chatServer(whole(chatProtocol)), await chatServer(whole(chatProtocol))];
    const one = (await create({ ...first.fields, name: "one" })).key;
    const two = (await create({ ...second.fields, name: "two" })).key;
    expect((await list()).map(({ isChosen }) => isChosen)).toEqual([false, true]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const chosen = await api(ana, `${KEYS}/${one.id}/choose`, {});
    expect(providerKeySchema.parse(await chosen.json()).isChosen).toBe(true);
    await generate();
    expect([(await first.keysSeen()).length, (await second.keysSeen()).length]).toEqual([2, 1]);
    for (const { id } of [one, two]) expect((await send("DELETE", `/${id}`)).status).toBe(204);
    expect(await generate()).toMatchObject({ type: "done", isMock: true });
  });

  it("is asked again with retries, whose history stands on the call", async () => {
    const { fields, keysSeen } = await chatServer(
      whole(chatProtocol),
      json(503, openaiError("server_error", null)),
      whole(chatProtocol),
      { body: chatProtocol.frames().slice(0, 3).join(""), ending: "destroy" },
    );
    await create(fields);
    expect(await generate()).toMatchObject({
      type: "done",
      retries: [{ attempt: 1, reason: "overloaded", status: 503 }],
    });
    expect(await generate()).toMatchObject({ type: "error", isPartial: true, retries: [] });
    expect(await keysSeen()).toHaveLength(4);
  });

  it.each(PROTOCOLS)("is taken out of an answer that repeats it, however it is cut: %s", async (_, path, protocol) => {
    const plain = protocol.frames().join("");
    const inOnePiece = (text: string) => plain.replace("a\u2028b", text);
    const inTwo = plain
      .replace("\\n```ts\\n", CANARY.slice(9))
      .replace(" 👩‍🚀", `\\n\`\`\`ts\\nkey ${CANARY.slice(0, 9)}`);
    const answers = [inOnePiece(`key ${CANARY}`), inOnePiece(btoa(`key ${CANARY} end`)), inTwo];
    const { baseUrl } = await providerPlace(whole(protocol), ...answers.map((body) => ({ body })));
    await create({ name: "main", provider: protocol.name, baseUrl: `${baseUrl}${path}`, key: CANARY });
    for (const answer of answers) {
      expect(answer).not.toBe(plain);
      const { program } = await generate();
      expect(program).toContain("[redacted]");
      expect(program).not.toContain("canary");
      expect(program).not.toContain(btoa("canary").slice(0, 6));
    }
  });

  it("is seen by nobody of another workspace, and a foreign one looks like one that is not there", async () => {
    const { fields } = await chatServer(whole(chatProtocol));
    const { key } = await create({ ...fields, key: CANARY });
    expect(await list(bo)).toEqual([]);
    expect(await generate(bo)).toMatchObject({ isMock: true });
    const absent = `key_${"0".repeat(32)}`;
    const asks: [method: string, path: string, body?: object][] = [
      ["GET", ""],
      ["PATCH", "", { name: "x" }],
      ["DELETE", ""],
      ["POST", "/test", {}],
      ["POST", "/choose", {}],
      ["POST", "/rotate", { key: CANARY }],
    ];
    for (const [method, path, body] of asks) {
      const [foreign, none] = await Promise.all(
        [key.id, absent].map(async (id) => problemOf(await send(method, `/${id}${path}`, body, bo))),
      );
      expect(foreign, method + path).toMatchObject({ status: 404 });
      expect({ ...foreign, requestId: "" }).toEqual({ ...none, requestId: "" });
    }
    expect(await list()).toHaveLength(1);
  });

  it("has a name of its own, and a workspace has only so many", async () => {
    const { fields } = await chatServer(whole(chatProtocol));
    await create(fields);
    expect((await problemOf(await api(ana, KEYS, fields))).errors).toMatchObject([{ path: "name" }]);
    const other = (await create({ ...fields, name: "other" })).key;
    expect((await problemOf(await send("PATCH", `/${other.id}`, { name: "main" }))).errors).toMatchObject([
      { path: "name" },
    ]);
    for (let at = 2; at < PROVIDER_KEYS_MAX; at++) await create({ ...fields, name: `key ${at}` });
    const problem = await problemOf(await api(ana, KEYS, { ...fields, name: "one more" }));
    expect(problem).toMatchObject({ status: 409, code: "too-many-keys" });
    expect(await list()).toHaveLength(PROVIDER_KEYS_MAX);
  });

  it("goes with its workspace, and the data key that could open it, too", async () => {
    const { fields } = await chatServer(whole(chatProtocol));
    await create({ ...fields, key: CANARY });
    const { vault } = dependenciesOf(bindings as unknown as Env);
    const { sealed } = (await env.DB.prepare("SELECT sealed FROM provider_keys").first<{ sealed: string }>())!;
    for (const table of ["memberships", "api_tokens", "sessions", "users"])
      await env.DB.exec(`DELETE FROM ${table} WHERE 1`);
    await env.DB.prepare("DELETE FROM workspaces WHERE id = ?").bind(ana.workspaceId).run();
    expect(await env.DB.prepare("SELECT count(*) AS n FROM workspace_data_keys").first()).toEqual({ n: 0 });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM provider_keys").first()).toEqual({ n: 0 });
    await expect(vault.open(ana.workspaceId, "any", sealed)).rejects.toThrow("does not open");
  });
});

describe("/settings/keys", () => {
  it("saves, tests, renames and deletes by the name that is typed", async () => {
    const { fields } = await chatServer(whole(chatProtocol));
    const made = await browse(ana, "/settings/keys", { ...fields, key: CANARY });
    expect(made.status).toBe(303);
    const address = made.headers.get("location")!;
    expect(await (await browse(ana, address)).text()).toContain("Works");
    expect((await browse(ana, `${address}/tests`, {})).status).toBe(303);
    const wrong = await browse(ana, `${address}/deletion`, { name: "mian" });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain("type its name: main");
    expect((await browse(ana, `${address}/deletion`, { name: "main" })).headers.get("location")).toBe("/settings/keys");
    expect((await browse(ana, address)).status).toBe(404);
  });

  it("shows what a test came to, in the page or in its place, and never the key", async () => {
    const { fields } = await chatServer(failing(chatProtocol, "402"));
    const values = { ...fields, key: CANARY };
    const asked: Record<string, string>[] = [{}, { "hx-request": "true", "hx-request-type": "partial" }];
    for (const headers of asked) {
      const answer = await browse(ana, "/settings/keys/tests", values, headers);
      const text = await answer.text();
      expect(text).toContain("No credit");
      expect(text.includes("<!doctype html>")).toBe(!("hx-request" in headers));
      expect(text).not.toContain("canary");
    }
    const wrong = await browse(ana, "/settings/keys", { ...values, name: "", key: "two canary words" });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).not.toContain("two canary");
  });
});
