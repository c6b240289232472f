/** One suite for every provider: real HTTP, the official SDKs, a server that misbehaves on purpose. */
/// <reference types="node" />
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boundedAnswer } from "../../../worker/egress/answer.ts";
import type { CallTimeouts, Connection, Fetch } from "../../../worker/llm/connection.ts";
import { ModelError, type ModelEvent, type ModelRequest, type Provider } from "../../../worker/llm/provider.ts";
import { anthropicProtocol } from "../../support/providers/anthropic.ts";
import { chatProtocol } from "../../support/providers/chat-completions.ts";
import { responsesProtocol } from "../../support/providers/openai-responses.ts";
import {
  ANSWER,
  ANSWER_TEXT,
  ANSWER_USAGE,
  CALL_EVENTS,
  CALLS,
  KEY,
  type Protocol,
  type StreamedCall,
} from "../../support/providers/protocol.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "../../support/providers/scripted-server.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const SHORT: CallTimeouts = { firstByteMs: 250, silenceMs: 250, totalMs: 5_000 };

function connection(timeouts?: CallTimeouts): Connection {
  const clock = { now: () => Date.now(), sleep: (ms: number) => sleep(ms, undefined, { ref: false }) };
  const send: Fetch = async (url, init) => boundedAnswer(await fetch(url, init), { signal: init.signal! });
  return { fetch: send, clock, ...(timeouts ? { timeouts } : {}) };
}

function request(signal: AbortSignal = new AbortController().signal): ModelRequest {
  const messages = [
    { role: "user", text: "first" },
    { role: "assistant", text: "second" },
    { role: "user", text: "third" },
  ] as const;
  return { model: "asked-model", system: "Be brief.", messages, maxTokens: 77, signal };
}

/** Adds to a list; pieces of one text become one, since it is the network that decides how many there are. */
function add(events: ModelEvent[], event: ModelEvent): void {
  const last = events.at(-1);
  if ((event.type !== "text" && event.type !== "thinking") || last?.type !== event.type) events.push(event);
  else events[events.length - 1] = { ...event, text: last.text + event.text };
}

/** All events, and the error that ended them, if one did. */
async function collect(provider: Provider, signal?: AbortSignal) {
  const events: ModelEvent[] = [];
  try {
    for await (const event of provider.stream(request(signal))) add(events, event);
    return { events, text: textOf(events), error: null };
  } catch (error) {
    return { events, text: textOf(events), error };
  }
}

function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === "text" ? event.text : "")).join("");
}

/** Bytes between two cuts of one answer. As many answers cut it at every byte, each at other places. */
const STRIDE = 61;

function expectFault(error: unknown, reason: string): ModelError {
  expect(error).toBeInstanceOf(ModelError);
  const fault = error as ModelError;
  expect(fault.reason).toBe(reason);
  const shown = `${fault.message} ${JSON.stringify(fault)} ${String(fault.cause)} ${fault.stack}`;
  expect(shown).not.toContain(KEY);
  expect(shown).not.toMatch(/Bearer|request_id|upstream|<html>/);
  return fault;
}

/** What each recorded answer begins with. */
function opening({ name, signature }: Protocol): ModelEvent[] {
  const text = ANSWER.thinking.join("");
  return [
    { type: "thinking", text },
    { type: "thought", part: { type: "thinking", text, signature, signedBy: name } },
    { type: "text", text: ANSWER_TEXT },
  ];
}

/** A turn with tools, in the middle. */
function conversation({ name, signature }: Protocol): ModelRequest {
  const schema = { type: "object", properties: { path: { type: "string" } } };
  return {
    ...request(),
    model: "claude-haiku-4-5",
    cacheSystem: true,
    thinkingTokens: 2_048,
    tools: [{ name: "read_file", description: "Reads.", inputSchema: schema }],
    toolChoice: "required",
    messages: [
      { role: "user", text: "first" },
      {
        role: "assistant",
        parts: [
          { type: "thinking", text: "hm", signature, signedBy: name },
          // Another provider's: it would be refused.
          { type: "thinking", text: "foreign", signature: "s", signedBy: "mock" },
          { type: "text", text: "I look." },
          { type: "tool-call", id: "call_1", name: "read_file", input: { path: "a" } },
        ],
      },
      {
        role: "user",
        parts: [
          { type: "tool-result", id: "call_1", text: "no such file", isError: true },
          { type: "text", text: "again" },
        ],
        cache: true,
      },
    ],
  };
}

