/** The gateway for clients of OpenAI in the product as it is started, over real sockets: its SDK, unmodified. */
import OpenAI from "openai";
import { describe, expect, inject, it } from "vitest";
import { ProductClient } from "../support/product/server-process.ts";

const product = new ProductClient(inject("product"));
const token = product.credentials.apiToken;
const client = new OpenAI({ apiKey: token, baseURL: `${product.url}/v1`, maxRetries: 0 });

function ask(content: string) {
  const messages = [{ role: "user" as const, content }];
  return client.chat.completions.create({
    model: "default",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
}

async function callsOf(prompt: string): Promise<string[]> {
  const send = async (path: string) => {
    const answer = await product.api(path);
    return (await answer.json()) as { executions: { id: string }[]; outcome: string; prompt: string | null };
  };
  const { executions } = await send("/api/executions?source=api");
  const calls = await Promise.all(executions.map(({ id }) => send(`/api/executions/${id}`)));
  return calls.filter((call) => call.prompt?.includes(prompt)).map(({ outcome }) => outcome);
}

describe("OpenAI's SDK", () => {
  it("streams an answer as it is written, with its usage", async () => {
    const at: number[] = [];
    let [text, tokens] = ["", 0];
    for await (const { choices, usage } of await ask("Say something of whole streams")) {
      text += choices[0]?.delta.content ?? "";
      tokens = usage?.total_tokens ?? tokens;
      at.push(performance.now());
    }
    expect(text).toContain("> Say something of whole streams");
    expect(tokens).toBeGreaterThan(10);
    // The mock takes 12 ms for a word: a stream that is held back comes all at once.
    expect(at.at(-1)! - at[0]!).toBeGreaterThan(100);
    await expect.poll(() => callsOf("whole streams")).toEqual(["whole"]);
  });

  it("leaves in the middle, and the call ends with it", async () => {
    const stream = await ask(`Say something of streams that are left. ${"Many words follow here. ".repeat(20)}`);
    for await (const { choices } of stream) if (choices[0]?.delta.content) break;
    stream.controller.abort();
    await expect.poll(() => callsOf("streams that are left")).toEqual(["partial"]);
  });

  it("lists models and retrieves each by its name", async () => {
    const { data } = await client.models.list();
    expect(data.length).toBeGreaterThan(0);
    for (const model of data) expect(await client.models.retrieve(model.id)).toEqual(model);
    await expect(client.models.retrieve("lab/none")).rejects.toMatchObject({
      ...{ status: 404, code: "model_not_found", param: "model", type: "invalid_request_error" },
    });
  });

  it("reads what is refused", async () => {
    const stranger = new OpenAI({ apiKey: "ry_wrong", baseURL: `${product.url}/v1`, maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401, code: "unauthenticated" });
    await expect(ask("mock:no-credit")).rejects.toMatchObject({ status: 402, code: "insufficient_quota" });
  });
});
