/** `/v1` for clients of OpenAI: the official SDK, as it is, against this Worker, and providers over real HTTP behind it. */
import { env as bindings } from "cloudflare:workers";
import OpenAI, { type APIError } from "openai";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import { CALLS_PER_MINUTE } from "../../worker/domain/call-limits.ts";
import { canaryKey } from "../support/canary.ts";
import { anthropicProtocol } from "../support/providers/anthropic.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { responsesProtocol } from "../support/providers/openai-responses.ts";
import { ANSWER, ANSWER_TEXT, CALL_EVENTS, CALLS, type Protocol } from "../support/providers/protocol.ts";
import { providerPlace } from "../support/providers/provider-place.ts";
import type { Script } from "../support/providers/scripted-server.ts";
import { api, createPerson, createTenant, freshDatabase, ORIGIN, request, type Tenant } from "../support/workerd.ts";

let ana: Tenant;

beforeEach(async () => {
  const dependencies = dependenciesOf(bindings as unknown as Env);
  // What the test before left to be told belongs to its own database.
  await dependencies.calls.flush("ws_ana");
  await freshDatabase();
  dependencies.knownPrincipals.forgetAll();
  dependencies.knownKeys.forgetAll();
  ana = await createTenant("ana");
});

function client(apiKey = ana.token) {
  const send: typeof fetch = (input, init) => request(String(input).slice(ORIGIN.length), init);
  return new OpenAI({ apiKey, baseURL: `${ORIGIN}/v1`, fetch: send, maxRetries: 0 });
}

/** Lets the workspace ask a server that answers with these scripts. */
function behind(protocol: Protocol, ...scripts: Script[]) {
  return savedKey(protocol, { name: "main", model: "its-model" }, ...scripts);
}

/** A key that was saved last is the one in use. */
async function savedKey(protocol: Protocol, named: { name: string; model: string }, ...scripts: Script[]) {
  // The first one answers the test of the key.
  const { baseUrl, requests } = await providerPlace({ body: protocol.frames().join("") }, ...scripts);
  const path = protocol.name === "anthropic" ? "" : "/v1";
  const key = { ...named, provider: protocol.name, baseUrl: baseUrl + path, key: canaryKey("chat") };
  const saved = await api(ana, "/api/workspace/api-keys", key);
  expect(saved.status).toBe(201);
  return {
    id: ((await saved.json()) as { key: { id: string } }).key.id,
    asked: async () => (await requests()).slice(1).map(({ body }) => body as Record<string, unknown>),
  };
}

const HI = { model: "default", messages: [{ role: "user" as const, content: "hi" }] };
const TOOLS = [
  { type: "function" as const, function: { name: "read_file", parameters: { type: "object", properties: {} } } },
];

async function failureOf(work: Promise<unknown>): Promise<APIError> {
  return work.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: unknown) => error as APIError,
  );
}

async function calls() {
  const { executions } = (await (await api(ana, "/api/executions")).json()) as {
    executions: { id: string; outcome: string; model: string; source: { kind: string; id: string } }[];
  };
  return executions;
}

