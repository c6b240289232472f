/** The same engine where the runtime cannot suspend WebAssembly: a guest runs through each turn, and limits still end it. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Limits } from "../../../worker/domain/program.ts";
import { createJavaScriptEngine } from "../../../worker/sandbox/javascript/engine.ts";
import { canSuspend } from "../../../worker/sandbox/javascript/imports.ts";
import { frozenClock, harness, realClock } from "../../sandbox/harness.ts";

const FILE = new URL("../../../worker/sandbox/javascript/generated/quickjs.wasm", import.meta.url);
const HIDDEN = ["Suspending", "promising"];
const found = HIDDEN.map((name) => [name, Object.getOwnPropertyDescriptor(WebAssembly, name)] as const);

beforeAll(() => {
  for (const name of HIDDEN) Reflect.deleteProperty(WebAssembly, name);
});
afterAll(() => {
  for (const [name, property] of found) if (property) Object.defineProperty(WebAssembly, name, property);
});

async function run(
  code: string,
  limits: Partial<Limits> = {},
  clock = realClock,
  signal = new AbortController().signal,
) {
  const engine = createJavaScriptEngine(new WebAssembly.Module(readFileSync(FILE)));
  return harness(engine, { language: "javascript", timeoutMs: 30_000 }).run(code, { limits, clock, signal });
}

describe("without suspension", () => {
  it("programs run, wait and print", async () => {
    expect(canSuspend()).toBe(false);
    const code =
      "for (let i = 0; i < 3000; i++) console.log('a line of text'); await new Promise((f) => setTimeout(f, 5)); 7";
    const { outcome, stdout } = await run(code);
    expect(outcome).toEqual({ kind: "completed", result: 7 });
    expect(stdout).toBe("a line of text\n".repeat(3_000));
  });

  it.each([
    ["time", "for (;;);", { timeoutMs: 60 }, realClock],
    [
      "time",
      "const s = 'a'.repeat(1e6) + 'b', t = 'a'.repeat(2e6); for (;;) t.indexOf(s);",
      { timeoutMs: 60 },
      realClock,
    ],
    ["time", "for (;;) { try { while (true) {} } finally { for (;;); } }", { timeoutMs: 60 }, realClock],
    ["fuel", "for (;;);", { fuel: 20_000_000 }, frozenClock],
    ["memory", "const a = []; for (;;) a.push({});", { memoryBytes: 16 * 2 ** 20 }, realClock],
    ["output", "for (;;) console.log('x');", { outputBytes: 10_000 }, realClock],
  ] as const)("the limit of %s ends %s", async (limit, code, limits, clock) => {
    const { outcome } = await run(code, limits, clock);
    expect(outcome).toMatchObject({ kind: "limit", limit });
  });

  it("the guest's clock moves while it waits for it", async () => {
    const { outcome } = await run(
      "const start = Date.now(); while (Date.now() < start + 30); Date.now() - start >= 30",
    );
    expect(outcome).toEqual({ kind: "completed", result: true });
  });

  it("fuel is what it is with suspension: the same in every run", async () => {
    const work = "let s = 0; for (let i = 0; i < 50000; i++) s += JSON.stringify([i]).length; s";
    const [a, b] = [await run(work), await run(work, {}, frozenClock)];
    expect(a.usage.fuel).toBe(b.usage.fuel);
  });

  it("a run is cancelled between its turns", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const { outcome } = await run("setInterval(() => {}, 5)", {}, realClock, controller.signal);
    expect(outcome).toEqual({ kind: "cancelled" });
  });
});
