/** One suite for every provider: real HTTP, the official SDKs, a server that misbehaves on purpose. */
/// <reference types="node" />
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallTimeouts, Connection, Fetch } from "../../../worker/llm/connection.ts";
import { ModelError, type ModelEvent, type ModelRequest, type Provider } from "../../../worker/llm/provider.ts";
import { anthropicProtocol } from "../../support/providers/anthropic.ts";
import { chatProtocol } from "../../support/providers/chat-completions.ts";
import { responsesProtocol } from "../../support/providers/openai-responses.ts";
import { ANSWER, ANSWER_TEXT, ANSWER_USAGE, KEY, type Protocol } from "../../support/providers/protocol.ts";
import { type Script, type ScriptedServer, startScriptedServer } from "../../support/providers/scripted-server.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const SHORT: CallTimeouts = { firstByteMs: 60, silenceMs: 60, totalMs: 5_000 };

function connection(timeouts?: CallTimeouts): Connection {
  const clock = { now: () => Date.now(), sleep: (ms: number) => sleep(ms, undefined, { ref: false }) };
  return { fetch, clock, ...(timeouts ? { timeouts } : {}) };
}

function request(signal: AbortSignal = new AbortController().signal): ModelRequest {
  const messages = [
    { role: "user", text: "first" },
    { role: "assistant", text: "second" },
    { role: "user", text: "third" },
  ] as const;
  return { model: "asked-model", system: "Be brief.", messages, maxTokens: 77, signal };
}

/** All events, and the error that ended them, if one did. */
async function collect(provider: Provider, signal?: AbortSignal) {
  const events: ModelEvent[] = [];
  try {
    for await (const event of provider.stream(request(signal))) events.push(event);
    return { events, text: textOf(events), error: null };
  } catch (error) {
    return { events, text: textOf(events), error };
  }
}

function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === "text" ? event.text : "")).join("");
}

/**
 * Around each end of a line, and within and around each character of several bytes: between them one byte is read like the
 * next, and that there may be a cut at every byte is for another test.
 */
function jointsOf(bytes: Uint8Array): number[] {
  const isJoint = (byte: number) => byte === 0x0a || byte > 0x7f;
  const places = Array.from(bytes.keys()).slice(1);
  return places.filter((at) => isJoint(bytes[at - 1]!) || isJoint(bytes[at]!));
}

function expectFault(error: unknown, reason: string): ModelError {
  expect(error).toBeInstanceOf(ModelError);
  const fault = error as ModelError;
  expect(fault.reason).toBe(reason);
  const shown = `${fault.message} ${JSON.stringify(fault)} ${String(fault.cause)} ${fault.stack}`;
  expect(shown).not.toContain(KEY);
  expect(shown).not.toMatch(/Bearer|request_id|upstream|<html>/);
  return fault;
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

  it("streams the text in its pieces and then one final event", async () => {
    const { provider } = play({ body: whole() });
    const { events, error } = await collect(provider);
    expect(error).toBeNull();
    expect(events).toEqual([
      ...ANSWER.pieces.map((text) => ({ type: "text", text })),
      { type: "done", stopReason: "end", usage: ANSWER_USAGE, model: ANSWER.model },
    ]);
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

  it("gives the same answer wherever the network cuts it", { timeout: 60_000 }, async () => {
    const cuts = jointsOf(Buffer.from(whole()));
    expect(cuts.length).toBeGreaterThan(20);
    const one = async (at: number) => {
      const { events, text, error } = await collect(play({ body: whole(), cutAt: [at] }).provider);
      expect({ at, text, error, last: events.at(-1)?.type }).toEqual({
        at,
        text: ANSWER_TEXT,
        error: null,
        last: "done",
      });
    };
    for (let from = 0; from < cuts.length; from += 16) await Promise.all(cuts.slice(from, from + 16).map(one));
  });

  it("gives the same answer one byte at a time", { timeout: 30_000 }, async () => {
    const cutAt = Array.from({ length: Buffer.byteLength(whole()) }, (_, index) => index);
    const { events, text } = await collect(play({ body: whole(), cutAt }).provider);
    expect(text).toBe(ANSWER_TEXT);
    expect(events.at(-1)).toMatchObject({ type: "done", usage: ANSWER_USAGE });
  });

  it.each(protocol.stopReasons)("reads the stop reason %s as %s", async (native, ours) => {
    const { events } = await collect(play({ body: protocol.frames(native).join("") }).provider);
    expect(events.at(-1)).toMatchObject({ type: "done", stopReason: ours });
  });

  it("estimates the usage where none is reported, and says so", async () => {
    const { events } = await collect(play({ body: protocol.withoutUsage.join("") }).provider);
    const usage = { ...ANSWER_USAGE, inputTokens: 7, outputTokens: Math.ceil(ANSWER_TEXT.length / 4), estimated: true };
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
    expectFault(error, reason);
    expect(ANSWER_TEXT.startsWith(text)).toBe(true);
  });

  it.each(["end", "destroy"] as const)("takes no stream for whole that lacks its final event (%s)", async (ending) => {
    const frames = protocol.frames();
    const enough = frames.length - protocol.optionalFrames;
    for (let count = 0; count < enough; count++) {
      const { error, events } = await collect(play({ body: frames.slice(0, count).join(""), ending }).provider);
      expect(events.every((event) => event.type === "text")).toBe(true);
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
      expect(event.type).toBe("text");
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
  it("leaves the key's header to the SDK where it talks to Anthropic itself", async () => {
    const { createAnthropicProvider } = await import("../../../worker/llm/anthropic.ts");
    const seen: Request[] = [];
    const send: Fetch = async (input, init) => {
      seen.push(new Request(input, init));
      return new Response(anthropicProtocol.frames().join(""), { headers: { "content-type": "text/event-stream" } });
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