describe.each([anthropicProtocol, responsesProtocol, chatProtocol])("/v1 in front of $name", (protocol) => {
  it("answers whole, with usage, and keeps a record of the call", async () => {
    const { asked } = await behind(protocol, { body: protocol.frames().join("") });
    const answer = await client().chat.completions.create({ ...HI, max_tokens: 77 });
    expect(answer.choices).toMatchObject([
      { index: 0, message: { role: "assistant", content: ANSWER_TEXT }, finish_reason: "stop" },
    ]);
    expect(answer).toMatchObject({ object: "chat.completion", model: ANSWER.model });
    expect(answer.usage).toMatchObject({
      ...{ prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 },
      prompt_tokens_details: { cached_tokens: 60 },
      completion_tokens_details: { reasoning_tokens: 20 },
    });
    const [sent] = await asked();
    expect(sent).toMatchObject({ model: "its-model", stream: true });
    expect(JSON.stringify(sent)).toContain("77");
    await expect.poll(calls).toMatchObject([{ outcome: "whole", source: { kind: "api", id: "tok_ana" } }]);
  });

  it("streams text, thinking, tool calls and usage", async () => {
    const native = protocol.callsTools;
    await behind(protocol, { body: protocol.frames({ native, calls: CALLS }).join("") });
    const stream = client().chat.completions.stream({
      ...HI,
      tools: TOOLS,
      stream_options: { include_usage: true },
    });
    let thinking = "";
    for await (const { choices } of stream) {
      thinking += (choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? "";
    }
    const answer = await stream.finalChatCompletion();
    const [choice] = answer.choices;
    expect(thinking).toBe(ANSWER.thinking.join(""));
    expect(choice).toMatchObject({ message: { content: ANSWER_TEXT }, finish_reason: "tool_calls" });
    const told = choice?.message.tool_calls?.map((call) =>
      call.type === "function"
        ? { ...CALL_EVENTS[0], id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments) }
        : call,
    );
    expect(told).toEqual(CALL_EVENTS);
    expect(answer.usage?.total_tokens).toBe(150);
  });

  it("carries a conversation with tools to the provider", async () => {
    const { asked } = await behind(protocol, { body: protocol.frames().join("") });
    await client().chat.completions.create({
      ...HI,
      tools: TOOLS,
      tool_choice: "auto",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: [{ type: "text", text: "read both" }] },
        {
          role: "assistant",
          content: null,
          tool_calls: ["a", "b"].map((id) => ({
            ...{ id: `call_${id}`, type: "function" as const },
            function: { name: "read_file", arguments: `{"path":"${id}"}` },
          })),
        },
        { role: "tool", tool_call_id: "call_a", content: "A" },
        { role: "tool", tool_call_id: "call_b", content: "B" },
        { role: "user", content: "go on" },
      ],
    });
    const [sent] = await asked();
    for (const part of ["Be brief.", "read both", "call_a", "call_b", "read_file", "go on"])
      expect(JSON.stringify(sent)).toContain(part);
    // All results of a turn are one message, or Anthropic refuses them.
    if (protocol.name === "anthropic") expect(sent?.messages).toHaveLength(3);
  });

  it("tells a fault of the provider with a status of its own, and asks no more than that helps", async () => {
    const rejected = protocol.failures.find(({ reason }) => reason === "rejected-key")!.script;
    const { asked } = await behind(protocol, rejected);
    const error = await failureOf(client().chat.completions.create({ ...HI, stream: true }));
    expect(error).toMatchObject({ status: 403, code: "provider_rejected_key", type: "permission_error" });
    expect(error.message).toContain("rejected the API key");
    expect(await asked()).toHaveLength(1);
  });

  it("tells an answer that is cut as an error in the stream, never as whole", async () => {
    await behind(protocol, { body: protocol.frames().slice(0, -4).join(""), ending: "end" });
    const stream = await client().chat.completions.create({ ...HI, stream: true });
    let text = "";
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    })();
    const error = await failureOf(reading);
    expect(error).toMatchObject({ code: "answer_cut_off" });
    expect(text).not.toBe("");
    expect(ANSWER_TEXT.startsWith(text)).toBe(true);
    await expect.poll(calls, { timeout: 8_000 }).toMatchObject([{ outcome: "partial" }]);
  });

  it("stops asking when its client leaves in the middle", async () => {
    await behind(protocol, { body: protocol.frames().slice(0, -4).join(""), ending: "hang" });
    const stream = await client().chat.completions.create({ ...HI, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    await expect.poll(calls, { timeout: 8_000 }).toMatchObject([{ outcome: "partial" }]);
  });

  it("reads on only as its client does, and gives a slow one all of it", async () => {
    const pieces = Array.from({ length: 12_000 }, (_, at) => `${at} `);
    const body = protocol.frames({ pieces }).join("");
    const cutAt = Array.from({ length: Math.floor(body.length / 4_096) }, (_, at) => (at + 1) * 4_096);
    await behind(protocol, { body, cutAt });
    const stream = await client().chat.completions.create({ ...HI, stream: true });
    const reading = stream[Symbol.asyncIterator]();
    let text = "";
    const read = async () => {
      const { value, done } = await reading.next();
      text += value?.choices[0]?.delta.content ?? "";
      return !done;
    };
    await read();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await calls()).toMatchObject([{ outcome: "live" }]);
    while (await read());
    expect(text).toBe(pieces.join(""));
    await expect.poll(calls, { timeout: 8_000 }).toMatchObject([{ outcome: "whole" }]);
  });

  it("hands out no tool call that cannot be read", async () => {
    const calls = [{ id: "call_1", name: "read_file", input: ['{"path'] }];
    const script = { body: protocol.frames({ native: protocol.callsTools, calls, pieces: [] }).join("") };
    await behind(protocol, script, script);
    const whole = await failureOf(client().chat.completions.create({ ...HI, tools: TOOLS }));
    expect(whole).toMatchObject({ status: 400, code: "provider_refused" });
    expect(whole.message).toContain("not valid JSON");
    const stream = client().chat.completions.stream({ ...HI, tools: TOOLS });
    expect((await failureOf(stream.finalChatCompletion())).message).toContain("not valid JSON");
  });
});

