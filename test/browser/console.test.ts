/** The product as a newcomer meets it: the built bundle, served on this machine, in real Chromium. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { logText } from "../support/browser/editor.ts";
import { openPage, openSignedIn, type PageOptions, screenshot } from "../support/browser/page.ts";
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

const signedIn = (options: Omit<PageOptions, "origin"> = {}) => openSignedIn(browser, product, options);

async function run(page: Page): Promise<void> {
  await page.click("[data-playground=run]");
}

/** Waits for the end of the run in the playground and returns the words of its outcome. */
async function outcome(page: Page, timeout = 30_000): Promise<string> {
  await page.waitForSelector("#run-outcome[data-run-state]", { timeout });
  return page.innerText("#run-outcome");
}

async function write(page: Page, code: string): Promise<void> {
  await page.click("code-editor .cm-content");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(code);
}

describe("a newcomer", () => {
  it("signs in by the link and sees runs in several states, one of them moving", async () => {
    const { page, assertClean, close } = await openPage(browser, { origin: product.url });
    await page.goto(product.credentials.signInUrl);
    await page.waitForURL(`${product.url}/`);
    expect(await page.innerText("header.top")).toMatch(/Sample[\s\S]*Mock provider/);
    await page.goto("/runs");
    await expect
      .poll(() => page.reload().then(() => page.innerText("table.runs")), { timeout: 30_000 })
      .toMatch(/Timed out/);
    const table = await page.innerText("table.runs");
    for (const word of ["Succeeded", "Failed", "Cancelled", "Running", "Queued"]) expect(table).toContain(word);
    await page.click("text=Nightly import");
    await page.waitForSelector("run-log :text('batch')");
    const before = await logText(page);
    await expect.poll(() => logText(page), { timeout: 10_000 }).not.toBe(before);
    assertClean();
    await close();
  });

  it("is told how to sign in when the link was cut short", async () => {
    const { page, close } = await openPage(browser, { origin: product.url });
    await page.goto("/sign-in/wrong");
    expect(await page.innerText("main")).toContain("not valid");
    await close();
  });
});

describe("the playground", () => {
  const examples: [slug: string, output: RegExp, result: RegExp][] = [
    ["hello", /Hello, Ada!\s+Hello, Grace!/, /"greeted": 2/],
    ["csv-summary", /10,000 strikes between 1990-01-08 and 2002-07-25/, /"costDollars": 40545276/],
    ["sudoku", /5 puzzles solved; each solution was checked/, /162857493/],
    ["markdown", /25 checks passed/, /"blocks": 12/],
    ["stdin", /11 lines, 112 words, 75 different ones/, /"different": 75/],
    ["timers", /in the order they were started: SLOW, MEDIUM, FAST/, /"MEDIUM"/],
  ];

  it.each(examples)("runs the example %s", async (slug, output, result) => {
    const { page, assertClean, close } = await signedIn();
    await page.goto(`/playground?example=${slug}`);
    await run(page);
    const words = await outcome(page);
    expect(words).toContain("Succeeded");
    expect(words).toMatch(result);
    await expect.poll(() => logText(page)).toMatch(output);
    assertClean();
    await close();
  });

  it("shows a tight loop's lines while it runs", async () => {
    const { page, assertClean, close } = await signedIn();
    await page.goto("/playground?example=ticker");
    await run(page);
    await expect.poll(() => logText(page)).toContain("tick");
    const early = await logText(page);
    expect(await page.locator("#run-outcome[data-run-state]").count()).toBe(0);
    expect(early).toContain("tick");
    expect(await outcome(page)).toMatch(/"ticks": \d+/);
    assertClean();
    await close();
  });

  it("runs with Ctrl+Enter and stops an endless loop", async () => {
    const { page, assertClean, close } = await signedIn();
    await page.goto("/playground");
    await write(page, 'let n = 0;\nwhile (true) if (++n % 50000 === 0) console.log("turn " + n);\n');
    await page.keyboard.press("ControlOrMeta+Enter");
    await page.waitForSelector("run-log :text('turn ')");
    await page.click("[data-playground=stop]");
    expect(await outcome(page)).toContain("Cancelled");
    assertClean();
    await close();
  });

  it("tells stdout from stderr and leads from an error to its line in the editor", async () => {
    const { page, assertClean, close } = await signedIn();
    await page.goto("/playground?example=errors");
    await run(page);
    const words = await outcome(page);
    expect(words).toContain('quantity of "monitor" is -1');
    expect(words).toContain("lib/invoice.ts:12");
    await expect.poll(() => page.locator("run-log [data-stream=stderr]").count()).toBeGreaterThan(0);
    await page.click("[data-goto-file]");
    await expect.poll(() => page.getAttribute("[data-file='lib/invoice.ts']", "aria-selected")).toBe("true");
    assertClean();
    await close();
  });

  it("refuses an empty program with a message, and keeps what was typed", async () => {
    const { page, assertClean, close } = await signedIn();
    await page.goto("/playground");
    await write(page, "   ");
    await page.fill("textarea[name=stdin]", "kept");
    await run(page);
    await page.waitForSelector(".error-summary");
    expect(await page.innerText(".error-summary")).toContain("nothing to run");
    expect(await page.inputValue("textarea[name=stdin]")).toBe("kept");
    assertClean([/status of 422/]);
    await close();
  });

  it("shares a program by a link that opens it again", async () => {
    const { page, assertClean, close } = await signedIn();
    await page.goto("/playground?example=markdown");
    await page.click("button:has-text('Share')");
    const link = await page.inputValue("#playground-share input");
    await page.goto(link);
    expect(await page.innerText(".file-tabs")).toContain("renderer.ts");
    await run(page);
    expect(await outcome(page)).toContain("Succeeded");
    assertClean();
    await close();
  });

  it("writes a program with the mock provider, says so, and runs it only on demand", async () => {
    const { page, assertClean, close } = await signedIn();
    await page.goto("/playground");
    await page.fill("[data-generate-text]", "print the first prime numbers");
    await page.click("[data-generate-start]");
    await expect.poll(() => page.innerText("[data-generate-status]"), { timeout: 20_000 }).toMatch(/mock/i);
    expect(await page.locator("run-log").count()).toBe(0);
    await run(page);
    expect(await outcome(page)).toContain("Succeeded");
    assertClean();
    await close();
  });
});

