/** What the playground's tests do with the editor. */
import type { Page } from "playwright-core";

export const write = (page: Page, text: string) =>
  page.evaluate((value) => Object.assign(document.querySelector("code-editor")!, { value }), text);

export const text = (page: Page) =>
  page.evaluate(() => (document.querySelector("code-editor") as unknown as { value: string }).value);

/** The line that the cursor is in. */
export const cursorLine = (page: Page) => page.locator("code-editor .cm-activeLine").innerText();

/** Presses Run and waits until the panel shows another run than before, and how it ended. */
export async function run(page: Page): Promise<string> {
  const before = await page.getAttribute("#run-panel", "data-run");
  await page.click("[data-playground=run]");
  const other = before === null ? "" : `:not([data-run="${before}"])`;
  await page.waitForSelector(`#run-panel[data-run]${other} #run-outcome[data-run-state]`, { timeout: 30_000 });
  return page.innerText("#run-outcome");
}

/** The lines of the log, without the numbers beside them. */
export const logText = async (page: Page) => (await page.locator("run-log .tx").allInnerTexts()).join("\n");
