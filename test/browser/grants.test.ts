/** Programs reach the origins that the operator allows and the run asks for; a replay does not reach them again. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CODE_CAPABILITIES } from "../../worker/capabilities/code/declarations.ts";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { logText, run, write } from "../support/browser/editor.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { Product } from "../support/product/server-process.ts";

let server: Server;
let origin: string;
let product: Product;
let browser: Browser;
let asked = 0;

beforeAll(async () => {
  server = createServer((_request, response) => {
    asked += 1;
    response.setHeader("content-type", "application/json");
    setTimeout(() => response.end(JSON.stringify({ asked })), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const variables = { RUNYARD_FETCH_ORIGINS: `https://api.example.com, ${origin}` };
  [product, browser] = await Promise.all([Product.start({ variables }), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  server?.close();
});

const execute = async (code: string, grants: object) =>
  (await product.api("/api/execute", { language: "typescript", code, grants })).json();

describe("a run with grants", () => {
  it("fetches what it was granted, and is replayed without asking again", async () => {
    const code = `const answer = await fetch("${origin}/x", { method: "POST", body: "hello" });
      const { asked } = await answer.json() as { asked: number };
      console.log(answer.status, answer.headers.get("content-type"), asked);
      export default asked;`;
    const run = (await execute(code, { fetch: [origin] })) as { runId: string; stdout: string; usage: object };
    expect(run).toMatchObject({ success: true, stdout: "200 application/json 1\n", result: 1 });
    expect(run.usage).toMatchObject({ hostCalls: 1 });
    const verdict = await (await product.api(`/api/runs/${run.runId}/replay`, {})).json();
    expect(verdict).toMatchObject({ identical: true });
    expect(asked).toBe(1);
    const retried = (await (await product.api(`/api/runs/${run.runId}/retry`, {})).json()) as { runId: string };
    await expect
      .poll(async () => (await product.api(`/api/runs/${retried.runId}`)).json())
      .toMatchObject({ result: 2 });
  });

  it("reaches nothing else", async () => {
    const code = `try { await fetch("${origin.replace("127.0.0.1", "localhost")}"); } catch (error) { console.log(String(error)); }`;
    const run = await execute(code, { fetch: [origin] });
    expect(run).toMatchObject({ stdout: expect.stringContaining("TypeError: fetch failed: http://localhost") });
  });
});

describe("a program of code mode", () => {
  const get = async (code: string, origins: readonly string[]) =>
    (await product.api("/api/code/execute", { code, capabilities: ["http.get"], origins })).json();

  it("gets a text from an origin that it was started with, by the example of the reference, and from no other", async () => {
    const { example } = CODE_CAPABILITIES["http.get"];
    const code = `${example.replace("https://status.example.com", origin)}\nexport default JSON.parse(text).asked > 0;`;
    expect(await get(code, [origin])).toMatchObject({ success: true, result: true });
    const before = asked;
    expect(await get(code, [])).toMatchObject({ success: false, error: { message: expect.stringContaining(origin) } });
    expect(asked).toBe(before);
  });
});

describe("May fetch from, in the playground", () => {
  const chosen = (page: Page) =>
    page.locator("[name=fetch]:checked").evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).value));

  it("grants what is ticked, stays with the run and its forks, and never goes with a share", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product, { width: 360 });
    await page.goto("/playground");
    expect(await chosen(page)).toEqual([]);
    await write(page, `console.log((await fetch("${origin}/x")).status);\n`);
    expect(await run(page)).toContain("is not granted to this run");
    await page.check(`[name=fetch][value="${origin}"]`);
    expect(await run(page)).toContain("Succeeded");
    expect(await logText(page)).toBe("200");
    await expectNoAxeViolations(page);
    await screenshot(page, "playground-grants");
    await page.click("text=Run page");
    await page.waitForURL(/\/runs\/run_/);
    expect(await page.innerText("#run-header")).toMatch(new RegExp(`May fetch\\s+${origin}`));
    await page.click("a:has-text('Fork')");
    await page.waitForURL(/\?run=/);
    expect(await chosen(page)).toEqual([origin]);
    await page.selectOption("[data-language]", "python");
    expect(await page.locator("[data-fetch-grants]:disabled").count()).toBe(1);
    expect(await page.innerText("[data-fetch-grants]")).toContain("Python programs have no network.");
    await page.selectOption("[data-language]", "typescript");
    await page.click("button:has-text('Share')");
    await page.goto(await page.inputValue("#playground-share input"));
    expect(await chosen(page)).toEqual([]);
    assertClean();
    await close();
  });

  it("says at the field what the operator does not allow any more", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product);
    await page.goto("/playground");
    await page
      .locator("[name=fetch]")
      .first()
      .evaluate((box) => box.setAttribute("value", "https://gone.example.com"));
    await page.check("[value='https://gone.example.com']");
    await page.click("[data-playground=run]");
    await page.waitForSelector(".error-summary");
    expect(await page.innerText(".error-summary")).toContain(
      "https://gone.example.com is not an origin that this server",
    );
    expect(await page.getAttribute("[data-fetch-grants]", "aria-describedby")).toBe("field-fetch-error");
    await expectNoAxeViolations(page);
    assertClean([/status of 422/]);
    await close();
  });
});
