/** Programs reach the origins that the operator allows and the run asks for; a replay does not reach them again. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Product } from "../support/product/server-process.ts";

let server: Server;
let origin: string;
let product: Product;
let asked = 0;

beforeAll(async () => {
  server = createServer((_request, response) => {
    asked += 1;
    response.setHeader("content-type", "application/json");
    setTimeout(() => response.end(JSON.stringify({ asked })), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  product = await Product.start({ variables: { RUNYARD_FETCH_ORIGINS: `https://api.example.com, ${origin}` } });
});

afterAll(async () => {
  await product?.stop();
  server?.close();
});

const execute = async (code: string, grants: object) =>
  (await product.api("/api/execute", { language: "typescript", code, grants })).json();

describe("a run with grants", () => {
  it("fetches what it was granted, and is replayed without asking again", async () => {
    const code = `const answer = await fetch("${origin}/x", { method: "POST", body: "hello" });
      const { asked } = await answer.json() as { asked: number };
      console.log(answer.status, answer.headers.get("content-type"), asked);
      export default asked;`;
    const run = (await execute(code, { fetch: [origin] })) as { runId: string; stdout: string; usage: object };
    expect(run).toMatchObject({ success: true, stdout: "200 application/json 1\n", result: 1 });
    expect(run.usage).toMatchObject({ hostCalls: 1 });
    const verdict = await (await product.api(`/api/runs/${run.runId}/replay`, {})).json();
    expect(verdict).toMatchObject({ identical: true });
    expect(asked).toBe(1);
    const retried = (await (await product.api(`/api/runs/${run.runId}/retry`, {})).json()) as { runId: string };
    await expect
      .poll(async () => (await product.api(`/api/runs/${retried.runId}`)).json())
      .toMatchObject({ result: 2 });
  });

  it("reaches nothing else", async () => {
    const code = `try { await fetch("${origin.replace("127.0.0.1", "localhost")}"); } catch (error) { console.log(String(error)); }`;
    const run = await execute(code, { fetch: [origin] });
    expect(run).toMatchObject({ stdout: expect.stringContaining("TypeError: fetch failed: http://localhost") });
  });
});
