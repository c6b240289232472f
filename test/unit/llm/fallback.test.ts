/** Which provider is asked next where one cannot answer. */
import { describe, expect, it } from "vitest";
import { withFallback } from "../../../worker/llm/fallback.ts";
import { ModelError, type ModelErrorReason, type Provider, type ProviderName } from "../../../worker/llm/provider.ts";

const { signal } = new AbortController();
const REQUEST = { model: "m", system: "", messages: [], maxTokens: 1, signal };

/** Fails for the reason, and is noted when it is asked. */
function failing(name: ProviderName, key: string, reason: ModelErrorReason, asked: string[]): Provider {
  return {
    ...{ name, defaultModel: key },
    // biome-ignore lint/correctness/useYield: it fails before it says anything
    async *stream() {
      asked.push(key);
      throw new ModelError(reason, `${key} failed.`);
    },
  };
}

async function outcome(reason: ModelErrorReason, names: readonly [ProviderName, ...ProviderName[]]) {
  const asked: string[] = [];
  const [first, ...others] = names.map((name, at) => failing(name, `${name} ${at}`, reason, asked));
  const fallbacks: string[] = [];
  try {
    for await (const event of withFallback([first!, ...others]).stream(REQUEST))
      if (event.type === "fallback") fallbacks.push(`${event.to.provider}: ${event.reason}`);
  } catch (error) {
    return { asked, fallbacks, message: (error as ModelError).message };
  }
  throw new Error("it did not fail");
}

describe("a fallback", () => {
  it("passes over other keys of a provider whose limit of calls is used up: they share it", async () => {
    expect(await outcome("over-limit", ["openai", "openai", "anthropic", "openai"])).toEqual({
      asked: ["openai 0", "anthropic 2"],
      fallbacks: ["anthropic: over-limit"],
      message: "anthropic 2 failed.",
    });
    expect(await outcome("over-limit", ["openai", "openai"])).toMatchObject({ asked: ["openai 0"], fallbacks: [] });
  });

  it("asks them where the fault is the key's own", async () => {
    const { asked } = await outcome("no-credit", ["openai", "openai", "anthropic"]);
    expect(asked).toEqual(["openai 0", "openai 1", "anthropic 2"]);
  });
});
