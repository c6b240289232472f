import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { type GenerationEvent, generateProgram } from "../../../worker/llm/generate-program.ts";
import { createMockFetch, createMockProvider, MOCK_MODEL } from "../../../worker/llm/mock.ts";
import { MOCK_FAILURES } from "../../../worker/llm/mock-failures.ts";
import type {
  ModelError,
  ModelErrorReason,
  ModelEvent,
  ModelRequest,
  ToolChoice,
} from "../../../worker/llm/provider.ts";
import { fastClock, frozenClock } from "./test-clock.ts";

const signal = new AbortController().signal;

async function ask(text: string, clock = frozenClock, more: Partial<ModelRequest> = {}) {
  const events: ModelEvent[] = [];
  const provider = createMockProvider({ clock });
  const request = {
    model: MOCK_MODEL,
    system: "s",
    messages: [{ role: "user", text }] as const,
    maxTokens: 100,
    signal,
    ...more,
  };
  try {
    for await (const event of provider.stream(request)) events.push(event);
    return { events, text: textOf(events), error: null };
  } catch (error) {
    return { events, text: textOf(events), error: error as ModelError };
  }
}

function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === "text" ? event.text : "")).join("");
}

describe("mock provider", () => {
  it("streams an honest answer through the real SDK, with an estimated usage", async () => {
    const { events, text } = await ask("What is the capital of France?");
    expect(text).toContain("written by the mock provider, and no model was called");
    expect(text).toContain("> What is the capital of France?");
    expect(events.length).toBeGreaterThan(10);
    expect(events.at(-1)).toEqual({
      type: "done",
      stopReason: "end",
      model: MOCK_MODEL,
      usage: {
        inputTokens: Math.ceil(31 / 4),
        outputTokens: Math.ceil(text.length / 4),
        thinkingTokens: 0,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        estimated: true,
      },
    });
  });

  it("gives the same bytes for the same prompt", async () => {
    const send = createMockFetch({ clock: frozenClock });
    const init = {
      method: "POST",
      body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hi" }] }),
    };
    const bodies = [1, 2].map(async () => (await send("http://mock.invalid/v1/chat/completions", init)).text());
    expect(await bodies[0]).toBe(await bodies[1]);
  });

  it("paces its answer through the clock", async () => {
    const clock = fastClock();
    const { events } = await ask("hi", clock);
    expect(clock.slept).toContain(250);
    expect(clock.slept.filter((ms) => ms === 12).length).toBeGreaterThanOrEqual(events.length - 1);
  });

  it("answers whole where no stream is asked for, and the official SDK understands it", async () => {
    const send = createMockFetch({ clock: frozenClock });
    const client = new OpenAI({ apiKey: "none", baseURL: "http://mock.invalid/v1", fetch: send, maxRetries: 0 });
    const answer = await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "hi" }] });
    expect(answer.choices[0]?.message.content).toContain("mock provider");
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  });

  it("refuses what is no chat completion as a server would", async () => {
    const send = createMockFetch({ clock: frozenClock });
    const url = "http://mock.invalid/v1/chat/completions";
    expect((await send("http://mock.invalid/v1/embeddings", { method: "POST", body: "{}" })).status).toBe(404);
    expect((await send(url)).status).toBe(404);
    for (const body of ["", "{", "{}", '{"model":"m","messages":[]}']) {
      const response = await send(url, { method: "POST", body });
      expect(response.status).toBe(400);
      expect(await response.json()).toHaveProperty("error.message");
    }
  });

  const FAILURES: Readonly<Record<string, ModelErrorReason>> = {
    "400": "bad-request",
    "401": "rejected-key",
    "402": "no-credit",
    "403": "no-permission",
    "no-credit": "no-credit",
    "429": "rate-limited",
    "503": "overloaded",
    "529": "overloaded",
    timeout: "timed-out",
    unreachable: "unreachable",
    cut: "cut-off",
    garbage: "cut-off",
    "stream-error": "overloaded",
  };

  it.each(Object.entries(FAILURES))("fails on mock:%s as %s", async (name, reason) => {
    const { error, text } = await ask(`please mock:${name} now`, fastClock());
    expect(error).toMatchObject({ name: "ModelError", reason, retryAfterMs: name === "429" ? 2_000 : null });
    expect(text !== "").toBe(["cut", "garbage", "stream-error"].includes(name));
  });

  it("ends otherwise on the names that are no errors", async () => {
    expect((await ask("mock:empty")).text).toBe("");
    expect((await ask("mock:max-tokens")).events.at(-1)).toMatchObject({ type: "done", stopReason: "max-tokens" });
    expect((await ask("mock:refusal")).events.at(-1)).toMatchObject({ type: "done", stopReason: "refusal" });
    expect((await ask("mock:unknown")).events.at(-1)).toMatchObject({ type: "done", stopReason: "end" });
    const tested = [...Object.keys(FAILURES), "empty", "malformed-call", "max-tokens", "refusal"];
    expect(tested.sort()).toEqual(Object.keys(MOCK_FAILURES).sort());
  });

  const properties = {
    path: { type: "string" },
    lines: { type: "array", items: { type: "integer" } },
    mode: { enum: ["r", "w"] },
    left: { type: "string" },
  };
  const schema = { type: "object", properties, required: ["path", "lines", "mode"] };
  const tools = [
    { name: "list_files", description: "Lists.", inputSchema: { type: "object" } },
    { name: "read_file", description: "Reads.", inputSchema: schema },
  ];

  it("calls a tool that the prompt names, with an input that fits its schema", async () => {
    const { events, text } = await ask("read_file the first 12 lines", fastClock(), { tools });
    const input = { path: "read_file the first 12 lines", lines: [12], mode: "r" };
    expect(text).toBe("");
    expect(events).toMatchObject([
      { type: "tool-call", id: "call_mock", name: "read_file", input },
      { type: "done", stopReason: "tool-use", usage: { estimated: true } },
    ]);
  });

  it("calls what it must, nothing that it may not, and answers when it has the result", async () => {
    const nameOf = async (prompt: string, toolChoice: ToolChoice) =>
      (await ask(prompt, frozenClock, { tools, toolChoice })).events.map((event) =>
        event.type === "tool-call" ? event.name : null,
      )[0];
    expect(await nameOf("hi", "auto")).toBeNull();
    expect(await nameOf("hi", "required")).toBe("list_files");
    expect(await nameOf("hi", { name: "read_file" })).toBe("read_file");
    expect(await nameOf("read_file", "none")).toBeNull();
    const messages = [
      { role: "user", text: "read_file" },
      { role: "assistant", parts: [{ type: "tool-call", id: "call_mock", name: "read_file", input: {} }] },
      { role: "user", parts: [{ type: "tool-result", id: "call_mock", text: "the contents" }] },
    ] as const;
    expect((await ask("", frozenClock, { tools, messages })).text).toContain("> the contents");
  });

  it("breaks off a tool's input on demand", async () => {
    const { events } = await ask("list_files mock:malformed-call", frozenClock, { tools });
    expect(events.map(({ type }) => type)).toEqual(["malformed-tool-call", "done"]);
  });

  it("says that it thinks nothing where it is asked to think", async () => {
    const { events } = await ask("hi", frozenClock, { thinkingTokens: 2_000 });
    expect(events[0]?.type).toBe("thinking");
    expect(events.at(-1)).toMatchObject({ usage: { thinkingTokens: expect.any(Number) } });
    expect(events.find(({ type }) => type === "thought")).toMatchObject({
      part: { signedBy: "mock", signature: null },
    });
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    const provider = createMockProvider({ clock: fastClock() });
    const request = {
      model: "m",
      system: "",
      messages: [{ role: "user", text: "hi" }] as const,
      maxTokens: 1,
      signal: controller.signal,
    };
    const reading = (async () => {
      for await (const _ of provider.stream(request)) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ reason: "aborted" });
  });

  it("generates a labelled program", async () => {
    const events: GenerationEvent[] = [];
    const provider = createMockProvider({ clock: frozenClock });
    const request = {
      provider,
      description: "Print the first 12 Fibonacci numbers",
      language: "typescript",
      signal,
    } as const;
    for await (const event of generateProgram(request)) events.push(event);
    const last = events.at(-1);
    if (last?.type !== "done") throw new Error("no program");
    expect(last).toMatchObject({ provider: "mock", isMock: true, model: MOCK_MODEL, usage: { estimated: true } });
    expect(last.program).toContain("fibonacci(12)");
    expect(last.program).toContain("written by the mock provider");
    expect(last.program).not.toContain("```");
    expect(events.length).toBeGreaterThan(20);
  });
});
