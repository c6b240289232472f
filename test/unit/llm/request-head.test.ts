import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { RequestHeads, type SdkFetch } from "../../../worker/llm/request-head.ts";

const HEAD = { url: "https://api.example.com/v1", headers: { authorization: "Bearer stand-in" } };
const sends = (fetch: SdkFetch) => fetch(HEAD.url, { headers: HEAD.headers });

describe("the head of a request", () => {
  it("is asked for once for each key, and read as the SDK wrote it", async () => {
    const heads = new RequestHeads();
    let asked = 0;
    const call = (fetch: SdkFetch) => {
      asked++;
      return sends(fetch);
    };
    expect(await heads.get("a", call)).toEqual(HEAD);
    expect(await heads.get("a", call)).toEqual(HEAD);
    expect(asked).toBe(1);
    await heads.get("b", call);
    expect(asked).toBe(2);
  });

  it("forgets the oldest of many, and asks for it again", async () => {
    const heads = new RequestHeads();
    const asked: string[] = [];
    const get = (key: string) =>
      heads.get(key, (fetch) => {
        asked.push(key);
        return sends(fetch);
      });
    for (let at = 0; at <= 100; at++) await get(String(at));
    await get("100");
    await get("0");
    expect(asked.slice(-2)).toEqual(["100", "0"]);
  });

  it("remembers nothing of an SDK that fails or sends nothing", async () => {
    const heads = new RequestHeads();
    await expect(heads.get("a", () => Promise.reject(new Error("no key")))).rejects.toThrow("no key");
    await expect(heads.get("a", async () => undefined)).rejects.toThrow("sent nothing");
    expect(await heads.get("a", sends)).toEqual(HEAD);
  });

  // What is asked for once, with an empty body, has to be right for every body that is sent with it.
  const tools = [{ name: "t", description: "d", input_schema: { type: "object" as const } }];
  const text = "x".repeat(100_000);
  it.each([
    [
      "Anthropic's messages",
      (fetch: SdkFetch, isRich: boolean) =>
        new Anthropic({ apiKey: "k", fetch, maxRetries: 0 }).messages
          .create({
            ...(isRich
              ? { model: "m", system: text, messages: [{ role: "user", content: text }], tools, max_tokens: 64_000 }
              : { model: "", messages: [], max_tokens: 1 }),
            ...(isRich ? { thinking: { type: "enabled" as const, budget_tokens: 2_048 } } : {}),
            stream: true,
          })
          .asResponse(),
    ],
    [
      "OpenAI's responses",
      (fetch: SdkFetch, isRich: boolean) =>
        new OpenAI({ apiKey: "k", fetch, maxRetries: 0 }).responses
          .create({
            ...(isRich
              ? { model: "m", instructions: text, input: [{ role: "user", content: text }], store: false }
              : { model: "", input: [] }),
            ...(isRich ? { include: ["reasoning.encrypted_content" as const], max_output_tokens: 64_000 } : {}),
            stream: true,
          })
          .asResponse(),
    ],
    [
      "OpenAI's chat completions",
      (fetch: SdkFetch, isRich: boolean) =>
        new OpenAI({ apiKey: "k", fetch, maxRetries: 0 }).chat.completions
          .create({
            ...(isRich
              ? { model: "m", messages: [{ role: "user", content: text }], max_tokens: 64_000, temperature: 1 }
              : { model: "", messages: [] }),
            ...(isRich ? { stream_options: { include_usage: true }, reasoning_effort: "high" as const } : {}),
            stream: true,
          })
          .asResponse(),
    ],
  ])("does not depend on the body: %s", async (_, create) => {
    const heads = new RequestHeads();
    const empty = await heads.get("empty", (fetch) => create(fetch, false));
    const rich = await heads.get("rich", (fetch) => create(fetch, true));
    expect(rich).toEqual(empty);
    expect(rich.headers["content-type"]).toBe("application/json");
  });
});