const PROTOCOLS: readonly Protocol[] = [anthropicProtocol, responsesProtocol, chatProtocol];

describe.each(PROTOCOLS)("provider $name", (protocol) => {
  const play = (script: Script, timeouts?: CallTimeouts) => {
    const { baseUrl, requests } = server.play(script);
    return { provider: protocol.provider(baseUrl, connection(timeouts)), requests };
  };
  /** An answer that stops in the middle of its text. */
  const beginning = () => protocol.frames().slice(0, -4).join("");
  const whole = () => protocol.frames().join("");
  const withCalls = (calls: readonly StreamedCall[] = CALLS) =>
    protocol.frames({ native: protocol.callsTools, calls }).join("");

  it("streams the text and then one final event", async () => {
    const { provider } = play({ body: whole() });
    const { events, error } = await collect(provider);
    expect(error).toBeNull();
    expect(events).toEqual([
      ...opening(protocol),
      { type: "done", stopReason: "end", usage: ANSWER_USAGE, model: ANSWER.model },
    ]);
  });

  it("hands out what comes by itself by itself, and what comes together as one", async () => {
    const textsOf = async (cutAt?: number[]) => {
      const { provider } = play({ body: whole(), ...(cutAt ? { cutAt } : {}) });
      const texts: string[] = [];
      for await (const event of provider.stream(request())) if (event.type === "text") texts.push(event.text);
      return texts;
    };
    let end = 0;
    const ends = protocol.frames().map((frame) => {
      end += Buffer.byteLength(frame);
      return end;
    });
    expect(await textsOf(ends)).toEqual(ANSWER.pieces);
    expect(await textsOf()).toEqual([ANSWER_TEXT]);
  });

  it("sends the whole request once, with the key in its header alone", async () => {
    const { provider, requests } = play({ body: whole() });
    await collect(provider);
    expect(requests).toHaveLength(1);
    const [seen] = requests;
    expect(seen?.path).toBe(protocol.path);
    expect(seen?.headers[protocol.keyHeader[0]]).toBe(protocol.keyHeader[1]);
    expect(seen?.body).toMatchObject({ model: "asked-model", stream: true });
    const body = JSON.stringify(seen?.body);
    for (const part of ["Be brief.", "first", "second", "third", "77"]) expect(body).toContain(part);
    expect(body).not.toContain(KEY);
  });

  it("sends nothing before the first event is asked for", async () => {
    const { provider, requests } = play({ body: whole() });
    provider.stream(request());
    await sleep(20);
    expect(requests).toHaveLength(0);
  });

  it("gives the same answer wherever the network cuts it, at every byte", { timeout: 60_000 }, async () => {
    const body = withCalls();
    const size = Buffer.byteLength(body);
    const cutsFrom = (first: number) =>
      Array.from({ length: Math.ceil(size / STRIDE) }, (_, at) => first + at * STRIDE);
    const whole = await collect(play({ body }).provider);
    expect(whole.events).toEqual([
      ...opening(protocol),
      ...CALL_EVENTS,
      { type: "done", stopReason: "tool-use", usage: ANSWER_USAGE, model: ANSWER.model },
    ]);
    const one = async (first: number) => {
      const { events, error } = await collect(play({ body, cutAt: cutsFrom(first) }).provider);
      expect({ first, events, error }).toEqual({ first, events: whole.events, error: null });
    };
    const firsts = Array.from({ length: STRIDE }, (_, first) => first);
    for (let from = 0; from < STRIDE; from += 8) await Promise.all(firsts.slice(from, from + 8).map(one));
  });

  it("gives the same answer one byte at a time", { timeout: 30_000 }, async () => {
    const cutAt = Array.from({ length: Buffer.byteLength(withCalls()) }, (_, index) => index);
    const { events } = await collect(play({ body: withCalls(), cutAt }).provider);
    expect(events).toEqual((await collect(play({ body: withCalls() }).provider)).events);
    expect(events.at(-1)).toMatchObject({ type: "done", usage: ANSWER_USAGE });
  });

  it.each(protocol.stopReasons)("reads the stop reason %s as %s", async (native, ours) => {
    const { events } = await collect(play({ body: protocol.frames({ native }).join("") }).provider);
    expect(events.at(-1)).toMatchObject({ type: "done", stopReason: ours });
  });

  it("estimates the usage where none is reported, and says so", async () => {
    const { events } = await collect(play({ body: protocol.frames({ reportsUsage: false }).join("") }).provider);
    const outputTokens = Math.ceil((ANSWER.thinking.join("") + ANSWER_TEXT).length / 4);
    const usage = { ...ANSWER_USAGE, inputTokens: 7, outputTokens, estimated: true };
    expect(events.at(-1)).toMatchObject({
      type: "done",
      usage: { ...usage, thinkingTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    });
  });

  it.each(protocol.failures)("tells $title as $reason", async ({ script, reason, retryAfterMs }) => {
    const { provider, requests } = play(script);
    const { events, error } = await collect(provider);
    expect(events).toEqual([]);
    const fault = expectFault(error, reason);
    expect(fault.status).toBe(script.status);
    expect(fault.retryAfterMs).toBe(retryAfterMs ?? null);
    expect(requests).toHaveLength(1);
  });

  it.each(protocol.streamErrors)("tells the error %j inside a stream as %s", async (frame, reason) => {
    const half = beginning();
    const { error, text } = await collect(play({ body: half + frame }).provider);
    // The answer's own status was 200, whatever its error names.
    const fault = expectFault(error, reason);
    expect(fault.status).toBeNull();
    expect(fault.message).not.toContain("HTTP");
    expect(ANSWER_TEXT.startsWith(text)).toBe(true);
  });

  it.each(["end", "destroy"] as const)("takes no stream for whole that lacks its final event (%s)", async (ending) => {
    const frames = protocol.frames();
    const enough = frames.length - protocol.optionalFrames;
    for (let count = 0; count < enough; count++) {
      const { error, events } = await collect(play({ body: frames.slice(0, count).join(""), ending }).provider);
      expect(events.every((event) => event.type !== "done")).toBe(true);
      // A connection that dies at once may never have shown its head.
      const reason = ending === "destroy" && count === 0 ? (error as ModelError).reason : "cut-off";
      expect(["cut-off", "unreachable"]).toContain(expectFault(error, reason).reason);
      expect((error as ModelError).retryable).toBe(true);
    }
    for (let count = enough; count <= frames.length; count++) {
      const { events } = await collect(play({ body: frames.slice(0, count).join(""), ending }).provider);
      expect(events.at(-1)?.type).toBe("done");
    }
  });

  it("tells a stream that breaks off inside an event as cut off", async () => {
    const frames = protocol.frames();
    const body = frames.slice(0, 4).join("") + frames[4]?.slice(0, -10);
    expectFault((await collect(play({ body }).provider)).error, "cut-off");
  });

  it.each([
    "event: ping\ndata: {bad\n\ndata: {bad\n\n",
    "\u0000\u0001\u0002",
    'data: {"type":7}\n\n',
    "data: null\n\n",
    "",
  ])("tells the garbage %j as cut off", async (body) => {
    expectFault((await collect(play({ body }).provider)).error, "cut-off");
  });

  it("tells a document in place of a stream as a wrong address", async () => {
    for (const type of ["text/html; charset=utf-8", "application/json"]) {
      const script = { body: "<html>hello</html>", headers: { "content-type": type } };
      const fault = expectFault((await collect(play(script).provider)).error, "bad-request");
      expect(fault.message).toContain("check the base URL");
    }
  });

  it("follows no redirect, so that the key stays where it was sent", async () => {
    const elsewhere = server.play({ body: whole() });
    const script = { status: 307, body: "", headers: { location: `${elsewhere.baseUrl}${protocol.path}` } };
    const fault = expectFault((await collect(play(script).provider)).error, "bad-request");
    expect(fault.message).toContain("redirect");
    expect(elsewhere.requests).toHaveLength(0);
  });

  it("tells a refused connection as unreachable", async () => {
    const gone = await startScriptedServer();
    const { baseUrl } = gone.play({ body: "" });
    await gone.close();
    const { error } = await collect(protocol.provider(baseUrl, connection()));
    expect(expectFault(error, "unreachable").cause).toContain("ECONNREFUSED");
  });

  it("sends tools, their results, thoughts and marks as the protocol writes them", async () => {
    const { provider, requests } = play({ body: withCalls() });
    for await (const _ of provider.stream(conversation(protocol)));
    expect(requests[0]?.body).toMatchObject(protocol.conversation as object);
    expect(JSON.stringify(requests[0]?.body)).not.toContain("foreign");
  });

  it.each([
    ['{"path": "a', "not valid JSON"],
    ["{'path': 1}", "not valid JSON"],
    ["[1]", "no object"],
    ["null", "no object"],
    ['"{}"', "no object"],
    [`{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`, "nested too deep"],
  ])("tells the tool input %.20s as malformed, and goes on", async (inputText, problem) => {
    const calls = [{ id: "call_1", name: "f", input: [inputText] }, CALLS[1]!];
    const { events, error } = await collect(play({ body: withCalls(calls) }).provider);
    expect(error).toBeNull();
    const [malformed, other, last] = events.slice(-3);
    expect(malformed).toEqual({
      ...{ type: "malformed-tool-call", id: "call_1", name: "f", inputText: inputText.slice(0, 500) },
      problem: expect.stringContaining(problem),
    });
    expect([other?.type, last?.type]).toEqual(["tool-call", "done"]);
  });

  it.each([
    ["without a name", { id: "call_1", name: "" }, "without naming"],
    ["without an id", { id: "", name: "f" }, "no id"],
  ])("runs no tool call %s", async (_, call, problem) => {
    const { events } = await collect(play({ body: withCalls([{ ...call, input: ["{}"] }]) }).provider);
    expect(events.at(-2)).toMatchObject({ type: "malformed-tool-call", problem: expect.stringContaining(problem) });
  });

  it("refuses what goes on for 5 MB, be it text or the input of a tool, and frees the connection", async () => {
    const piece = "x".repeat(50_000);
    const pieces = Array.from({ length: 100 }, () => piece);
    const bodies = [
      protocol.frames({ pieces }).join(""),
      protocol.frames({ pieces: [pieces.join("")] }).join(""),
      withCalls([{ id: "call_1", name: "f", input: [`{"text":"`, ...pieces, `"}`] }]),
    ];
    for (const body of bodies) {
      const { events, text, error } = await collect(play({ body }).provider);
      expect(expectFault(error, "bad-request").message).toContain("more than 2000000 characters");
      expect(text.length).toBeLessThanOrEqual(2_000_000);
      expect(events.some(({ type }) => type === "tool-call" || type === "done")).toBe(false);
    }
    await server.idle();
  });

  it("gives an empty answer as what it is", async () => {
    const { events, text, error } = await collect(play({ body: protocol.frames({ pieces: [] }).join("") }).provider);
    expect({ text, error, last: events.at(-1)?.type }).toEqual({ text: "", error: null, last: "done" });
  });

  it("times out a server that sends no first byte", async () => {
    expectFault((await collect(play({ body: "", silent: true }, SHORT).provider)).error, "timed-out");
    expectFault((await collect(play({ body: "", ending: "hang" }, SHORT).provider)).error, "timed-out");
  });

  it("times out a server that falls silent in the middle, and frees the connection", async () => {
    const body = beginning();
    const { error, text } = await collect(play({ body, ending: "hang" }, SHORT).provider);
    expectFault(error, "timed-out");
    expect(text).not.toBe("");
    await server.idle();
  });

  it("does not wait for a server that leaves the stream open behind the final event", async () => {
    const { events, error } = await collect(play({ body: whole(), ending: "hang" }, SHORT).provider);
    expect(error).toBeNull();
    expect(events.at(-1)?.type).toBe("done");
  });

  it("is aborted before, during and between its events", async () => {
    expectFault((await collect(play({ body: whole() }).provider, AbortSignal.abort())).error, "aborted");

    const waiting = new AbortController();
    setTimeout(() => waiting.abort(), 20);
    expectFault((await collect(play({ body: "", silent: true }).provider, waiting.signal)).error, "aborted");

    const reading = new AbortController();
    const body = beginning();
    const stream = play({ body, ending: "hang" }).provider.stream(request(reading.signal));
    const rest = (async () => {
      for await (const _ of stream) reading.abort();
    })();
    expectFault(await rest.catch((error: unknown) => error), "aborted");
    await server.idle();
  });

  it("closes the connection when its reader leaves early", async () => {
    for await (const event of play({ body: beginning(), ending: "hang" }).provider.stream(request())) {
      expect(event.type).toBe("thinking");
      break;
    }
    await server.idle();
  });

  it("reads no more of an error than it needs", async () => {
    const { error } = await collect(play({ status: 500, body: "x".repeat(500_000), ending: "hang" }).provider);
    expectFault(error, "overloaded");
    await server.idle();
  });
});

describe("anthropic", () => {
  it.each([
    ["claude-3-7-sonnet-20250219", true],
    ["claude-sonnet-4-20250514", true],
    ["claude-haiku-4-5-20251001", true],
    ["claude-opus-4-6", false],
    ["claude-sonnet-5-5", false],
    ["us.anthropic.claude-opus-4-8-v1:0", false],
  ])("gives %s a budget: %s", async (model, takesBudget) => {
    const { baseUrl, requests } = server.play({ body: anthropicProtocol.frames().join("") });
    const asked = { ...conversation(anthropicProtocol), model };
    for await (const _ of anthropicProtocol.provider(baseUrl, connection()).stream(asked));
    const { thinking, output_config } = (requests[0]?.body ?? {}) as Record<string, unknown>;
    expect({ thinking, output_config }).toEqual(
      takesBudget
        ? { thinking: { type: "enabled", budget_tokens: 2_048 }, output_config: undefined }
        : { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } },
    );
  });

  it("sends back thoughts that Anthropic keeps to itself", async () => {
    const frame = (event: Record<string, unknown>) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
    const frames = anthropicProtocol.frames();
    const hidden = [
      frame({ type: "content_block_start", index: 9, content_block: { type: "redacted_thinking", data: "abc" } }),
      frame({ type: "content_block_stop", index: 9 }),
    ];
    const { baseUrl, requests } = server.play({
      body: [...frames.slice(0, -2), ...hidden, ...frames.slice(-2)].join(""),
    });
    const provider = anthropicProtocol.provider(baseUrl, connection());
    const { events } = await collect(provider);
    const parts = events.flatMap((event) => (event.type === "thought" ? [event.part] : []));
    expect(parts).toHaveLength(2);
    for await (const _ of provider.stream({ ...request(), messages: [{ role: "assistant", parts }] }));
    expect(JSON.stringify(requests[1]?.body)).toContain('{"type":"redacted_thinking","data":"abc"}');
  });

  it("leaves the key's header to the SDK where it talks to Anthropic itself", async () => {
    const { createAnthropicProvider } = await import("../../../worker/llm/anthropic.ts");
    const seen: Request[] = [];
    const send: Fetch = async (url, init) => {
      seen.push(new Request(url, init));
      const headers = { "content-type": "text/event-stream" };
      return boundedAnswer(new Response(anthropicProtocol.frames().join(""), { headers }), { signal: init.signal! });
    };
    const provider = createAnthropicProvider({ connection: { ...connection(), fetch: send }, apiKey: KEY });
    expect((await collect(provider)).error).toBeNull();
    expect(seen.map(({ url }) => url)).toEqual(["https://api.anthropic.com/v1/messages"]);
    expect(seen[0]?.headers.get("authorization")).toBe(`Bearer ${KEY}`);
    expect(seen[0]?.headers.get("x-api-key")).toBeNull();
  });
});

describe("openai-compatible", () => {
  it("sends no Authorization header where no key is set", async () => {
    const { createOpenAICompatibleProvider } = await import("../../../worker/llm/openai-compatible.ts");
    const { baseUrl, requests } = server.play({ body: chatProtocol.frames().join("") });
    const provider = createOpenAICompatibleProvider({ connection: connection(), baseUrl: `${baseUrl}/v1` });
    expect((await collect(provider)).error).toBeNull();
    expect(requests[0]?.headers.authorization).toBeUndefined();
    expect(requests[0]?.body).toMatchObject({ max_tokens: 77, stream_options: { include_usage: true } });
  });
});
