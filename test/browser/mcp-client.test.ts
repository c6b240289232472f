/** The official MCP client against the product, over a real socket. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Progress } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { RunSummary } from "../../worker/domain/run.ts";
import { ProductClient } from "../support/product/server-process.ts";

const product = new ProductClient(inject("product"));
const errors: Error[] = [];
let client: Client;

async function connected(token: string): Promise<Client> {
  const made = new Client({ name: "runyard-test", version: "1.0.0" });
  made.onerror = (error) => errors.push(error);
  const headers = { authorization: `Bearer ${token}` };
  await made.connect(new StreamableHTTPClientTransport(new URL("/mcp", product.url), { requestInit: { headers } }));
  return made;
}

beforeAll(async () => {
  client = await connected(product.credentials.apiToken);
});
afterAll(() => client.close());

/** Unique in a database that other tests write to as well. */
const title = `From the client ${process.pid}`;
const search = async () => {
  const found = await client.callTool({ name: "stories_search", arguments: { text: title } });
  return (found.structuredContent as { result: { id: string }[] }).result;
};

describe("the official MCP client", () => {
  it("connects, learns who answers, and is answered to a ping", async () => {
    expect(client.getServerVersion()).toMatchObject({ name: "runyard", title: "Runyard" });
    expect(client.getServerCapabilities()).toEqual({ tools: {} });
    await client.ping();
  });

  it("lists tools, calls one, and gets what it wrote", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["stories_create", "execute_code", "get_run"]),
    );
    const made = await client.callTool({ name: "stories_create", arguments: { title } });
    expect(made.isError).toBeUndefined();
    expect(await search()).toHaveLength(1);
    const { runId } = made.structuredContent as { runId: string };
    expect((await product.api(`/api/runs/${runId}/effects/undo`, {})).status).toBe(200);
    expect(await search()).toEqual([]);
  });

  it("runs a program, and reads errors of tools as errors of tools", async () => {
    const ran = await client.callTool({
      name: "execute_code",
      arguments: { code: "export default (await members.list()).length;", capabilities: ["members.list"] },
    });
    expect(ran.structuredContent).toMatchObject({ success: true, result: expect.any(Number) });
    const wrong = await client.callTool({ name: "stories_create", arguments: {} });
    expect(wrong).toMatchObject({ isError: true, content: [{ text: expect.stringContaining("title") }] });
    await expect(client.callTool({ name: "stories_burn", arguments: {} })).rejects.toThrow("no tool stories_burn");
  });

  it("hears how a long program and the processing of a meeting go, and then what came of them", async () => {
    const told: Progress[] = [];
    const onprogress = (progress: Progress) => void told.push(progress);
    const code = "await new Promise((done) => setTimeout(done, 3500)); export default 7;";
    const given = { code, capabilities: ["members.list"] };
    const ran = await client.callTool({ name: "execute_code", arguments: given }, undefined, { onprogress });
    expect(ran.structuredContent).toMatchObject({ success: true, result: 7 });
    expect(told.map(({ progress }) => progress)).toEqual(told.map((_, at) => at + 1));
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.at(-1)!.message).toBe("Execute.");
    told.length = 0;
    const transcript = `Ana: I will call the bank about ${process.pid}.`;
    const { id } = (await (await product.api("/api/meetings", { title: "MCP", transcript })).json()) as { id: string };
    const call = { name: "process_meeting", arguments: { meetingId: id } };
    const processed = await client.callTool(call, undefined, { onprogress, timeout: 120_000 });
    expect(processed.structuredContent).toMatchObject({ state: "succeeded", effects: { count: 1, state: "open" } });
    expect(told.map(({ message }) => message)).toContain("Write the program.");
  });

  it.each(["before", "behind"])("stops the run of a call that it cancels, %s news of it", async (when) => {
    const code = `await new Promise((done) => setTimeout(done, 25000)); export default "${title}";`;
    const given = { code, capabilities: ["members.list"] };
    const stop = new AbortController();
    let isTold = () => {};
    const told = new Promise<void>((resolve) => {
      isTold = resolve;
    });
    const options = { signal: stop.signal, ...(when === "behind" ? { onprogress: isTold } : {}) };
    const call = client.callTool({ name: "execute_code", arguments: given }, undefined, options);
    const rejected = expect(call).rejects.toThrow(/no longer/);
    const runs = async () => {
      const { runs } = (await (await product.api("/api/runs?limit=5")).json()) as { runs: RunSummary[] };
      return runs.filter((run) => run.title.includes("setTimeout(done, 25000)"));
    };
    await (when === "behind" ? told : expect.poll(async () => (await runs())[0]?.state).toBe("running"));
    stop.abort("no longer");
    await rejected;
    await expect.poll(async () => (await runs())[0]?.state).toBe("cancelled");
  });

  it("leaves calls of others alone, whatever their ids are", async () => {
    const other = await connected(product.credentials.apiToken);
    const given = { code: "await new Promise((d) => setTimeout(d, 2000)); export default 1;", capabilities: [] };
    const call = other.callTool({ name: "execute_code", arguments: given });
    for (let requestId = 0; requestId < 5; requestId++) {
      await client.notification({ method: "notifications/cancelled", params: { requestId: 1_000 + requestId } });
      await client.notification({ method: "notifications/cancelled", params: { requestId } });
    }
    expect((await call).structuredContent).toMatchObject({ success: true, result: 1 });
    await other.close();
  });

  it("is told when its token is not known", async () => {
    await expect(connected("ry_wrong")).rejects.toThrow(/401|not known|Unauthorized/i);
  });

  it("meets no error of the transport besides", () => {
    // An answer to what was cancelled meanwhile is let go of.
    const expected = /401|not known|Unauthorized|unknown message ID/i;
    expect(errors.filter(({ message }) => !expected.test(message))).toEqual([]);
  });
});
