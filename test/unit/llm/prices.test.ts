import { readFileSync } from "node:fs";
import { calcPrice, findProvider } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { handPricesSchema } from "../../../worker/domain/hand-price.ts";
import {
  costMicros,
  isPriced,
  PRICE_LIBRARY,
  pricedModels,
  priceOf,
  priceSetByHand,
  worstCaseMicros,
} from "../../../worker/llm/prices.ts";
import type { ModelUsage } from "../../../worker/llm/provider.ts";

const NOW = Date.UTC(2026, 10, 27);
const usage = (parts: Partial<ModelUsage>): ModelUsage => ({
  ...{ inputTokens: 0, outputTokens: 0, thinkingTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, estimated: false },
  ...parts,
});

describe("priceOf", () => {
  it("names the version of the library that is installed", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(PRICE_LIBRARY).toBe(`@pydantic/genai-prices ${dependencies["@pydantic/genai-prices"]}`);
  });

  it("knows nothing of models that are not listed, of what is not sold by tokens, and of servers that are anybody's", () => {
    expect(priceOf("anthropic", "no-such-model", NOW)).toBeNull();
    expect(priceOf("openai", "whisper-1", NOW)).toBeNull();
    expect(priceOf("openai-compatible", "gpt-5.5", NOW)).toBeNull();
  });

  it("has a price of nothing for the mock", () => {
    const price = priceOf("mock", "mock-1", NOW)!;
    expect(costMicros(usage({ inputTokens: 1e6, outputTokens: 1e6 }), price)).toBe(0);
  });

  it("says which models it prices, and takes their releases for theirs", () => {
    const models = pricedModels("anthropic", NOW);
    expect(models).toContain("claude-haiku-4-5");
    for (const model of [...models, "claude-haiku-4-5-20251001"]) expect(isPriced("anthropic", model, NOW)).toBe(true);
    expect(pricedModels("openai", NOW)).toContain("gpt-5-nano");
    expect(isPriced("anthropic", "gpt-5-nano", NOW)).toBe(false);
    for (const provider of ["mock", "openai-compatible"] as const) {
      expect(pricedModels(provider, NOW)).toEqual([]);
      expect(isPriced(provider, "gpt-5-nano", NOW)).toBe(false);
    }
  });

  it("takes the price of the instant", () => {
    const call = usage({ inputTokens: 1_000_000, outputTokens: 0 });
    expect(costMicros(call, priceOf("openai", "o3", Date.UTC(2025, 4, 1))!)).toBe(10_000_000);
    expect(costMicros(call, priceOf("openai", "o3", NOW)!)).toBe(2_000_000);
  });

  it("survives JSON", () => {
    const price = priceOf("anthropic", "claude-sonnet-4-5", NOW);
    expect(JSON.parse(JSON.stringify(price))).toEqual(price);
  });
});

describe("costMicros", () => {
  it("prices cached tokens as what they are, and all of a long call by its tier", () => {
    const price = priceOf("anthropic", "claude-sonnet-4-5", NOW)!;
    const call = { inputTokens: 100_000, cacheReadTokens: 60_000, cacheWriteTokens: 30_000, outputTokens: 1_000 };
    // 10,000 at $3, 60,000 at $0.30, 30,000 at $3.75 and 1,000 at $15 a million.
    expect(costMicros(usage(call), price)).toBe(30_000 + 18_000 + 112_500 + 15_000);
    expect(costMicros(usage({ inputTokens: 200_000 }), price)).toBe(600_000);
    expect(costMicros(usage({ inputTokens: 200_001 }), price)).toBe(1_200_006);
  });

  it("rounds up to a whole micro-dollar", () => {
    const price = priceOf("openai", "gpt-5-nano", NOW)!;
    expect(costMicros(usage({ inputTokens: 1 }), price)).toBe(1);
  });

  it("agrees with the library on every model that both can price, and is never above the worst case", () => {
    const models = (["anthropic", "openai"] as const).flatMap((provider) =>
      findProvider({ providerId: provider })!.models.map(({ id }) => ({ provider, id })),
    );
    const priced = models.filter(({ provider, id }) => priceOf(provider, id, NOW) !== null);
    expect(priced.length).toBeGreaterThan(80);
    const tokens = fc.integer({ min: 0, max: 400_000 });
    fc.assert(
      fc.property(fc.constantFrom(...priced), tokens, tokens, tokens, tokens, ({ provider, id }, ...counts) => {
        const [fresh, cacheReadTokens, cacheWriteTokens, outputTokens] = counts;
        const call = usage({
          inputTokens: fresh + cacheReadTokens + cacheWriteTokens,
          ...{ cacheReadTokens, cacheWriteTokens, outputTokens },
        });
        const price = priceOf(provider, id, NOW)!;
        const told = calcPrice(
          {
            input_tokens: call.inputTokens,
            output_tokens: outputTokens,
            cache_read_tokens: cacheReadTokens,
            cache_write_tokens: cacheWriteTokens,
          },
          id,
          { providerId: provider, timestamp: new Date(NOW) },
        )!;
        const exact = told.total_price * 1e6;
        expect(costMicros(call, price)).toBeGreaterThanOrEqual(exact - 1e-3);
        expect(costMicros(call, price)).toBeLessThan(exact + 1 + 1e-3);
        expect(worstCaseMicros(price, call.inputTokens, outputTokens)).toBeGreaterThanOrEqual(costMicros(call, price));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is exact by a price that was set by hand, and never above the worst case, whatever is dearer", () => {
    const schema = handPricesSchema(z.string());
    // Any amount that may be typed, by its micro-dollars.
    const micros = fc.oneof(fc.integer({ min: 0, max: 1e10 }), fc.integer({ min: 0, max: 10 }));
    const typed = (amount: number) => (amount / 1e6).toFixed(6);
    const tokens = fc.integer({ min: 0, max: 400_000 });
    fc.assert(
      fc.property(
        fc.tuple(micros, micros, micros),
        fc.boolean(),
        fc.tuple(tokens, tokens, tokens, tokens),
        (...given) => {
          const [[input, output, cachedInput], isNumber, [fresh, cacheReadTokens, cacheWriteTokens, outputTokens]] =
            given;
          const amounts = { input: typed(input), output: typed(output), cachedInput: typed(cachedInput) };
          const sent = isNumber
            ? Object.fromEntries(Object.entries(amounts).map(([name, text]) => [name, Number(text)]))
            : amounts;
          const price = priceSetByHand(schema.parse([{ model: "m", ...sent }]), "m")!;
          const inputTokens = fresh + cacheReadTokens + cacheWriteTokens;
          const call = usage({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens });
          const parts = [(fresh + cacheWriteTokens) * input, cacheReadTokens * cachedInput, outputTokens * output];
          const sum = parts.reduce((total, part) => total + BigInt(part), 0n);
          expect(BigInt(costMicros(call, price))).toBe((sum + 999_999n) / 1_000_000n);
          expect(worstCaseMicros(price, inputTokens, outputTokens)).toBeGreaterThanOrEqual(costMicros(call, price));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("bounds what an absurd count comes to", () => {
    const price = priceOf("openai", "gpt-5.5", NOW)!;
    expect(costMicros(usage({ inputTokens: Number.MAX_SAFE_INTEGER }), price)).toBe(Number.MAX_SAFE_INTEGER);
  });
});
