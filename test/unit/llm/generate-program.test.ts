import { describe, expect, it } from "vitest";
import { GENERATION_BOUNDS, type GenerationEvent, generateProgram } from "../../../worker/llm/generate-program.ts";
import {
  ModelError,
  type ModelEvent,
  type ModelRequest,
  type ModelUsage,
  type Provider,
} from "../../../worker/llm/provider.ts";

const USAGE: ModelUsage = {
  inputTokens: 10,
  outputTokens: 5,
  thinkingTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  estimated: false,
};

function text(...texts: string[]): ModelEvent[] {
  return texts.map((part) => ({ type: "text", text: part }));
}

function done(stopReason: Extract<ModelEvent, { type: "done" }>["stopReason"] = "end"): ModelEvent {
  return { type: "done", stopReason, usage: USAGE, model: "model-1" };
}

/** A provider that says what it is given, and keeps what it was asked. */
function saying(...events: ModelEvent[]) {
  const asked: ModelRequest[] = [];
  let closed = false;
  const provider: Provider = {
    name: "anthropic",
    defaultModel: "model-0",
    async *stream(request) {
      asked.push(request);
      try {
        yield* events;
      } finally {
        closed = true;
      }
    },
  };
  return { provider, asked, isClosed: () => closed };
}

interface Options {
  description?: string;
  language?: "typescript" | "javascript";
  current?: string;
}

async function generate(provider: Provider, options: Options = {}) {
  const events: GenerationEvent[] = [];
  const signal = new AbortController().signal;
  const request = { provider, description: "say hello", language: "typescript" as const, signal, ...options };
  try {
    for await (const event of generateProgram(request)) events.push(event);
    return { events, error: null };
  } catch (error) {
    return { events, error: error as ModelError };
  }
}

describe("generateProgram", () => {
  it("streams the program without its fence and ends with the whole", async () => {
    const { provider } = saying(...text("Sure:\n``", "`ts\ncon", "st a = 1;\nconst ", "b = 2;\n``", "`\nBye."), done());
    const { events } = await generate(provider);
    const program = "const a = 1;\nconst b = 2;\n";
    expect(events.at(-1)).toEqual({
      type: "done",
      retries: [],
      cost: { micros: null, price: null },
      program,
      usage: USAGE,
      model: "model-1",
      provider: "anthropic",
      isMock: false,
    });
    const texts = events.filter((event) => event.type === "text").map((event) => event.text);
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.join("")).toBe(program);
  });

  it("hands out an answer without a fence at its end", async () => {
    const { events } = await generate(saying(...text("const a ", "= 1;"), done()).provider);
    expect(events).toMatchObject([
      { type: "text", text: "const a = 1;\n" },
      { type: "done", program: "const a = 1;\n" },
    ]);
  });

  it("tells the model about the sandbox and passes the task on", async () => {
    const { provider, asked } = saying(...text("```\nx\n```"), done());
    await generate(provider, { description: "  count things  ", language: "javascript", current: "let old = 1;" });
    const [request] = asked;
    expect(request?.model).toBe("model-0");
    expect(request?.maxTokens).toBe(GENERATION_BOUNDS.answerTokens);
    for (const part of ["JavaScript", 'from "runyard"', "readTextFile", "export default", "no network"]) {
      expect(request?.system).toContain(part);
    }
    expect(request?.messages).toHaveLength(1);
    expect(request?.messages[0]?.text).toContain("<task>\ncount things\n</task>");
    expect(request?.messages[0]?.text).toContain("<current_program>\nlet old = 1;\n</current_program>");
  });

  it.each([
    ["no description", { description: " \n" }, "Describe"],
    ["a long description", { description: "x".repeat(4_001) }, "4001 characters; at most 4000"],
    ["a long current program", { current: "x".repeat(GENERATION_BOUNDS.currentChars + 1) }, "current program"],
  ])("asks no model with %s", async (_, options, sentence) => {
    const { provider, asked } = saying(done());
    const { error } = await generate(provider, options);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ reason: "bad-request", retryable: false });
    expect(error?.message).toContain(sentence);
    expect(asked).toEqual([]);
  });

  it("takes a description of the longest length", async () => {
    const { provider } = saying(...text("```\nx\n```"), done());
    expect((await generate(provider, { description: "x".repeat(4_000) })).error).toBeNull();
  });

  it.each([
    ["an empty answer", [done()], "without a program"],
    ["an empty block", [...text("Sorry.\n```ts\n\n```\n"), done()], "without a program"],
    ["a refusal", [...text("I cannot do that."), done("refusal")], "declined"],
    ["an answer cut at its limit", [...text("```ts\nlet a"), done("max-tokens")], "smaller program"],
  ])("fails on %s, and says what it cost", async (_, events, sentence) => {
    const { error } = await generate(saying(...events).provider);
    expect(error).toMatchObject({ name: "ModelError", reason: "bad-request", usage: USAGE });
    expect(error?.message).toContain(sentence);
  });

  it("stops a model that does not stop, and closes its stream", async () => {
    const endless = Array.from({ length: 300 }, () => text("x".repeat(1_000))).flat();
    const { provider, isClosed } = saying(...text("```ts\n"), ...endless, done());
    const { events, error } = await generate(provider);
    expect(error).toMatchObject({ reason: "bad-request" });
    expect(events.every((event) => event.type === "text")).toBe(true);
    expect(isClosed()).toBe(true);
  });

  it("passes a provider's fault on as it is", async () => {
    const fault = new ModelError("rate-limited", "Slow down.", { retryAfterMs: 5 });
    const provider: Provider = {
      name: "openai",
      defaultModel: "m",
      async *stream() {
        yield* text("```ts\nlet a;\n");
        throw fault;
      },
    };
    const { events, error } = await generate(provider);
    expect(error).toBe(fault);
    expect(events).toEqual([{ type: "text", text: "let a;\n" }]);
  });
});
