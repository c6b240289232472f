import { describe, expect, it } from "vitest";
import { askedKeys, type ModelKey, offeredModels, reviewerOf } from "../../../worker/domain/model-choice.ts";

const key = (name: string, provider: string, model: string, fallbackPosition: number | null = null): ModelKey => ({
  ...{ name, provider, model, fallbackPosition, baseUrl: `https://${provider}.example` },
});
const own = key("own", "anthropic", "sonnet");
const second = key("second", "anthropic", "opus");
const gpt = key("gpt", "openai", "gpt", 2);
const local = key("local", "llama", "llama", 1);
const names = (keys: readonly ModelKey[]) => keys.map(({ name }) => name);

describe("the keys that are asked", () => {
  it("are the one in use and those that follow it, in their order", () => {
    expect(names(askedKeys([own, second, gpt, local], null))).toEqual(["own", "local", "gpt"]);
    expect(names(askedKeys([own, second, gpt, local], "a model that no key has"))).toEqual(["own", "local", "gpt"]);
    expect(askedKeys([], null)).toEqual([]);
  });

  it("begin with that of the named model, and are never more than can be waited for", () => {
    expect(names(askedKeys([own, second, gpt, local], "opus"))).toEqual(["second", "own", "local", "gpt"]);
    expect(names(askedKeys([own, second, gpt, local], "gpt"))).toEqual(["gpt", "own", "local"]);
    const third = key("third", "other", "other", 3);
    expect(names(askedKeys([own, second, gpt, local, third], "opus"))).toEqual(["second", "own", "local", "gpt"]);
  });
});

describe("the models that are offered", () => {
  it("are each key's own and then what it is good for besides, each once", () => {
    const besides = ({ provider }: ModelKey) => (provider === "anthropic" ? "haiku" : null);
    expect(offeredModels([own, second, gpt], besides)).toEqual([
      { model: "sonnet", keyName: "own", isMock: false },
      { model: "opus", keyName: "second", isMock: false },
      { model: "gpt", keyName: "gpt", isMock: false },
      { model: "haiku", keyName: "own", isMock: false },
    ]);
  });
});

describe("the model that reviews", () => {
  it("is another provider's, of those first that are asked next anyway", () => {
    expect(reviewerOf([own, second, gpt, local], null)).toBe("llama");
    expect(reviewerOf([own, second, key("gpt", "openai", "gpt")], null)).toBe("gpt");
    expect(reviewerOf([own, second, gpt, local], "llama")).toBe("gpt");
  });

  it("is the same one where there is no other provider", () => {
    expect(reviewerOf([own, second], null)).toBeNull();
    expect(reviewerOf([], null)).toBeNull();
  });
});
