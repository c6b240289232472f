/** Python from the playground to its run's page, in real Chromium: live output, input, errors, Stop, Replay. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { cursorLine, logText, run, write } from "../support/browser/editor.ts";
import { openSignedIn, screenshot, type WatchedPage } from "../support/browser/page.ts";
import { ProductClient } from "../support/product/server-process.ts";

const product = new ProductClient(inject("product"));
/** Three programs in Python run at once in a server: the others wait. */
const SLOW = { timeout: 30_000 };
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser?.close());

async function python(): Promise<WatchedPage> {
  const watched = await openSignedIn(browser, product);
  await watched.page.goto("/playground");
  await watched.page.selectOption("[data-language]", "python");
  return watched;
}

describe("Python in the playground", () => {
  it("reads its input and gives the value of its last line", async () => {
    const { page, assertClean, close } = await python();
    await write(page, 'name = input("Name? ")\nprint(f"Hello {name}")\nint(input()) + 1\n');
    await page.fill("[name=stdin]", "Ada\n36\n");
    expect(await run(page)).toMatch(/Succeeded[\s\S]*number[\s\S]*37/);
    expect(await logText(page)).toContain("Name? Hello Ada");
    await page.click(".limits summary");
    expect(await page.innerText("[data-memory-hint]")).toContain("30 MiB");
    assertClean();
    await close();
  });

  it("leads from an error to its lines, in the editor and on the run's page", async () => {
    const { page, assertClean, close } = await python();
    await write(page, 'def total(rows):\n    return sum(row["n"] for row in rows)\n\nprint("start")\ntotal([{}])\n');
    expect(await run(page)).toMatch(/KeyError[\s\S]*2\s+return sum\(row\["n"\] for row in rows\)\n\s+\^/);
    expect(await page.locator("code-editor .cm-fault-line").innerText()).toContain("return sum");
    await page.click(".outcome-error [data-goto-file]");
    await expect.poll(() => cursorLine(page)).toContain("return sum");
    await page.click(".outcome-error details button:has-text('line 5')");
    await expect.poll(() => cursorLine(page)).toContain("total([{}])");
    await page.click("text=Run page");
    await page.waitForURL(/\/runs\/run_/);
    expect(await page.innerText("#run-header")).toMatch(/Language\s+Python[\s\S]*KeyError[\s\S]*\^/);
    await expectNoAxeViolations(page);
    await screenshot(page, "python-run");
    await page.click(".outcome-error details a:has-text('line 5')");
    await page.waitForURL(/\/program#F0L5$/);
    expect(await page.innerText(":target")).toContain("total([{}])");
    await page.click("a:has-text('Fork')");
    await page.waitForURL(/\?run=/);
    expect(await page.inputValue("[data-language]")).toBe("python");
    assertClean();
    await close();
  });

  it("shows an endless loop's lines, stops it, and replays it to the same end", async () => {
    const { page, assertClean, close } = await python();
    await write(page, "n = 0\nwhile True:\n    n += 1\n    if n % 200_000 == 0:\n        print('turn', n)\n");
    await page.click("[data-playground=run]");
    await page.waitForSelector("run-log :text('turn 200000')", SLOW);
    expect(await page.locator("#run-outcome[data-run-state]").count()).toBe(0);
    await page.click("[data-playground=stop]");
    await page.waitForSelector("#run-outcome[data-run-state=cancelled]", SLOW);
    await page.click("text=Run page");
    await page.click("button:has-text('Replay')");
    await page.waitForSelector("#replay-verdict :text('Verified: identical')", SLOW);
    assertClean();
    await close();
  });

  it.each([
    ["python-weather", /30 days, [\d.]+ °C on average/, /"dry_days": 18/],
    ["python-asyncio", /12 pages in [\d.]+ s/, /650/],
  ])("runs the example %s", async (slug, output, result) => {
    const { page, assertClean, close } = await openSignedIn(browser, product);
    await page.goto(`/playground?example=${slug}`);
    expect(await run(page)).toMatch(result);
    await expect.poll(() => logText(page)).toMatch(output);
    assertClean();
    await close();
  });
});
