/** A program's writes from its review to the board and back, as a person sees them: light, dark, at a desk, on a phone. */
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

/** What is said, in which the width keeps the meetings of two looks apart. */
const transcript = (width: number) => `Dana: Welcome to planning number ${width}.
Bob: We need an export as CSV before the fair.
Dana: And the staging database is gone, that blocks me.
Bob: I will write to the bank about the fees.
`;

const program = (width: number) => `// Writes down what was said.
const story = await stories.create({
  title: "Export as CSV", key: "RUN-${width}", points: 3,
  evidence: { quote: "We need an export as CSV" },
});
await blockers.create({ title: "Staging database is gone", evidence: { quote: "the staging database is gone" } });
await actionItems.create({ title: "Write to the bank", owner: "Bob", evidence: { quote: "I will write to the bank" } });
`;

async function addMeeting(width: number): Promise<string> {
  const added = await product.api("/api/meetings", { transcript: transcript(width), title: "Planning" });
  return ((await added.json()) as { id: string }).id;
}

async function startReview(meetingId: string, width: number): Promise<string> {
  const capabilities = ["stories.*", "blockers.*", "actionItems.*"];
  const answer = await product.api("/api/code/execute", {
    code: program(width),
    capabilities,
    mode: "review",
    meetingId,
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return ((await answer.json()) as { runId: string }).runId;
}

describe("stories", () => {
  it.each([
    { width: 1280, colorScheme: "light" as const },
    { width: 360, colorScheme: "dark" as const },
  ])(
    "come from a review: one edited, one rejected, applied, on the board, and undone: $width",
    async (look) => {
      const meetingId = await addMeeting(look.width);
      const runId = await startReview(meetingId, look.width);
      const { page, assertClean, close } = await openSignedIn(browser, product, look);
      const see = async (name: string) => {
        await expectNoAxeViolations(page);
        await screenshot(page, `${name}-${look.width}`);
        const overflow = await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect(overflow, `${name} is wider than its window`).toBeLessThanOrEqual(0);
      };

      await page.goto(`/runs/${runId}/program`);
      await page.waitForSelector(".cl-effects >> text=effect 1");
      await see("program-effects");
      await page.click(".cl-effects >> text=effect 1");
      await page.waitForURL(/\/effects#e-1$/);
      // Polled: Chromium counts what it has not yet drawn (content-visibility) as not said.
      await expect.poll(() => page.innerText("#e-1")).toMatch(/New story[\s\S]*We need an export as CSV[\s\S]*Bob/);
      await see("effects");

      await page.check("#e-2 [value=rejected]");
      await page.click("#e-1 >> text=Edit");
      await page.fill("#edit-1 [name=points]", "500");
      await page.click("text=Approve as edited");
      await page.waitForSelector("#e-1 .error-summary");
      await page.fill("#edit-1 [name=points]", "5");
      await page.fill("#edit-1 [name=title]", "Export as CSV and JSON");
      await see("effect-edit");
      await page.click("text=Approve as edited");
      await page.waitForSelector("#e-1 >> text=The program had asked for");
      await page.waitForSelector("[data-approved] >> text=1");
      // What was chosen and not saved outlives the form of another effect, right or wrong.
      expect(await page.isChecked("#e-2 [value=rejected]")).toBe(true);
      // By keyboard: the arrows choose.
      await page.focus("#e-3 [value=pending]");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowUp");
      await page.waitForSelector("[data-approved] >> text=2");
      await page.click("button[value=apply]");
      await page.waitForSelector("text=2 effects written.");
      await see("effects-applied");

      await page.click("#e-1 .effect-head a >> nth=0");
      await page.waitForSelector("h2:has-text('History')");
      await expect
        .poll(() => page.innerText(".item-history"))
        .toMatch(/Version 1[\s\S]*Export as CSV and JSON[\s\S]*We need an export/);
      await see("story");
      await page.click(".item-history .evidence a");
      await page.waitForSelector(":target >> text=We need an export as CSV");
      await page.goto("/stories");
      await expect.poll(() => page.innerText(".story-board")).toContain("Export as CSV and JSON");
      await see("stories");
      await page.fill("[name=owner]", "nobody at all");
      await page.waitForSelector("text=No stories fit");
      await see("stories-none");
      await page.goto("/stories/action-items");
      await expect.poll(() => page.innerText("main")).toContain("Write to the bank");
      await see("action-items");
      await page.goto("/stories/blockers");
      await page.waitForSelector("text=No blockers yet");

      // Processed again: what was edited stands, what was rejected is rejected still, and says where it was.
      await page.goto(`/runs/${await startReview(meetingId, look.width)}/effects`);
      await page.waitForSelector("text=1 as decided before; 2 had been made before");
      await page.waitForSelector("#e-2.effect >> text=Rejected before by");
      expect(await page.isChecked("#e-2 [value=rejected]")).toBe(true);
      await see("effects-again");
      await page.click(".effect-before a");
      await page.waitForURL(`**/runs/${runId}/effects#e-2`);

      await page.goto(`/runs/${runId}/effects`);
      await page.click("button[data-dialog=undo-effects]");
      await page.click("dialog >> text=Undo 2");
      await page.waitForSelector("text=Everything was taken back.");
      await see("effects-undone");
      await page.goto("/stories");
      await page.waitForSelector("text=No stories yet");
      await see("stories-empty");
      // Chromium logs the form that was refused.
      assertClean([/422/]);
      await close();
    },
    180_000,
  );
});
