import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { simulate } from "./simulation.ts";

const MINUTE_MS = 60_000;

/** As the commands of package.json run: in threads of its own, which share nothing with other tests. */
function run(script: string, ...options: readonly string[]): Promise<{ status: number | null; output: string }> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", path, ...options]);
  let output = "";
  const take = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (status) => resolve({ status, output }));
  });
}

async function expectSuccess(script: string, ...options: readonly string[]): Promise<string> {
  const { status, output } = await run(script, ...options);
  expect(status, output).toBe(0);
  return output;
}

describe("the objects in a simulated world", () => {
  it("unfold alike from the same seed", async () => {
    const [first, second] = [await simulate(7, { isTracing: true }), await simulate(7, { isTracing: true })];
    expect(first.trace.length).toBeGreaterThan(10);
    expect(second.trace).toEqual(first.trace);
  });

  it("keep their promises in 2,000 cases, and in all cases that ever failed", { timeout: 10 * MINUTE_MS }, async () => {
    expect(await expectSuccess("simulate.ts", "--seeds", "2000")).toContain("0 failures");
  });

  it("keep them in every order of a small scope", { timeout: 5 * MINUTE_MS }, async () => {
    const scope = ["--lanes", "1", "--runs", "1", "--crashes", "0"];
    expect(await expectSuccess("exhaustive.ts", ...scope)).toContain("complete");
  });

  it("let nothing past a budget's caps in 2,000 interleavings of 64 writers", { timeout: 5 * MINUTE_MS }, async () => {
    expect(await expectSuccess("budget.ts", "--cases", "2000")).toContain("0 failures");
  });

  it("keep what is promised of leave for calls ahead in 60 cases", { timeout: 5 * MINUTE_MS }, async () => {
    expect(await expectSuccess("simulate.ts", "--world", "leave", "--seeds", "60")).toContain("0 failures");
  });

  it("are seen to break them when a bug is planted", { timeout: 10 * MINUTE_MS }, async () => {
    expect(await expectSuccess("plant-mutants.ts", "--brief")).toContain(" 0 missed");
  });
});
