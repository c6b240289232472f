/** The playground's tools, in real Chromium: languages, formatting, drafts, history, forks, and errors in the output. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { cursorLine, logText, run, text, write } from "../support/browser/editor.ts";
import { openSignedIn, type PageOptions, screenshot, type WatchedPage } from "../support/browser/page.ts";
import { ProductClient } from "../support/product/server-process.ts";

const product = new ProductClient(inject("product"));
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser?.close());

async function playground(options: Omit<PageOptions, "origin"> = {}): Promise<WatchedPage> {
  const watched = await openSignedIn(browser, product, options);
  await watched.page.goto("/playground");
  return watched;
}

/** The address of the run that the panel shows. */
const runHref = (page: Page) => page.getAttribute("#run-panel a", "href");

describe("languages", () => {
  it("each start with their own program, and keep what was written in another", async () => {
    const { page, assertClean, close } = await playground();
    await write(page, "// Mine\n1;\n");
    await page.selectOption("[data-language]", "python");
    expect(await text(page)).toContain("print(");
    expect(await page.innerText(".file-tabs")).toContain("main.py");
    expect(await page.getAttribute("[name=stdin]", "placeholder")).toContain("input()");
    await expect.poll(() => page.locator("code-editor .cm-line span").count()).toBeGreaterThan(1);
    await page.selectOption("[data-language]", "html");
    expect(await page.innerText(".file-tabs")).toMatch(/index\.html[\s\S]*style\.css[\s\S]*script\.js/);
    expect(await page.isVisible("[name=stdin]")).toBe(false);
    await page.selectOption("[data-language]", "javascript");
    expect(await text(page)).toBe("// Mine\n1;\n");
    expect(await page.innerText(".file-tabs")).toContain("main.js");
    assertClean();
    await close();
  });

  it("are written by the mock provider, into the file that runs first", async () => {
    const { page, assertClean, close } = await playground();
    await page.selectOption("[data-language]", "python");
    await page.fill("[data-generate-text]", "print the first prime numbers");
    await page.click("[data-generate-start]");
    await expect.poll(() => page.innerText("[data-generate-status]"), { timeout: 20_000 }).toMatch(/Written by/);
    expect(await text(page)).toContain("def first_primes");
    assertClean();
    await close();
  });
});

describe("a request", () => {
  it("whose element has left the page is no error", async () => {
    const { page, assertClean, close } = await playground();
    // htmx asks the document then.
    await page.evaluate("void document.dispatchEvent(new CustomEvent('htmx:before:request', { detail: {} }))");
    assertClean();
    await close();
  });
});

describe("Format", () => {
  it("formats each kind of file under the strict policy, as one step that can be undone", async () => {
    const { page, assertClean, close } = await playground();
    const before = "const  x:number=1;enum A{B}\nfunction f( a:string ){return a}\n";
    await write(page, before);
    await page.click("[data-playground=format]");
    const after = "const x: number = 1;\nenum A {\n  B,\n}\nfunction f(a: string) {\n  return a;\n}\n";
    await expect.poll(() => text(page)).toBe(after);
    await page.click("code-editor .cm-content");
    await page.keyboard.press("ControlOrMeta+Z");
    expect(await text(page)).toBe(before);
    await page.selectOption("[data-language]", "html");
    for (const [file, source, formatted] of [
      ["style.css", "p{color:red}", "p {\n  color: red;\n}\n"],
      ["script.js", "let a={b:1}", "let a = { b: 1 };\n"],
      [
        "index.html",
        "<!doctype html><p><script>f( )</script>",
        "<!doctype html>\n<p>\n  <script>\n    f();\n  </script>\n</p>\n",
      ],
    ] as const) {
      await page.click(`[data-file='${file}']`);
      await write(page, source);
      await page.keyboard.press("Shift+Alt+F");
      await expect.poll(() => text(page)).toBe(formatted);
    }
    assertClean();
    await close();
  });

  it("changes nothing in a file that does not parse, and leads to the line", async () => {
    const { page, assertClean, close } = await playground();
    const broken = "const a = 1;\n\nfunction ( {\n";
    await write(page, broken);
    await page.click("[data-playground=format]");
    await page.waitForSelector("[data-format-status] .link");
    expect(await page.innerText("[data-format-status]")).toMatch(/^Not formatted: .+ main\.ts:3$/);
    expect(await text(page)).toBe(broken);
    await page.selectOption("[data-language]", "python");
    expect(await page.getAttribute("[data-playground=format]", "title")).toContain("no formatter for Python");
    await page.keyboard.press("Shift+Alt+F");
    expect(await page.innerText("[data-format-status]")).toContain("no formatter for Python");
    assertClean();
    await close();
  });
});

