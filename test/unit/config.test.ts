import { describe, expect, it } from "vitest";
import { readConfig } from "../../worker/config.ts";

describe("readConfig", () => {
  it("takes a variable that is empty for one that is not set", () => {
    expect(readConfig({ LOG_LEVEL: "", RUNYARD_FETCH_ORIGINS: "", RUNYARD_WEBHOOK_RETRY_SECONDS: "" })).toEqual(
      readConfig({}),
    );
    expect(readConfig({})).toMatchObject({
      logLevel: "info",
      logFormat: "json",
      allowance: { fetch: [] },
      secretsKeys: [],
      webhooks: { allowsPrivateReceivers: false, timeoutMs: 15_000 },
    });
  });

  it("reads lists and numbers", () => {
    const config = readConfig({
      RUNYARD_FETCH_ORIGINS: "https://a.example, http://127.0.0.1:99",
      RUNYARD_SANDBOX_MEMORY_MIB: "1024",
      RUNYARD_WEBHOOK_RETRY_SECONDS: "0.1, 5",
      RUNYARD_WEBHOOK_TIMEOUT_SECONDS: "0.5",
      RUNYARD_WEBHOOK_PRIVATE_RECEIVERS: "allow",
    });
    expect(config.allowance.fetch).toEqual(["https://a.example", "http://127.0.0.1:99"]);
    expect(config.sandboxMemoryBytes).toBe(2 ** 30);
    expect(config.webhooks).toEqual({ allowsPrivateReceivers: true, retryDelaysMs: [100, 5_000], timeoutMs: 500 });
  });

  it("waits for some three days with webhooks before it gives up", () => {
    const hours = readConfig({}).webhooks.retryDelaysMs.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
    expect(hours).toBeCloseTo(75.6, 1);
  });

  it("reads prices of the operator's own server, and refuses them where those of the provider are known", () => {
    const prices = '[{"model":"llama3.3","input":0.15,"output":"0.6"}]';
    const own = { OPENAI_BASE_URL: "http://127.0.0.1:1/v1", RUNYARD_MODEL_PRICES: prices };
    expect(readConfig(own).provider?.prices).toEqual([
      { model: "llama3.3", input: 150_000, output: 600_000, cachedInput: 150_000 },
    ]);
    for (const known of [{ RUNYARD_MODEL_PRICES: prices }, { ...own, ANTHROPIC_API_KEY: "sk-canary" }])
      expect(() => readConfig(known)).toThrow(/RUNYARD_MODEL_PRICES can be set for OpenAI-compatible servers alone/);
  });

  it.each([
    ["RUNYARD_MODEL_PRICES", "canary", "must be JSON, such as"],
    ["RUNYARD_MODEL_PRICES", '{"model":"canary"}', "must be a list of prices"],
    ["RUNYARD_MODEL_PRICES", '[{"model":"canary","input":-1,"output":1}]', "0 input must be 0 or more"],
    ["RUNYARD_FETCH_ORIGINS", "https://a.example/path", "must be an origin"],
    ["RUNYARD_SANDBOX_MEMORY_MIB", "95", "must be a whole number of MiB, 96 or more"],
    ["RUNYARD_SANDBOX_MEMORY_MIB", "canary", "must be a number"],
    ["RUNYARD_SECRETS_KEY", "canary", "openssl rand -base64 32"],
    ["RUNYARD_SECRETS_KEYS_OPENING", "canary", "with commas between them"],
    ["RUNYARD_WEBHOOK_RETRY_SECONDS", "5,canary", "numbers of seconds"],
    ["RUNYARD_WEBHOOK_RETRY_SECONDS", "5,,5", "numbers of seconds"],
    ["RUNYARD_WEBHOOK_RETRY_SECONDS", "-1", "numbers of seconds"],
    ["RUNYARD_WEBHOOK_RETRY_SECONDS", "9".repeat(9), "a week at most"],
    ["RUNYARD_WEBHOOK_TIMEOUT_SECONDS", "31", "must be 30 or less"],
    ["RUNYARD_PROVIDER_PRIVATE_HOSTS", "canary", "must be allow or refuse"],
    ["RUNYARD_WEBHOOK_PRIVATE_RECEIVERS", "canary", "must be allow or refuse"],
  ])("refuses %s=%s by its name and never by its value", (name, value, problem) => {
    let message = "";
    try {
      readConfig({ [name]: value, LOG_LEVEL: "loud" });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain("LOG_LEVEL must be");
    expect(message).toContain(`${name} `);
    expect(message).toContain(problem);
    expect(message).not.toContain("canary");
  });
});
