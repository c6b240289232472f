/** The adapter, the SDK and the mock together inside the Worker's own runtime: streams, aborts and lazy imports. */
import { describe, expect, it } from "vitest";
import { type GenerationEvent, generateProgram } from "../../../worker/llm/generate-program.ts";
import { createMockProvider } from "../../../worker/llm/mock.ts";

const clock = { now: () => Date.now(), sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) };
const provider = createMockProvider({ clock, pace: { firstPieceMs: 5, pieceMs: 0 } });

function generate(description: string, signal: AbortSignal = new AbortController().signal) {
  return generateProgram({ provider, description, language: "typescript", signal });
}

describe("mock provider in workerd", () => {
  it("streams a program piece by piece", async () => {
    const events: GenerationEvent[] = [];
    for await (const event of generate("fizzbuzz")) events.push(event);
    expect(events.length).toBeGreaterThan(20);
    const program = events.map((event) => (event.type === "text" ? event.text : "")).join("");
    expect(events.at(-1)).toMatchObject({ type: "done", program, isMock: true });
    expect(program).toContain("fizzBuzz");
  });

  it.each([
    ["mock:429", "rate-limited"],
    ["mock:no-credit", "no-credit"],
    ["mock:cut", "cut-off"],
    ["mock:unreachable", "unreachable"],
    ["mock:stream-error", "overloaded"],
  ])("fails on %s as %s", async (description, reason) => {
    const reading = (async () => {
      for await (const _ of generate(description));
    })();
    await expect(reading).rejects.toMatchObject({ name: "ModelError", reason });
  });

  it("stops in the middle of an answer and before one", async () => {
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of generate("sudoku", controller.signal)) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ reason: "aborted" });

    const waiting = new AbortController();
    setTimeout(() => waiting.abort(), 20);
    const silence = (async () => {
      for await (const _ of generate("mock:timeout", waiting.signal));
    })();
    await expect(silence).rejects.toMatchObject({ reason: "aborted" });
  });
});
