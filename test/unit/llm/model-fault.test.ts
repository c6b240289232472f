import { describe, expect, it } from "vitest";
import { faultOf, retryAfterOf, sentenceOf } from "../../../worker/llm/model-fault.ts";
import { MODEL_ERROR_REASONS } from "../../../worker/llm/provider.ts";

const NOW = Date.UTC(2026, 10, 21, 10, 0, 0);

describe("retryAfterOf", () => {
  it.each([
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "12" }, 12_000],
    [{ "retry-after": "1.5" }, 1_500],
    [{ "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT" }, 30_000],
    [{ "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" }, 0],
    [{ "retry-after": "99999999" }, 86_400_000],
    [{ "retry-after": "soon" }, null],
    [{ "retry-after": "" }, null],
    [{ "retry-after-ms": "250", "retry-after": "1" }, 250],
    [{ "retry-after-ms": "soon", "retry-after": "1" }, 1_000],
    [{}, null],
  ])("reads %j as %s", (headers, expected) => {
    expect(retryAfterOf(new Headers(headers as Record<string, string>), NOW)).toBe(expected);
  });
});

describe("faultOf", () => {
  it("has a sentence for every reason", () => {
    for (const reason of MODEL_ERROR_REASONS) expect(sentenceOf(reason, "Anthropic")).toMatch(/^[A-Z].*\.$/);
  });

  it("keeps of a cause its names and codes, and never what it says", () => {
    const refused = Object.assign(new Error("connect to 10.0.0.1 with sk-secret"), { code: "ECONNREFUSED" });
    const cause = new TypeError("bad header value sk-secret", { cause: refused });
    expect(faultOf("unreachable", "OpenAI", cause).cause).toBe("TypeError <- Error ECONNREFUSED");
    const odd = Object.assign(new Error("x"), { name: "sk-secret 1", code: "sk-secret" });
    expect(faultOf("unreachable", "OpenAI", odd).cause).toBe("Error");
    expect(faultOf("unreachable", "OpenAI", "sk-secret").cause).toBeUndefined();
  });
});
