/** What a killed server must not cost: the run, the lane, or a line that somebody has seen. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { Product } from "../support/product/server-process.ts";

let product: Product;

beforeAll(async () => {
  product = await Product.start();
});

afterAll(async () => {
  await product?.stop();
});

interface SeenEvent {
  readonly seq: number;
  readonly type: string;
  readonly text?: string;
}

/** Collects events until the socket closes or `enough` says so. */
function watch(runId: string, after: number, enough: (events: SeenEvent[]) => boolean): Promise<SeenEvent[]> {
  const events: SeenEvent[] = [];
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${product.url.replace("http", "ws")}/api/runs/${runId}/stream?after=${after}`, {
      headers: { authorization: `Bearer ${product.credentials.apiToken}` },
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(events));
    socket.on("message", (data) => {
      events.push(...((JSON.parse(String(data)) as { events?: SeenEvent[] }).events ?? []));
      if (enough(events)) socket.terminate();
    });
  });
}

async function start(body: object): Promise<string> {
  const answer = await product.api("/api/execute", { language: "javascript", ...body }, { prefer: "respond-async" });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { runId: string }).runId;
}

describe("kill -9 in the middle of a run", () => {
  it("keeps every line that was seen, resumes the run, and lets the lane go on", async () => {
    const lane = "repository:kill";
    const code =
      'for (let i = 1; i <= 40; i++) { console.log("line " + i); await new Promise((r) => setTimeout(r, 50)); }';
    const first = await start({ code, lane });
    const second = await start({ code: '"after you"', lane });
    const seen = await watch(first, 0, (events) => events.some((event) => event.text === "line 15\n"));
    await product.kill();
    await product.start();

    const rest = await watch(first, seen.at(-1)!.seq, () => false);
    const all = [...seen, ...rest];
    expect(all.map((event) => event.seq)).toEqual(all.map((_, index) => index + 1));
    expect(all.some((event) => event.text?.includes("The server restarted"))).toBe(true);
    expect(await watch(first, 0, () => false)).toEqual(all);

    const run = await (await product.api(`/api/runs/${first}`)).json();
    expect(run).toMatchObject({ state: "succeeded", attempts: 2 });
    await expect
      .poll(async () => (await (await product.api(`/api/runs/${second}`)).json()) as object, { timeout: 20_000 })
      .toMatchObject({ state: "succeeded", result: "after you" });
  });

  it("keeps the credentials and what had ended before", async () => {
    const { signInUrl, apiToken } = product.credentials;
    const answer = await product.api("/api/execute", { language: "javascript", code: 'console.log("kept"); 1' });
    const { runId } = (await answer.json()) as { runId: string };
    await product.kill();
    await product.start();
    expect(product.credentials).toMatchObject({ signInUrl, apiToken });
    expect(await (await product.api(`/api/runs/${runId}/log.txt`)).text()).toBe("kept\n");
  });
});
