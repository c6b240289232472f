/** Outgoing webhooks as a person manages them, against a receiver in a process of its own; and what a killed server owes. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import type { Browser, Page } from "playwright-core";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PUBLIC_NETWORK } from "../../scripts/server.ts";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { Product } from "../support/product/server-process.ts";
import { type ReceiverProcess, startReceiverProcess } from "../support/receiver-process.ts";

let product: Product;
let browser: Browser;
let receiver: ReceiverProcess;

beforeAll(async () => {
  const variables = { RUNYARD_WEBHOOK_PRIVATE_RECEIVERS: "allow", RUNYARD_WEBHOOK_RETRY_SECONDS: "1,1" };
  [product, browser, receiver] = await Promise.all([
    Product.start({ variables }),
    launchBrowser(),
    startReceiverProcess(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await receiver?.stop();
});

const received = (name: string) => receiver.read().filter((line) => line.name === name);

async function look(page: Page, name: string): Promise<void> {
  await expectNoAxeViolations(page);
  await screenshot(page, name);
}

/** @param only the one event that the endpoint hears of besides tests; all of them where it is not given */
async function makeEndpoint(page: Page, url: string, only?: string): Promise<string> {
  await page.goto("/settings/webhooks");
  await page.fill("[name=url]", url);
  if (only !== undefined) {
    for (const box of await page.locator("[name=events]").all()) {
      await box.setChecked((await box.getAttribute("value")) === only);
    }
  }
  await page.click("text=Make endpoint");
  return page.innerText("#new-secret");
}

describe("Outgoing webhooks", () => {
  it("makes an endpoint, shows its secret once, sends a test, and shows what came of it", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product, { width: 360 });
    await page.goto("/settings/webhooks");
    await look(page, "webhooks-empty");
    // The sample's runs go on meanwhile; none of them is cancelled any more, so the test message gets the first answer.
    const secret = await makeEndpoint(page, `${receiver.url}/first?answers=500,200`, "run.cancelled");
    await look(page, "webhook-made");
    await page.click("text=Send a test");
    await page.waitForURL(/\/messages\/msg_/);
    await page.waitForSelector("text=The receiver answered that it has it.");
    expect(await page.innerText("#webhook-message")).toMatch(
      /Attempt 2[\s\S]*status 200[\s\S]*Attempt 1[\s\S]*status 500/,
    );
    await look(page, "webhook-message");
    const [line] = received("first");
    expect(await page.innerText("#message-id")).toBe(line?.id);
    new Webhook(secret).verify(line!.body, line!.headers);
    await page.click("text=Send again");
    await page.waitForSelector("text=Attempt 3");
    await page.click("main p a:nth-of-type(2)");
    await page.waitForSelector("text=webhook.test");
    expect(await page.innerText("main")).not.toContain("whsec_");
    await look(page, "webhook-endpoint");
    assertClean();
    await close();
  });

  it("hears of the runs that a person starts", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product, { colorScheme: "dark" });
    await makeEndpoint(page, `${receiver.url}/runs`);
    const answer = await product.api("/api/execute", { language: "typescript", code: "export default 1" });
    const { runId } = (await answer.json()) as { runId: string };
    await expect.poll(() => received("runs").map((line) => JSON.parse(line.body).data.run.id)).toContain(runId);
    await page.goto("/settings/webhooks");
    await look(page, "webhooks");
    await page.click(`a:has-text("${receiver.url}/runs")`);
    await page.waitForSelector("text=run.succeeded");
    await look(page, "webhook-endpoint-dark");
    assertClean();
    await close();
  });

  it("says what is wrong at the field, disables, enables, rotates, and deletes what was named", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product);
    await page.goto("/settings/webhooks");
    await page.fill("[name=url]", "nowhere");
    await page.click("text=Make endpoint");
    expect(await page.innerText(".error-summary")).toContain("must be a URL like https://example.com/hooks");
    expect(await page.getAttribute("[name=url]", "aria-invalid")).toBe("true");
    await look(page, "webhooks-invalid");
    const secret = await makeEndpoint(page, `${receiver.url}/second`);
    await page.click("button:has-text('Disable')");
    await page.waitForSelector("text=Nothing is sent.");
    await look(page, "webhook-disabled");
    await page.click("button:has-text('Enable')");
    await page.waitForSelector("text=Send a test");
    await page.click("text=Rotate secret");
    expect(await page.innerText("#new-secret")).not.toBe(secret);
    expect(await page.innerText("main")).toContain("signed with two secrets");
    await page.fill("[name=host]", "wrong");
    await page.click("button:has-text('Delete')");
    await page.waitForSelector(".error-summary");
    await page.fill("[name=host]", new URL(receiver.url).host);
    await page.click("button:has-text('Delete')");
    await page.waitForURL(/\/settings\/webhooks$/);
    expect(await page.innerText("main")).not.toContain("/second");
    assertClean([/status of 422/]);
    await close();
  });
});

describe("a server that is killed", () => {
  it("has sent each message afterwards, and the receiver's ledger tells repeats by their id", async () => {
    const endpoint = { url: `${receiver.url}/killed?answers=slow:200`, events: ["run.succeeded"] };
    expect((await product.api("/api/webhooks", endpoint)).status).toBe(201);
    const runs: string[] = [];
    for (let index = 0; index < 12; index++) {
      const answer = await product.api("/api/execute", { language: "javascript", code: `${index}` });
      runs.push(((await answer.json()) as { runId: string }).runId);
    }
    await expect.poll(() => received("killed").length).toBeGreaterThan(2);
    await product.kill();
    await product.start();
    const ids = () => new Set(received("killed").map((line) => line.id));
    await expect.poll(() => ids().size, { timeout: 30_000 }).toBe(runs.length);
    expect([...ids()].toSorted()).toEqual(runs.map((id) => `msg_${id.slice("run_".length)}_succeeded`).toSorted());
  });
});

describe("the network of npm start", () => {
  it("does not connect webhooks to private addresses, also where a name leads there", async () => {
    const server = createServer((_, response) => response.end("private"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const script = `export default { async fetch(request, env) {
      try { return new Response(await (await env[request.headers.get("x-by")].fetch(request.headers.get("x-to"))).text()); }
      catch (error) { return new Response("refused", { status: 502 }); }
    } }`;
    const serviceBindings = { PUBLIC_NETWORK, ANY_NETWORK: { network: { allow: ["public", "private"] } } };
    const worker = { name: "w", modules: true, script, serviceBindings };
    const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [worker] } as never));
    const reach = async (by: string, host: string) => {
      const headers = { "x-by": by, "x-to": `http://${host}:${port}/` };
      return (await miniflare.dispatchFetch("http://w/", { headers })).text();
    };
    expect(await reach("ANY_NETWORK", "127.0.0.1")).toBe("private");
    expect(await reach("ANY_NETWORK", "localhost")).toBe("private");
    for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
      expect(await reach("PUBLIC_NETWORK", host), host).toBe("refused");
    }
    await miniflare.dispose();
    server.close();
  });
});