describe("/v1, asked for a model by its name", () => {
  const answers = (protocol: Protocol, times = 8) => Array(times).fill({ body: protocol.frames().join("") });
  const ask = (model: string) => client().chat.completions.create({ ...HI, model, max_tokens: 50 });

  it("asks the key that has it, and lists exactly what can be named", async () => {
    const local = { name: "lab", model: "meta/llama" };
    const places = {
      lab: await savedKey(chatProtocol, local, ...answers(chatProtocol)),
      spare: await savedKey(responsesProtocol, { name: "spare", model: "gpt-5" }, ...answers(responsesProtocol)),
      main: await savedKey(anthropicProtocol, { name: "main", model: "gpt-5" }, ...answers(anthropicProtocol)),
    };
    const asked = async (name: string) => {
      await ask(name);
      const all = await Promise.all(
        Object.entries(places).map(async ([key, place]) => [key, await place.asked()] as const),
      );
      return all
        .flatMap(([key, bodies]) => bodies.map((body) => `${key}: ${body.model}`))
        .filter((each) => !seen.has(each));
    };
    const seen = new Set<string>();
    for (const [name, meant] of [
      ["default", "main: gpt-5"],
      ["meta/llama", "lab: meta/llama"],
      ["spare/gpt-5", "spare: gpt-5"],
      ["gpt-5-nano", "spare: gpt-5-nano"],
      ["openai/gpt-5-mini", "spare: gpt-5-mini"],
      ["claude-haiku-4-5-20251001", "main: claude-haiku-4-5-20251001"],
    ] as const) {
      expect(await asked(name), name).toEqual([meant]);
      seen.add(meant);
    }
    const { data } = await client().models.list();
    const names = data.map(({ id }) => id);
    expect(names.slice(0, 4)).toEqual(["default", "gpt-5", "spare/gpt-5", "meta/llama"]);
    expect(data.find(({ id }) => id === "gpt-5-nano")).toMatchObject({ owned_by: "openai" });
    expect(data.find(({ id }) => id === "claude-haiku-4-5")).toMatchObject({ owned_by: "anthropic" });
    expect(new Set(names).size).toBe(names.length);
  });

  it("is told which there are where it means none", async () => {
    const { asked } = await savedKey(chatProtocol, { name: "lab", model: "llama" });
    for (const model of ["gpt-4", "lab/mixtral", "claude-haiku-4-5"]) {
      const error = await failureOf(ask(model));
      expect(error).toMatchObject({
        status: 404,
        code: "model_not_found",
        type: "invalid_request_error",
        param: "model",
      });
      expect(error.message).toContain(`"${model}"`);
      expect(error.message).toContain("default, llama;");
    }
    expect((await client().models.list()).data.map(({ id }) => id)).toEqual(["default", "llama"]);
    expect([await asked(), await calls()]).toEqual([[], []]);
  });

  it("counts its price, its record and its fallbacks by the model that was truly asked", async () => {
    const empty = responsesProtocol.failures.find(({ reason }) => reason === "no-credit")!.script;
    const named = async (name: string) => {
      const { data } = await client()
        .chat.completions.create({ ...HI, model: name, max_tokens: 50, stream: true })
        .withResponse();
      const models = new Set<string>();
      for await (const { model } of data) models.add(model);
      return [...models];
    };
    await savedKey(responsesProtocol, { name: "other", model: "gpt-5" }, ...answers(responsesProtocol, 1), empty);
    const main = await savedKey(
      anthropicProtocol,
      { name: "main", model: "claude-sonnet-5" },
      ...answers(anthropicProtocol, 1),
    );
    expect(await named("other/gpt-5-nano")).toEqual(["gpt-5-nano"]);
    await expect.poll(calls).toMatchObject([{ provider: "openai", price: { pricedAs: "gpt-5-nano" } }]);
    expect(await named("other/gpt-5-nano")).toEqual(["claude-sonnet-5"]);
    expect(await main.asked()).toMatchObject([{ model: "claude-sonnet-5" }]);
    await expect.poll(calls).toMatchObject([{ provider: "anthropic", price: { pricedAs: "claude-sonnet-5" } }, {}]);
  });
});