describe("earlier programs", () => {
  it("come back from the history with their input, and never cost a draft", async () => {
    const { page, assertClean, close } = await playground();
    await write(page, "// The earlier one\nexport default 7;\n");
    await page.fill("[name=stdin]", "its input");
    expect(await run(page)).toContain("Succeeded");
    await write(page, "// Unsaved work");
    await page.click("button:has-text('History')");
    await page.click("#history-menu a:has-text('The earlier one') >> nth=0");
    await page.waitForURL(/\?run=run_/);
    expect(await text(page)).toContain("export default 7");
    expect(await page.inputValue("[name=stdin]")).toBe("its input");
    expect(await page.innerText(".forked-from")).toContain("Forked from The earlier one");
    expect(await page.innerText("[data-draft-notice]")).toContain("“Unsaved work” is kept");
    // Edits here are a draft of their own.
    await write(page, "// Other work");
    await page.click("button:has-text('History')");
    await page.click("[data-draft-list] button:has-text('Unsaved work')");
    expect(await text(page)).toBe("// Unsaved work");
    await page.click("button:has-text('History')");
    expect(await page.innerText("[data-draft-list]")).toMatch(/Other work/);
    await expectNoAxeViolations(page);
    await screenshot(page, "playground-history");
    await page.goto("/playground");
    expect(await text(page)).toMatch(/Unsaved work|Other work/);
    assertClean();
    await close();
  });

  it("are forked from a run's page and from a link, and say where they come from", async () => {
    const { page, assertClean, close } = await playground();
    await write(page, "// The origin\nexport default 1;\n");
    await run(page);
    await page.goto((await runHref(page))!);
    await page.click("a:has-text('Fork')");
    await page.waitForURL(/\?run=/);
    expect(await text(page)).toContain("The origin");
    await write(page, "// The fork\nexport default 2;\n");
    await page.click("button:has-text('Share')");
    const link = await page.inputValue("#playground-share input");
    await page.goto(link);
    expect(await page.innerText(".forked-from")).toContain("Forked from The origin");
    await page.click("a:has-text('Fork')");
    await page.waitForURL(/\?share=/);
    expect(await page.innerText(".forked-from")).toContain("Forked from The fork");
    await page.click("button:has-text('Share')");
    const again = await page.inputValue("#playground-share input");
    expect(again).not.toBe(link);
    await page.goto(again);
    expect(await page.getAttribute(".forked-from a", "href")).toBe(new URL(link).pathname);
    await expectNoAxeViolations(page);
    assertClean();
    await close();
  });
});

describe("Run", () => {
  it("runs the newest text when it is pressed again before an answer came", async () => {
    const { page, assertClean, close } = await playground();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/playground/runs", (route) => answered.then(() => route.continue()));
    for (const word of ["first", "second", "third"]) {
      await write(page, `console.log("the ${word}");`);
      await page.keyboard.press("ControlOrMeta+Enter");
    }
    answer();
    await expect.poll(() => logText(page), { timeout: 20_000 }).toBe("the third");
    assertClean();
    await close();
  });
});

describe("what went wrong", () => {
  it("is shown with its source line, and leads there", async () => {
    const { page, assertClean, close } = await playground({ width: 360, colorScheme: "dark" });
    await write(page, "function inner(x) {\n  return x.missing.name;\n}\n\ninner({});\n");
    const words = await run(page);
    expect(words).toMatch(/TypeError[\s\S]*2\s+return x\.missing\.name;\n\s+\^/);
    // It stands below the editor on a narrow screen, and was brought into view.
    const roomBelow = () => innerHeight - document.querySelector("#run-panel")!.getBoundingClientRect().top;
    expect(await page.evaluate(roomBelow)).toBeGreaterThan(100);
    expect(await page.locator("code-editor .cm-fault-line").innerText()).toContain("missing");
    await page.click(".outcome-error details button:has-text('main.ts:5')");
    await expect.poll(() => cursorLine(page)).toContain("inner({})");
    await expectNoAxeViolations(page);
    await write(page, "1");
    expect(await page.locator("code-editor .cm-fault-line").count()).toBe(0);
    // The run's page says the same, and its places lead to the program.
    await page.goto((await runHref(page))!);
    expect(await page.innerText(".outcome-error")).toMatch(/2\s+return x\.missing\.name;\n\s+\^/);
    await page.click(".outcome-error details a:has-text('main.ts:5')");
    await page.waitForURL(/\/program#F0L5$/);
    expect(await page.innerText(":target")).toContain("inner({})");
    assertClean();
    await close();
  });

  it("names the limit that was reached, and leads to its field", async () => {
    const { page, assertClean, close } = await playground();
    await write(page, "for (;;) console.log('again and again');\n");
    await page.click(".limits summary");
    await page.fill("[name=outputBytes]", "2048");
    expect(await run(page)).toMatch(/Stopped at its output limit of 2 KiB\.[\s\S]*allow more output: up to 8 MiB/);
    await page.click("[data-goto-limit]");
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).name)).toBe("outputBytes");
    await expectNoAxeViolations(page);
    assertClean();
    await close();
  });
});
