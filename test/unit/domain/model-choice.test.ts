import { describe, expect, it } from "vitest";
import {
  askedKeys,
  type ModelKey,
  nameableModels,
  namedModel,
  offeredModels,
  reviewerOf,
} from "../../../worker/domain/model-choice.ts";

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
    expect(names(askedKeys([own, second, gpt, local]))).toEqual(["own", "local", "gpt"]);
    expect(askedKeys([])).toEqual([]);
  });

  it("begin with the one that is named, and are never more than can be waited for", () => {
    expect(names(askedKeys([own, second, gpt, local], second))).toEqual(["second", "own", "local", "gpt"]);
    expect(names(askedKeys([own, second, gpt, local], gpt))).toEqual(["gpt", "own", "local"]);
    const third = key("third", "other", "other", 3);
    expect(names(askedKeys([own, second, gpt, local, third], second))).toEqual(["second", "own", "local", "gpt"]);
  });
});

describe("a model's name", () => {
  const spare = key("spare", "openai", "gpt", 1);
  const odd = key("openai", "llama", "openai/oss", null);
  const CATALOGUE: Readonly<Record<string, readonly string[]>> = { anthropic: ["haiku", "opus"], openai: ["gpt-nano"] };
  const known = ({ provider }: ModelKey) => CATALOGUE[provider] ?? [];
  const meant = (keys: readonly ModelKey[], name: string) => {
    const named = namedModel(keys, name, (each, model) => known(each).includes(model));
    return named && `${named.key.name}: ${named.model}`;
  };

  it("means the key that was saved with it: of several the one in use, then in the order of fallbacks", () => {
    expect(meant([own, second, gpt, local], "opus")).toBe("second: opus");
    expect(meant([gpt, spare], "gpt")).toBe("gpt: gpt");
    expect(meant([own, gpt, spare], "gpt")).toBe("spare: gpt");
    expect(meant([own, gpt, odd], "openai/oss")).toBe("openai: openai/oss");
  });

  it("may have the name of a key or of a provider in front", () => {
    expect(meant([own, gpt, spare], "gpt/gpt")).toBe("gpt: gpt");
    expect(meant([own, gpt, spare], "gpt/gpt-nano")).toBe("gpt: gpt-nano");
    expect(meant([own, gpt, spare], "openai/gpt")).toBe("spare: gpt");
    expect(meant([own, gpt, odd], "openai/gpt")).toBe("gpt: gpt");
    expect(meant([own, local], "local/llama")).toBe("local: llama");
  });

  it("means a key whose provider is known to have it, where no key was saved with it", () => {
    expect(meant([local, gpt, second], "haiku")).toBe("second: haiku");
    expect(meant([local, gpt, spare], "gpt-nano")).toBe("spare: gpt-nano");
  });

  it("means nothing otherwise", () => {
    for (const name of ["sonnet-9", "gpt", "llama/haiku", "own/gpt-nano", "own/", "/opus", "local/gpt", ""]) {
      expect(meant([own, local], name)).toBeNull();
    }
  });

  it("is listed for each model once, and means what it is listed for", () => {
    const keys = [own, second, gpt, spare, odd];
    const listed = nameableModels(keys, known);
    expect(listed.map(({ name }) => name)).toEqual([
      ...["sonnet", "gpt", "gpt/gpt", "opus", "openai/oss", "haiku", "gpt-nano"],
    ]);
    for (const { name, key: of, model } of listed) expect(meant(keys, name)).toBe(`${of.name}: ${model}`);
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
    expect(reviewerOf([own, second, gpt, local])).toBe("llama");
    expect(reviewerOf([own, second, key("gpt", "openai", "gpt")])).toBe("gpt");
    expect(reviewerOf([own, second, gpt, local], local)).toBe("gpt");
  });

  it("is named so that its own key is asked, also where the writer's model has the same name", () => {
    const shared = [key("main", "openai", "gpt"), key("lab", "llama", "gpt")];
    const name = reviewerOf(shared)!;
    expect([name, namedModel(shared, name, () => false)?.key.name]).toEqual(["lab/gpt", "lab"]);
  });

  it("is the same one where there is no other provider", () => {
    expect(reviewerOf([own, second])).toBeNull();
    expect(reviewerOf([])).toBeNull();
  });
});
