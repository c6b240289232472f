/** A run's page replays the run and says what it found, with and without scripts. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, type PageOptions, screenshot } from "../support/browser/page.ts";
import { ProductClient } from "../support/product/server-process.ts";

const product = new ProductClient(inject("product"));
let browser: Browser;
let runId: string;

beforeAll(async () => {
  browser = await launchBrowser();
  const code = "for (let i = 0; i < 3; i++) console.log(i, Math.random(), Date.now());\nexport default 'done';";
  const answer = await product.api("/api/execute", { language: "typescript", code });
  ({ runId } = (await answer.json()) as { runId: string });
});

afterAll(() => browser?.close());

async function runPage(options: Omit<PageOptions, "origin"> = {}) {
  const watched = await openSignedIn(browser, product, options);
  await watched.page.goto(`/runs/${runId}`);
  return watched;
}

describe("Replay on a run's page", () => {
  it.each([{ colorScheme: "light" }, { colorScheme: "dark", width: 360 }] as const)(
    "says that the run came out the same ($colorScheme)",
    async (options) => {
      const { page, assertClean, close } = await runPage(options);
      await page.click("button:has-text('Replay')");
      await page.waitForSelector("#replay-verdict :text('Verified: identical')");
      expect(await page.innerText("#replay-verdict")).toMatch(/units of fuel, in [\d.]+ (?:ms|s) without the waiting/);
      expect(await page.innerText("run-log")).toMatch(/2 0\.\d+ 1\d{12}/);
      await expectNoAxeViolations(page);
      await screenshot(page, `replay-${options.colorScheme}`);
      assertClean();
      await close();
    },
  );

  it("works without scripts", async () => {
    const { page, close } = await runPage({ javaScript: false });
    await page.click("button:has-text('Replay')");
    expect(await page.innerText("#replay-verdict")).toContain("Verified: identical");
    await close();
  });
});