describe("a run's page", () => {
  it("loses and doubles no line when it is reloaded in the middle", async () => {
    const { page, assertClean, close } = await signedIn();
    await page.goto("/playground");
    await write(
      page,
      'for (let i = 1; i <= 60; i++) { console.log("line " + i + "."); await new Promise((r) => setTimeout(r, 50)); }',
    );
    await run(page);
    await page.waitForSelector("run-log :text('line 5.')");
    await page.click("text=Run page");
    await page.waitForSelector("run-log :text('line 20.')");
    await page.reload();
    await page.waitForSelector("run-log :text('line 60.')");
    await page.waitForSelector("#run-header[data-run-state=succeeded]");
    const lines = [...(await logText(page)).matchAll(/line (\d+)\./g)].map((match) => Number(match[1]));
    expect(lines).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    assertClean();
    await close();
  });

  it("searches all lines, marks a permalink and hands out the raw log", async () => {
    const started = await product.api("/api/execute", {
      language: "javascript",
      code: 'for (let i = 1; i <= 5000; i++) console.log(i === 4321 ? "the needle" : "straw " + i);',
    });
    const { runId } = (await started.json()) as { runId: string };
    const { page, assertClean, close } = await signedIn();
    await page.goto(`/runs/${runId}`);
    await page.waitForSelector("text=straw 5000");
    await page.fill("run-log input[type=search]", "needle");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.innerText("run-log .log-search, run-log .log-bar").then((text) => text)).toMatch(/1/);
    await page.goto(`/runs/${runId}#L4321`);
    await expect.poll(() => page.locator("run-log :text('the needle')").isVisible()).toBe(true);
    const raw = await product.api(`/api/runs/${runId}/log.txt`);
    expect((await raw.text()).split("\n")).toHaveLength(5_001);
    assertClean();
    await close();
  });

  it("reads well without a script once the run has ended", async () => {
    const { runId } = (await (
      await product.api("/api/execute", { language: "javascript", code: 'console.log("plain"); 42' })
    ).json()) as { runId: string };
    const { page, close } = await signedIn({ javaScript: false });
    await page.goto(`/runs/${runId}`);
    expect(await page.innerText("main")).toMatch(/Succeeded[\s\S]*plain/);
    await page.click("text=Program");
    expect(await page.innerText("main")).toContain("console.log");
    await page.goto("/playground");
    await page.fill("textarea[name=code]", 'console.log("without a script")');
    await run(page);
    await page.waitForURL(/\/runs\/run_/);
    await expect
      .poll(() => page.reload().then(() => page.innerText("main")), { timeout: 10_000 })
      .toContain("without a script");
    await close();
  });

  it("cancels and retries", async () => {
    const started = await product.api(
      "/api/execute",
      { language: "javascript", code: "while (true) {}" },
      { prefer: "respond-async" },
    );
    const { runId } = (await started.json()) as { runId: string };
    const { page, assertClean, close } = await signedIn();
    await page.goto(`/runs/${runId}`);
    await page.click("#run-header button:has-text('Cancel')");
    await page.waitForSelector("#run-header[data-run-state=cancelled]");
    await page.click("button:has-text('Retry')");
    await page.waitForURL((url) => url.pathname.startsWith("/runs/run_") && !url.pathname.endsWith(runId));
    await page.click("#run-header button:has-text('Cancel')");
    await page.waitForSelector("#run-header[data-run-state=cancelled]");
    assertClean();
    await close();
  });
});

describe("every page", () => {
  const looks = [
    { name: "light", colorScheme: "light", width: 1280 },
    { name: "dark", colorScheme: "dark", width: 1280 },
    { name: "phone", colorScheme: "light", width: 360 },
  ] as const;

  it.each(looks)(
    "is free of axe findings, overflow and foreign requests ($name)",
    async ({ name, colorScheme, width }) => {
      const answer = await product.api("/api/execute", {
        language: "typescript",
        code: 'console.log("a");\nthrow new Error("b");',
      });
      const { runId } = (await answer.json()) as { runId: string };
      const { page, assertClean, close } = await signedIn({ colorScheme, width });
      const pages = [
        "/",
        "/runs",
        "/runs?q=nothing-has-this-name",
        "/playground",
        `/runs/${runId}`,
        `/runs/${runId}/program`,
        `/runs/${runId}/metrics`,
        "/docs",
        "/docs/capabilities",
        "/nowhere",
      ];
      for (const path of pages) {
        await page.goto(path);
        await page.waitForLoadState("load");
        await expectNoAxeViolations(page);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${path} is wider than ${width} px`).toBeLessThanOrEqual(0);
        await screenshot(page, `${name}-${path.replace(runId, "run").replace(/\W+/g, "-")}`);
      }
      assertClean([/status of 404/]);
      await close();
    },
  );

  it("shows the sign-in page to people without a session, also free of findings", async () => {
    const { page, assertClean, close } = await openPage(browser, {
      origin: product.url,
      colorScheme: "dark",
      width: 360,
    });
    await page.goto("/");
    expect(new URL(page.url()).pathname).toBe("/login");
    await expectNoAxeViolations(page);
    assertClean();
    await close();
  });
});