describe("/v1", () => {
  it("lists the workspace's model, and the mock where there is none", async () => {
    const { data } = await client().models.list();
    expect(data.map(({ id, owned_by }) => [id, owned_by])).toEqual([
      ["default", "mock"],
      ["runyard-mock", "mock"],
    ]);
  });

  it("tells of each listed model by its name, also where that has slashes and spaces", async () => {
    const ok = { body: chatProtocol.frames().join("") };
    await savedKey(chatProtocol, { name: "my lab", model: "org/llama" }, ok);
    await savedKey(chatProtocol, { name: "100%", model: "org/llama" }, ok);
    const { data } = await client().models.list();
    const ids = data.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(["default", "org/llama", "my lab/org/llama"]));
    for (const model of data) expect(await client().models.retrieve(model.id)).toEqual(model);
    expect(await (await api(ana, "/v1/models/my%20lab/org/llama")).json()).toHaveProperty("id", "my lab/org/llama");
    expect(await client().models.retrieve("100%/org/llama")).toHaveProperty("owned_by", "openai-compatible");
    const error = await failureOf(client().models.retrieve("org/none"));
    expect(error).toMatchObject({ status: 404, code: "model_not_found", type: "invalid_request_error" });
    expect(error.message).toContain('no model "org/none"');
  });

  it("is refused without a token, with a wrong one, and to one that was not made for it", async () => {
    const workspace = { workspaceId: ana.workspaceId };
    const other = await createPerson("eve", { ...workspace, scopes: ["runs:read", "runs:write"] });
    const viewer = await createPerson("vic", { ...workspace, role: "viewer" });
    expect(await failureOf(client("ry_wrong").chat.completions.create(HI))).toMatchObject({
      ...{ status: 401, type: "authentication_error", code: "unauthenticated" },
    });
    for (const { token } of [other, viewer]) {
      const error = await failureOf(client(token).chat.completions.create(HI));
      expect(error).toMatchObject({ status: 403, type: "permission_error", code: "forbidden" });
    }
    expect((await request("/v1/models")).headers.get("content-type")).toBe("application/json");
    expect(await (await api(ana, "/v1/nothing")).json()).toHaveProperty("error.code", "not_found");
  });

  it.each([
    [{ messages: [] }, "messages"],
    [{ messages: [{ role: "assistant", content: "hi" }] }, "messages"],
    [{ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] }, "messages.0.content"],
    [{ n: 2 }, "n"],
    [{ stop: ["x"] }, "stop"],
    [{ response_format: { type: "json_object" } }, "response_format.type"],
    [{ max_tokens: 0 }, "max_tokens"],
    [{ tool_choice: "required" }, "tool_choice"],
    [{ tools: TOOLS, tool_choice: { type: "function", function: { name: "other" } } }, "tool_choice.function.name"],
    [
      {
        messages: [
          { role: "user", content: "hi" },
          { role: "assistant", tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{" } }] },
        ],
      },
      "messages.1.tool_calls.0.function.arguments",
    ],
  ])("refuses %j and names the field", async (fields, param) => {
    const error = await failureOf(client().chat.completions.create({ ...HI, ...fields } as typeof HI));
    expect(error).toMatchObject({ status: 422, type: "invalid_request_error", code: "invalid_request" });
    expect(error.param).toContain(param);
  });

  it("says in words that images are not passed on", async () => {
    const content = [{ type: "image_url", image_url: { url: "x" } }];
    const answer = await api(ana, "/v1/chat/completions", { model: "default", messages: [{ role: "user", content }] });
    expect(((await answer.json()) as { error: { message: string } }).error.message).toContain("images");
  });

  it("says as a header, too, when a limit of the workspace lets through again", async () => {
    await behind(chatProtocol, { body: chatProtocol.frames().join("") });
    const ledger = dependenciesOf(bindings as unknown as Env).budget(ana.workspaceId);
    await ledger.limit({ ...CALLS_PER_MINUTE, "openai-compatible": 1 });
    // Two turns are taken, one of them a minute from now: the next one would wait for too long.
    const address = { service: "openai-compatible", keyId: "key_x" } as const;
    for (const id of ["call_1", "call_2"])
      await ledger.begin({ id, boundMicros: null, subjects: [], address }, { ends: [], records: [] });
    const refused = await api(ana, "/v1/chat/completions", HI);
    await ledger.limit(CALLS_PER_MINUTE);
    expect(await refused.json()).toHaveProperty("error.code", "workspace_limit");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(60);
  });

  it("says in words what is missing", async () => {
    const answer = await api(ana, "/v1/chat/completions", { messages: [] });
    expect(await answer.json()).toHaveProperty(
      "error.message",
      "model: must name a model: GET /v1/models lists them; messages: must have at least one message",
    );
  });

  it("refuses what is no JSON", async () => {
    const answer = await api(ana, "/v1/chat/completions", "{");
    expect(answer.status).toBe(400);
    expect(await answer.json()).toHaveProperty("error.code", "malformed_json");
  });
});
