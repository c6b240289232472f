/** The official MCP client against the product, over a real socket. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
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

  it("is told when its token is not known", async () => {
    await expect(connected("ry_wrong")).rejects.toThrow(/401|not known|Unauthorized/i);
  });

  it("meets no error of the transport besides", () => {
    expect(errors.filter(({ message }) => !/401|not known|Unauthorized/i.test(message))).toEqual([]);
  });
});
