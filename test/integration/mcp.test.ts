/** `/mcp`, message by message: the protocol's edges, which tools a token sees, and what a call of one leaves behind. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "../../worker/domain/access.ts";
import { effectSheetSchema } from "../../worker/domain/effect-sheet-schema.ts";
import { PROTOCOL_VERSIONS } from "../../worker/routes/mcp/mcp.ts";
import { api, createPerson, createTenant, freshDatabase, problemOf, request, type Tenant } from "../support/workerd.ts";

let ana: Tenant;
let bo: Tenant;

beforeAll(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
  bo = await createTenant("bo");
});

const withScopes = (name: string, scopes: readonly Scope[]) =>
  createPerson(name, { workspaceId: ana.workspaceId, scopes });

interface Answer {
  readonly id: unknown;
  readonly result?: {
    readonly tools?: readonly { name: string; description: string; inputSchema: object; annotations: object }[];
    readonly content?: readonly { text: string }[];
    readonly structuredContent?: Record<string, unknown>;
    readonly isError?: boolean;
    readonly protocolVersion?: string;
  };
  readonly error?: { readonly code: number; readonly message: string };
}

async function ask(who: Tenant, method: string, params?: object): Promise<Answer> {
  const answer = await api(who, "/mcp", { jsonrpc: "2.0", id: 7, method, ...(params ? { params } : {}) });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return JSON.parse(text) as Answer;
}

async function call(who: Tenant, name: string, given: object = {}) {
  const { result, error } = await ask(who, "tools/call", { name, arguments: given });
  expect(error).toBeUndefined();
  return { text: result!.content![0]!.text, value: result!.structuredContent, isError: result!.isError === true };
}

const toolsOf = async (who: Tenant) => (await ask(who, "tools/list")).result!.tools!.map(({ name }) => name);

describe("the protocol", () => {
  it("agrees on the version that a client asks for, or offers its newest", async () => {
    const agreed = async (protocolVersion: string) =>
      (await ask(ana, "initialize", { protocolVersion, capabilities: {}, clientInfo: {} })).result!.protocolVersion;
    for (const version of PROTOCOL_VERSIONS) expect(await agreed(version)).toBe(version);
    expect(await agreed("2024-11-05")).toBe(PROTOCOL_VERSIONS[0]);
    expect((await ask(ana, "initialize")).error).toMatchObject({ code: -32_602 });
  });

  it("answers a ping with the id that was sent, and takes notifications without an answer", async () => {
    expect(await ask(ana, "ping")).toEqual({ jsonrpc: "2.0", id: 7, result: {} });
    const told = await api(ana, "/mcp", { jsonrpc: "2.0", method: "notifications/initialized" });
    expect([told.status, await told.text()]).toEqual([202, ""]);
  });

  it("names what it cannot read, and what it does not have", async () => {
    const refused = async (body: unknown, headers: Record<string, string> = {}) => {
      const answer = await api(ana, "/mcp", body, headers);
      expect(answer.status).toBe(400);
      return (await answer.json()) as Answer;
    };
    expect(await refused("{")).toMatchObject({ id: null, error: { code: -32_700 } });
    expect((await refused([{ jsonrpc: "2.0", id: 1, method: "ping" }])).error?.message).toMatch(/batches/);
    expect(await refused({ id: 1, method: "ping" })).toMatchObject({ error: { code: -32_600 } });
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
    const future = await refused(ping, { "mcp-protocol-version": "2099-01-01" });
    expect(future.error?.message).toContain(PROTOCOL_VERSIONS[0]);
    expect((await ask(ana, "resources/list")).error).toEqual({
      code: -32_601,
      message: "There is no method resources/list.",
    });
    expect((await ask(ana, "toString")).error?.code).toBe(-32_601);
    expect((await ask(ana, "tools/call", { name: "stories_burn" })).error).toEqual({
      code: -32_602,
      message: "There is no tool stories_burn.",
    });
    expect((await ask(ana, "tools/call", { name: "constructor" })).error?.code).toBe(-32_602);
  });

  it("offers no stream, takes nothing from other origins, and asks for a token", async () => {
    const stream = await api(ana, "/mcp");
    expect([stream.status, stream.headers.get("allow")]).toEqual([405, "POST"]);
    const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
    const headers = { authorization: `Bearer ${ana.token}`, "content-type": "application/json" };
    const post = (extra: Record<string, string>, without?: keyof typeof headers) => {
      const { [without as "authorization"]: _, ...kept } = headers;
      return request("/mcp", { method: "POST", headers: { ...kept, ...extra }, body: ping });
    };
    expect((await problemOf(await post({ origin: "https://evil.example" }))).code).toBe("bad-origin");
    expect((await post({ "content-type": "text/plain" })).status).toBe(415);
    const anonymous = await request("/mcp", {
      method: "POST",
      headers: { "content-type": "application/json", origin: "http://runyard.test" },
      body: ping,
    });
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });
});

describe("tools/list", () => {
  it("shows a token what it may call, and nothing else", async () => {
    const all = await toolsOf(ana);
    expect(all).toEqual(expect.arrayContaining(["stories_findByKey", "stories_update", "execute_code", "get_run"]));
    // The operator of this server lets programs reach nothing.
    expect(all).not.toContain("http_get");
    const reader = await withScopes("reader", ["items:read"]);
    expect(await toolsOf(reader)).toEqual(all.filter((name) => /list|find|search|meetings|members/.test(name)));
    const runner = await withScopes("runner", ["items:read", "code:run"]);
    const { description } = (await ask(runner, "tools/list")).result!.tools!.find(
      ({ name }) => name === "execute_code",
    )!;
    expect(description).toContain("function search(");
    expect(description).not.toContain("function create(");
  });

  it("describes each with a schema, whether it only reads, and the meeting where there may be one", async () => {
    const { tools } = (await ask(ana, "tools/list")).result!;
    const find = (name: string) => tools!.find((tool) => tool.name === name)!;
    expect(find("stories_create")).toMatchObject({
      inputSchema: { type: "object", required: ["title"], properties: { meetingId: { type: "string" } } },
      annotations: { readOnlyHint: false },
    });
    expect(find("members_list").inputSchema).not.toHaveProperty("properties.meetingId");
    expect(find("members_list").annotations).toMatchObject({ readOnlyHint: true });
    expect(find("execute_code").inputSchema).toMatchObject({ required: ["code", "capabilities"] });
  });
});

describe("tools/call", () => {
  it("calls a capability as a run with that one grant, which can be undone like any", async () => {
    const made = await call(ana, "stories_create", { title: "By MCP", points: 3 });
    expect(made).toMatchObject({ isError: false, value: { result: { title: "By MCP", points: 3 }, effects: 1 } });
    expect(JSON.parse(made.text)).toEqual(made.value);
    expect((await call(ana, "stories_search", { text: "by mcp" })).value).toMatchObject({ result: [{ points: 3 }] });
    const runId = String(made.value!["runId"]);
    const run = (await (await api(ana, `/api/runs/${runId}`)).json()) as { kind: string; grants: { code: object } };
    expect(run).toMatchObject({
      kind: "execution",
      grants: { code: { capabilities: ["stories.create"], writesMax: 1, mode: "auto" } },
    });
    const undone = await api(ana, `/api/runs/${runId}/effects/undo`, {});
    expect(effectSheetSchema.parse(await undone.json()).state).toBe("undone");
    expect((await call(ana, "stories_search", { text: "by mcp" })).value).toMatchObject({ result: [] });
  });

  it("tells the model what was wrong with its call, as the answer of the tool", async () => {
    const wrong: readonly [string, object, RegExp][] = [
      ["stories_create", { title: "" }, /^title: /],
      ["stories_create", { title: "A", colour: "red" }, /colour: is not a known field/],
      ["stories_update", { key: "NO-1", points: 1 }, /^NotFoundError: there is no story NO-1/],
      ["meetings_current", {}, /^NotFoundError: this program is about no meeting/],
      ["meetings_current", { meetingId: "mtg_1" }, /meetingId: is no meeting of your workspace/],
      ["execute_code", { code: "1", capabilities: ["stories.burn"] }, /stories\.burn; known are/],
      ["execute_code", { capabilities: [] }, /code/],
      ["get_run", { runId: `run_${"0".repeat(32)}` }, /no run with this id/],
    ];
    for (const [name, given, message] of wrong) {
      const answer = await call(ana, name, given);
      expect(answer.isError, name).toBe(true);
      expect(answer.text).toMatch(message);
    }
  });

  it("refuses tools that the token may not call, and runs of other workspaces", async () => {
    const reader = await withScopes("only-reads", ["items:read"]);
    for (const name of ["stories_create", "execute_code", "get_run"]) {
      const answer = await call(reader, name, {});
      expect([answer.isError, answer.text], name).toEqual([true, expect.stringMatching(/was made without the scope/)]);
    }
    const { value } = await call(ana, "members_list");
    expect((await call(bo, "get_run", { runId: value!["runId"] })).text).toMatch(/no run with this id/);
    const runner = await withScopes("code-reads", ["items:read", "code:run"]);
    const written = await call(runner, "execute_code", { code: "1", capabilities: ["stories.*"] });
    expect(written.text).toMatch(/stories\.create is not allowed/);
  });

  it("runs a program in review, and tells how its run stands", async () => {
    const code = 'await stories.create({ title: context.title });\nconsole.log("x");\nexport default 1;';
    const ran = await call(ana, "execute_code", {
      code,
      capabilities: ["stories.create"],
      context: { title: "Later" },
    });
    expect(ran).toMatchObject({
      isError: false,
      value: { success: true, result: 1, stdout: "x\n", effects: { state: "open", count: 1 } },
    });
    const looked = await call(ana, "get_run", { runId: ran.value!["runId"] });
    expect(looked.value).toMatchObject({ state: "succeeded", result: 1, effects: { state: "open" } });
    const thrown = await call(ana, "execute_code", { code: "throw new RangeError('no')", capabilities: [] });
    expect(thrown).toMatchObject({ isError: true, value: { success: false, error: { name: "RangeError", line: 1 } } });
  });
});
