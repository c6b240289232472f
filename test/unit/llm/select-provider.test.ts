import { describe, expect, it } from "vitest";
import { ANTHROPIC_DEFAULT_MODEL } from "../../../worker/llm/anthropic.ts";
import type { Connection } from "../../../worker/llm/connection.ts";
import { OPENAI_DEFAULT_MODEL } from "../../../worker/llm/openai.ts";
import { chooseProvider, createProvider, providerSettingProblems } from "../../../worker/llm/select-provider.ts";
import { frozenClock } from "./test-clock.ts";

const connection: Connection = { fetch: () => Promise.reject(new Error("closed")), clock: frozenClock };
const anthropicApiKey = "sk-ant-1";
const openaiApiKey = "sk-1";
const openaiBaseUrl = "http://localhost:11434/v1";

describe("chooseProvider", () => {
  it.each([
    [{}, null, null],
    [{ anthropicApiKey: "", openaiApiKey: "", openaiBaseUrl: "", model: "" }, null, null],
    [{ model: "m" }, null, null],
    [{ anthropicApiKey }, "anthropic", ANTHROPIC_DEFAULT_MODEL],
    [{ anthropicApiKey, openaiApiKey, openaiBaseUrl, model: "m" }, "anthropic", "m"],
    [{ openaiBaseUrl }, "openai-compatible", OPENAI_DEFAULT_MODEL],
    [{ openaiBaseUrl, openaiApiKey, model: "llama" }, "openai-compatible", "llama"],
    [{ openaiApiKey }, "openai", OPENAI_DEFAULT_MODEL],
    [{ openaiApiKey, model: "m" }, "openai", "m"],
    [{ openaiApiKey, openaiBaseUrl: "https://api.openai.com/v1" }, "openai", OPENAI_DEFAULT_MODEL],
    [{ anthropicBaseUrl: "https://gateway.example" }, null, null],
  ])("chooses for %j the provider %s", (settings, name, model) => {
    const choice = chooseProvider(settings);
    const provider = choice && createProvider(choice, connection);
    expect([provider?.name ?? null, provider?.defaultModel ?? null]).toEqual([name, model]);
  });

  it("refuses settings that were not checked", () => {
    expect(() => chooseProvider({ openaiBaseUrl: "ftp://x" })).toThrow(
      "openaiBaseUrl must start with https:// or http://",
    );
  });
});

describe("providerSettingProblems", () => {
  it("finds nothing wrong with what is well formed or absent", () => {
    const settings = {
      anthropicApiKey,
      anthropicBaseUrl: "https://gateway.example/anthropic/",
      openaiApiKey,
      openaiBaseUrl,
    };
    expect(providerSettingProblems({ ...settings, model: "org/model-1:free" })).toEqual([]);
    expect(providerSettingProblems({})).toEqual([]);
  });

  it.each([
    ["localhost:8080", "must start with"],
    ["not a url", "is not a URL"],
    ["ftp://example.com", "must start with"],
    ["file:///etc/passwd", "must start with"],
    ["javascript:alert(1)", "must start with"],
    ["https://user:hunter2@example.com", "must not contain a user name or password"],
    ["https://hunter2@example.com", "must not contain a user name or password"],
    ["https://example.com/v1?key=hunter2", "must not contain a query"],
    ["https://example.com/v1#hunter2", "must not contain a query"],
    [`https://example.com/${"x".repeat(3_000)}`, "is longer than"],
  ])("explains what is wrong with the address %j", (openaiBaseUrl, sentence) => {
    const [found] = providerSettingProblems({ openaiBaseUrl });
    expect(found?.setting).toBe("openaiBaseUrl");
    expect(found?.problem).toContain(sentence);
    expect(found?.problem).not.toContain("hunter2");
  });

  it("reports every problem at once and repeats no value", () => {
    const found = providerSettingProblems({
      anthropicApiKey: "hunter2\n",
      anthropicBaseUrl: "?",
      openaiApiKey: "hünter2",
      model: "a b",
    });
    expect(found.map(({ setting }) => setting)).toEqual([
      "anthropicApiKey",
      "anthropicBaseUrl",
      "openaiApiKey",
      "model",
    ]);
    expect(JSON.stringify(found)).not.toMatch(/h.nter2/);
  });
});
