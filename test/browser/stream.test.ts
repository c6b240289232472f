/** The live log as people and machines follow it, over the real network stack. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { ProductClient } from "../support/product/server-process.ts";
import { StreamClient } from "../support/stream-client.ts";

const product = new ProductClient(inject("product"));
const LINES = 3_000;
/** Far fewer than `npm run bench:reconnects` makes. */
const RECONNECTS = 40;
const TICKING = 'for (;;) { console.log("tick"); await new Promise((resolve) => setTimeout(resolve, 50)); }';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser?.close());

async function start(code: string): Promise<string> {
  const body = { language: "javascript", code, limits: { timeoutMs: 60_000 } };
  const answer = await product.api("/api/execute", body, { prefer: "respond-async" });
  return ((await answer.json()) as { runId: string }).runId;
}

describe("a client that loses its connection again and again", () => {
  it("sees each line once and in order", async () => {
    const runId = await start(`for (let i = 1; i <= ${LINES}; i++) {
      console.log("line " + i);
      if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }`);
    const client = new StreamClient({
      url: product.url,
      runId,
      headers: { authorization: `Bearer ${product.credentials.apiToken}` },
      delayMs: () => 1,
      onEvents: (_, self) => {
        if (self.connections <= RECONNECTS) self.cut();
      },
    });
    expect(await client.ended).toMatchObject({ state: "succeeded" });
    expect(client.connections).toBeGreaterThan(RECONNECTS / 2);
    expect(client.text()).toBe(Array.from({ length: LINES }, (_, index) => `line ${index + 1}\n`).join(""));
  });
});

describe("a person who signs out elsewhere", () => {
  it.each([
    ["light", 1280],
    ["dark", 360],
  ] as const)("is told so by the log, which stops: %s, %i px", async (colorScheme, width) => {
    const runId = await start(TICKING);
    const { page, context, assertClean, close } = await openSignedIn(browser, product, { colorScheme, width });
    // The header asks for itself every few seconds, and would lead to the sign-in page.
    await page.route("**/header*", (route) => route.fulfill({ status: 204 }));
    await page.goto(`/runs/${runId}`);
    await page.waitForSelector("run-log .ln:nth-child(3)");
    const signedOut = await context.request.post("/logout", { headers: { origin: product.url }, maxRedirects: 0 });
    expect(signedOut.status()).toBe(303);
    await expect.poll(() => page.innerText(".log-status"), { timeout: 6_000 }).toContain("You are signed out");
    // What had come before the end is drawn a moment later.
    await page.waitForTimeout(500);
    const lines = await page.locator("run-log .ln").count();
    await page.waitForTimeout(1_500);
    expect(await page.locator("run-log .ln").count()).toBe(lines);
    await expectNoAxeViolations(page);
    await screenshot(page, `log-signed-out-${colorScheme}`);
    assertClean();
    await close();
    await product.api(`/api/runs/${runId}/cancel`, {});
  });
});
