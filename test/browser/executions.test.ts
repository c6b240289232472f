/** Calls of models and their limits as a person sees them, light and dark, at a desk and on a phone. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { Product } from "../support/product/server-process.ts";

let product: Product;
let browser: Browser;

beforeAll(async () => {
  [product, browser] = await Promise.all([Product.start(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

describe("Model calls", () => {
  it.each([
    { width: 1280, colorScheme: "light" as const },
    { width: 360, colorScheme: "dark" as const },
  ])(
    "lists a call that was made in the playground, with its page, and the limits: $width $colorScheme",
    async (look) => {
      const { page, assertClean, close } = await openSignedIn(browser, product, look);
      const see = async (name: string) => {
        await expectNoAxeViolations(page);
        await screenshot(page, `${name}-${look.width}`);
      };
      await page.goto("/playground");
      await page.fill("[data-generate-text]", "print the primes below 100");
      await page.click("[data-generate-start]");
      await page.waitForSelector("[data-generate-status] >> text=Written by the mock provider");
      await page.goto("/executions");
      await page.waitForSelector(".row-link >> text=runyard-mock");
      expect(await page.innerText("main")).toMatch(/Mock · Generate · ≈/);
      const right = async (selector: string) => {
        const { x, width } = (await page.locator(selector).boundingBox())!;
        return Math.round(x + width);
      };
      // No hole is left beside the last figure.
      expect((await right(".call-tiles")) - (await right(".call-tiles > li:last-child"))).toBeLessThanOrEqual(1);
      await page.focus(".call-groups");
      await see("executions");
      await page.selectOption("[name=provider]", "openai");
      await page.waitForSelector("text=No calls");
      await see("executions-none");
      await page.selectOption("[name=provider]", "mock");
      await page.click(".row-link");
      await page.waitForSelector("h2:has-text('Answer')");
      expect(await page.innerText("main")).toContain("print the primes below 100");
      await see("execution");
      await page.goto("/settings/limits");
      expect(await page.inputValue("[name=anthropic]")).toBe("40");
      await page.fill("[name=anthropic]", "0");
      await page.click("form[action='/settings/limits'] button");
      await page.waitForSelector("text=must be 1 or more");
      await see("limits-wrong");
      await page.fill("[name=anthropic]", "50");
      await page.click("form[action='/settings/limits'] button");
      await page.waitForSelector("text=Saved.");
      expect(await page.inputValue("[name=anthropic]")).toBe("50");
      await page.fill("[name=anthropic]", "40");
      const saved = page.waitForEvent("load");
      await page.click("form[action='/settings/limits'] button");
      await saved;
      await see("limits");
      // Chromium logs the form that was refused.
      assertClean([/422/]);
      await close();
    },
  );
});
