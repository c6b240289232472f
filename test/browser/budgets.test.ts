/** Money as a person meets it: the cost of a call, a budget, and a run that hits it in the middle and waits, over a crash. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { canaryKey } from "../support/canary.ts";
import { Product } from "../support/product/server-process.ts";
import { anthropicProtocol } from "../support/providers/anthropic.ts";
import { type ScriptedServer, startScriptedServer } from "../support/providers/scripted-server.ts";

const MINUTE_MS = 60_000;
let product: Product;
let browser: Browser;
let server: ScriptedServer;

beforeAll(async () => {
  [product, browser, server] = await Promise.all([
    Product.start({ variables: { RUNYARD_PROVIDER_PRIVATE_HOSTS: "allow" } }),
    launchBrowser(),
    startScriptedServer(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await server?.close();
});

async function look(page: Page, name: string): Promise<void> {
  await expectNoAxeViolations(page);
  await screenshot(page, name);
}

async function setBudget(page: Page, kind: string, id: string, limit: string): Promise<void> {
  await page.goto("/settings/budgets");
  await page.selectOption("select[name=kind]", kind);
  await page.fill("[name=id]", id);
  await page.fill("[name=limit]", limit);
  await page.click("button:text('Save')");
  await page.waitForSelector("[data-budget]");
}

const PROGRAM = `const one = await generate({ prompt: "one", maxTokens: 100 });
console.log("first", one.cost);
const two = await generate({ prompt: "two", maxTokens: 1000 });
console.log("second", two.cost);`;

it("costs of a call, a budget, and the choice in the middle of a run", { timeout: 3 * MINUTE_MS }, async () => {
  const { baseUrl, requests } = server.play({ body: anthropicProtocol.frames().join("") });
  const { page, close } = await openSignedIn(browser, product, { width: 360 });
  await page.goto("/settings/keys");
  await page.fill("[name=key]", canaryKey("budget"));
  await page.fill("[name=name]", "priced");
  await page.fill("[name=baseUrl]", baseUrl);
  await page.fill("[name=model]", "claude-sonnet-5");
  await page.click("button:has-text('Save')");
  await page.waitForURL(/\/settings\/keys\/key_/);

  await page.goto("/playground");
  await page.fill("[data-generate-text]", "print the primes");
  await page.click("[data-generate-start]");
  await expect.poll(() => page.innerText("[data-generate-status]")).toContain("$0.000607");

  await page.goto("/settings/budgets");
  await look(page, "budgets-empty");
  await setBudget(page, "run", "*", "0.005");
  await setBudget(page, "workspace", "", "0.0001");
  expect(await page.innerText("main")).toContain("$0.000607 of $0.0001 are spent");
  const eachRun = page.locator("[data-budget]", { hasText: "$0.005" });
  await eachRun.locator("summary").press("Enter");
  await look(page, "budgets-narrow");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await eachRun.locator("button:text('Delete budget')").click();
  await eachRun.waitFor({ state: "detached" });
  await setBudget(page, "run", "*", "0.005");
  await page.goto("/playground");
  await page.fill("[data-generate-text]", "print the primes");
  await page.click("[data-generate-start]");
  await page.waitForSelector("[data-generate-status] a[href='/settings/budgets']");
  await screenshot(page, "generate-refused");
  await setBudget(page, "workspace", "", "1");

  const body = { language: "javascript", code: PROGRAM, grants: { model: true } };
  const started = await product.api("/api/execute", body, { prefer: "respond-async" });
  const { runId } = (await started.json()) as { runId: string };
  await page.goto(`/runs/${runId}`);
  await page.waitForSelector("text=Waiting for a decision about the budget");
  await look(page, "run-waits-for-budget-narrow");
  await close();
  const paid = requests.length;
  await product.kill();
  await product.start();

  const dark = await openSignedIn(browser, product, { colorScheme: "dark" });
  await dark.page.goto(`/runs/${runId}`);
  await dark.page.waitForSelector("text=Waiting for a decision about the budget", { timeout: MINUTE_MS });
  await look(dark.page, "run-waits-for-budget");
  expect(requests.length).toBe(paid);
  // What is typed survives the header's own polls, and the caret stays in it.
  await dark.page.fill("[name=by]", "7.25");
  for (let polls = 0; polls < 2; polls++) await dark.page.waitForResponse((answer) => answer.url().endsWith("/header"));
  await dark.page.waitForTimeout(300);
  expect(await dark.page.inputValue("[name=by]")).toBe("7.25");
  expect(await dark.page.evaluate("document.activeElement?.name")).toBe("by");
  await dark.page.click("button:text('Raise')");
  await dark.page.waitForSelector("[data-run-state=succeeded]");
  expect(await dark.page.innerText("main")).toContain("$0.001214");
  expect(requests.length).toBe(paid + 1);
  await look(dark.page, "run-cost");
  await dark.page.goto("/settings/budgets");
  await look(dark.page, "budgets");
  await setBudget(dark.page, "workspace", "", "0.002");
  expect(await dark.page.innerText("[data-budget-banner]")).toMatch(/\d+ % of the budget of the workspace are spent/);
  await look(dark.page, "budgets-banner");
  await dark.page.goto("/");
  await dark.page.waitForSelector("[data-budget-banner]");
  await look(dark.page, "overview-banner");
  const narrow = await openSignedIn(browser, product, { width: 360 });
  await narrow.page.goto("/settings/budgets");
  await look(narrow.page, "budgets-banner-narrow");
  // Its list keeps the distance to what follows, once.
  const gap = `(() => {
    const banner = document.querySelector("[data-budget-banner]");
    return banner.nextElementSibling.getBoundingClientRect().top - banner.getBoundingClientRect().bottom;
  })()`;
  expect(await narrow.page.evaluate(gap)).toBeLessThan(20);
  narrow.assertClean();
  await narrow.close();
  dark.assertClean();
  await dark.close();
});

it("the same choice beside the editor, where the run was started", { timeout: 3 * MINUTE_MS }, async () => {
  const body = { language: "javascript", code: PROGRAM, grants: { model: true } };
  const started = await product.api("/api/execute", body, { prefer: "respond-async" });
  const { runId } = (await started.json()) as { runId: string };
  const first = await openSignedIn(browser, product);
  await setBudget(first.page, "workspace", "", "1");
  await first.close();
  const panel = "#run-outcome [aria-label='Decision about the budget']";
  const open = async (options: Parameters<typeof openSignedIn>[2]) => {
    const opened = await openSignedIn(browser, product, options);
    const { page } = opened;
    await page.goto(`/playground?run=${runId}`);
    await page.check("[name=model]");
    await page.click("[data-playground=run]");
    await page.waitForSelector(panel);
    return opened;
  };
  const narrow = await open({ colorScheme: "light", width: 360 });
  expect(await narrow.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
  await narrow.page.locator(panel).scrollIntoViewIfNeeded();
  await look(narrow.page, "playground-waits-for-budget-narrow");
  await narrow.page.click(`${panel} >> text=Finish cheaply`);
  await narrow.page.waitForSelector("#run-outcome[data-run-state]");
  expect(await narrow.page.locator(panel).count()).toBe(0);
  expect(await narrow.page.innerText("run-log")).toContain("second");
  expect(new URL(narrow.page.url()).pathname).toBe("/playground");
  narrow.assertClean();
  await narrow.close();

  const dark = await open({ colorScheme: "dark" });
  await look(dark.page, "playground-waits-for-budget-dark");
  // What is typed survives the polls; what is wrong is said, and stays until something else is asked.
  await dark.page.fill(`${panel} [name=by]`, "much");
  for (let polls = 0; polls < 2; polls++)
    await dark.page.waitForResponse((answer) => answer.url().endsWith("/outcome"));
  expect(await dark.page.inputValue(`${panel} [name=by]`)).toBe("much");
  await dark.page.click(`${panel} >> button:text('Raise')`);
  await expect.poll(() => dark.page.innerText("#run-notice")).toContain("by:");
  await dark.page.waitForResponse((answer) => answer.url().endsWith("/outcome"));
  expect(await dark.page.innerText("#run-notice")).toContain("by:");
  await look(dark.page, "playground-decision-refused");
  await dark.page.fill(`${panel} [name=by]`, "0.01");
  await dark.page.click(`${panel} >> button:text('Raise')`);
  await dark.page.waitForSelector("#run-outcome[data-run-state=succeeded]");
  expect(await dark.page.innerText("#run-notice")).toBe("");
  await look(dark.page, "playground-decided");
  dark.assertClean([/422/]);
  await dark.close();
});
