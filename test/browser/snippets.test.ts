/** Snippets as a person keeps, runs, schedules, compares and deletes them: the built bundle in real Chromium. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { text, write } from "../support/browser/editor.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { ProductClient } from "../support/product/server-process.ts";

let browser: Browser;
const product = () => new ProductClient(inject("product"));

const GREETING =
  'export const greet = (name: string) => "Hello, " + name;\nexport default greet(String(globalThis.context?.name));\n';

beforeAll(async () => {
  browser = await launchBrowser();
  // What the pages show when somebody has been here before.
  const saved = await product().api("/api/snippets", {
    ...{ name: "seen-before", description: "Greets whoever is named", language: "typescript", note: "As it began" },
    files: { "main.ts": GREETING, "words.json": '{"hello":"Hello"}' },
    entry: "main.ts",
    parameters: [
      { name: "name", type: "string", required: true, description: "Who is greeted" },
      { name: "times", type: "number", default: 1 },
      { name: "isLoud", type: "boolean" },
      { name: "tone", type: "enum", options: ["warm", "cool"], default: "warm" },
    ],
    manifest: { capabilities: ["stories.search"] },
  });
  expect(saved.status).toBe(201);
  const schedule = { cron: "30 8 * * MON-FRI", timeZone: "Europe/Berlin", parameters: { name: "all" } };
  expect((await product().api("/api/snippets/seen-before/schedules", schedule)).status).toBe(201);
});

afterAll(async () => {
  await browser?.close();
});

const notice = (page: Page) => page.locator(".notice").innerText();

describe("snippets", () => {
  it("are written with parameters, run with a form that checks them, and imported by a program", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product());
    await page.goto("/snippets/new");
    await page.fill("[name=name]", "Not a name");
    await write(page, GREETING);
    await page.click("button:text('Save snippet')");
    await page.locator(".error-summary").waitFor();
    expect(await page.locator(".error-summary").innerText()).toContain("lower-case words with hyphens");
    expect(await text(page)).toBe(GREETING);
    await expectNoAxeViolations(page);

    await page.fill("[name=name]", "greeting");
    await page.fill("[name=description]", "Greets");
    await page.fill("[name=parameter-0-name]", "name");
    await page.check("[name=parameter-0-required]");
    await page.fill("[name=parameter-1-name]", "times");
    await page.selectOption("[name=parameter-1-type]", "number");
    await page.click("button:text('Save snippet')");
    await page.waitForURL("**/snippets/greeting?saved");
    expect(await notice(page)).toContain("newest version is 1");

    await page.fill("[name=run-parameter-name]", "Ana");
    await page.fill("[name=run-parameter-times]", "many");
    await page.click("button:text('Run')");
    await page.locator(".error-summary").waitFor();
    expect(await page.locator(".error-summary").innerText()).toContain("must be a number");
    expect(await page.inputValue("[name=run-parameter-name]")).toBe("Ana");
    await page.fill("[name=run-parameter-times]", "2");
    await page.click("button:text('Run')");
    await page.waitForURL("**/runs/run_*");
    await page.locator("#run-header[data-run-state=succeeded]").waitFor();
    expect(await page.innerText("main")).toContain("Hello, Ana");
    expect(await page.innerText("h1")).toBe("greeting@1");

    await page.goto("/playground");
    await write(page, 'import { greet } from "snippets/greeting@1";\nconsole.log(greet("yard"));\n');
    await page.click("[data-playground=run]");
    await page.locator("#run-outcome[data-run-state=succeeded]").waitFor();
    expect(await page.innerText("#run-panel")).toContain("Hello, yard");
    await write(page, 'import { greet } from "snippets/nobody";\n');
    await page.click("[data-playground=run]");
    await page.locator("#playground-errors .error-summary").waitFor();
    expect(await page.innerText("#playground-errors")).toContain('line 1: "snippets/nobody" does not exist');
    // A status of 422 is logged by the browser, also where the page shows it well.
    assertClean([/status of 422/]);
    await close();
  });

  it("are saved from the playground and from a run, changed, compared, restored and deleted by typing the name", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product());
    await page.goto("/playground");
    await write(page, "export const one = 1;\n");
    await page.click("button:text('Save as snippet')");
    await page.fill("[name=snippet]", "from-playground");
    await page.press("[name=snippet]", "Enter");
    await page.locator("#playground-share .notice").waitFor();
    expect(await page.innerText("#playground-share")).toContain("version 1");
    await page.click("#playground-share a");
    await page.waitForURL("**/snippets/from-playground");

    await write(page, "export const one = 1;\nexport const two = 2;\n");
    await page.fill("[name=note]", "Two, too");
    await page.click("button:text('Save new version')");
    await page.waitForURL("**/snippets/from-playground?saved");
    await page.click(".versions a:text('Changes')");
    expect(await page.locator(".changed-lines ins").allInnerTexts()).toEqual(["+export const two = 2;\n"]);
    await expectNoAxeViolations(page);
    await screenshot(page, "snippet-changes");
    await page.click(".versions button:text('Restore') >> nth=0");
    await page.waitForURL("**/snippets/from-playground?saved");
    expect(await text(page)).toBe("export const one = 1;\n");
    expect(await page.innerText(".versions")).toContain("Version 1 restored");

    await page.click("button:text('Run')");
    await page.waitForURL("**/runs/run_*");
    await page.click("a:text('Save as snippet')");
    await page.waitForURL("**/snippets/new?run=*");
    expect(await text(page)).toBe("export const one = 1;\n");

    await page.goto("/snippets/from-playground");
    await page.click("[data-dialog=delete-snippet]");
    await page.fill("dialog [name=confirm]", "something else");
    await page.click("dialog .danger");
    expect(await page.innerText("main")).toContain("must be the snippet's name");
    await page.goto("/snippets/from-playground");
    await page.click("[data-dialog=delete-snippet]");
    await page.fill("dialog [name=confirm]", "from-playground");
    await page.click("dialog .danger");
    await page.waitForURL("**/snippets?deleted=from-playground");
    expect(await notice(page)).toContain("from-playground was deleted");
    assertClean([/status of 422/]);
    await close();
  });

  it("run by the clock until they are paused", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product());
    await page.goto("/snippets/seen-before");
    await page.click("text=Add a schedule");
    await page.fill("[name=schedule-cron]", "0 25 * * *");
    await page.fill("[name=schedule-parameter-name]", "all");
    await page.click("button:text('Schedule')");
    await page.locator(".error-summary").waitFor();
    expect(await page.locator(".error-summary").innerText()).toContain('"25" is no hour');
    await page.fill("[name=schedule-cron]", "0 12 * * *");
    await page.click("button:text('Schedule')");
    await page.waitForURL("**/snippets/seen-before");
    const added = page.locator(".schedules li", { hasText: "0 12 * * *" });
    await added.locator("text=Pause").click();
    await added.locator(".mark:text('paused')").waitFor();
    await added.locator("text=Resume").click();
    await added.locator("text=Next").waitFor();
    await added.locator("text=Delete").click();
    await added.waitFor({ state: "detached" });
    assertClean([/status of 422/]);
    await close();
  });

  it("are read in light, dark and on a phone", async () => {
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 1280],
      ["dark", 360],
      ["light", 360],
    ] as const) {
      const { page, assertClean, close } = await openSignedIn(browser, product(), { colorScheme, width });
      for (const [name, path] of [
        ["snippets", "/snippets"],
        ["snippet", "/snippets/seen-before"],
        ["snippet-new", "/snippets/new"],
      ] as const) {
        await page.goto(path);
        await page.locator("h1").waitFor();
        await expectNoAxeViolations(page);
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(excess, `${name} at ${width}`).toBeLessThanOrEqual(0);
        await screenshot(page, `${name}-${colorScheme}-${width}`);
      }
      assertClean();
      await close();
    }
  });
});
