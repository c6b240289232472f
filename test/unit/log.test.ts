import { DrizzleQueryError } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../worker/log.ts";

const CANARY = "canary-4f1c";

afterEach(() => {
  vi.restoreAllMocks();
});

function logged(error: unknown): string {
  const lines: string[] = [];
  vi.spyOn(console, "error").mockImplementation((line: string) => void lines.push(line));
  for (const format of ["human", "json"] as const) createLogger("info", format).error("failed", { error });
  return lines.join("\n");
}

describe("an error in the log", () => {
  it("tells what failed and where", () => {
    const text = logged(new RangeError("too far"));
    expect(text).toContain("RangeError: too far");
    expect(text).toContain("log.test.ts");
  });

  it("never holds the parameters of a query, which may be a program, its input or a hash", () => {
    const error = new DrizzleQueryError(
      "insert into run_files values (?)",
      [CANARY],
      new Error("D1_ERROR: no such table"),
    );
    const text = logged(error);
    expect(text).toContain("no such table");
    expect(text).not.toContain(CANARY);
  });
});
