/** Repositories, their webhooks and deliveries, as a person sets them up: the built bundle in real Chromium. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { ProductClient } from "../support/product/server-process.ts";

let browser: Browser;
const product = () => new ProductClient(inject("product"));

beforeAll(async () => {
  browser = await launchBrowser();
  // What the pages show when somebody has been here before.
  await product().api("/api/repositories", {
    key: "seen",
    name: "Seen before",
    gitUrl: "https://github.com/acme/seen.git",
  });
  const answer = await product().api("/api/inbound-endpoints", { tracker: "github", repositoryKey: "seen" });
  const { id } = (await answer.json()) as { id: string };
  expect((await product().api(`/api/inbound-endpoints/${id}/test`, {})).status).toBe(200);
});

afterAll(async () => {
  await browser?.close();
});

const FILE = JSON.stringify({
  version: 1,
  repositories: [
    {
      key: "shop",
      name: "Shop",
      gitUrl: "https://github.com/acme/shop.git",
      jira: { projects: ["SHOP"], components: ["checkout"] },
    },
    { key: "docs", name: "Docs", gitUrl: "https://github.com/acme/docs.git", takeLabels: ["*"] },
  ],
});

describe("repositories", () => {
  it("are added with a form that names what is wrong, get a webhook, and are tested with a delivery", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product());
    await page.goto("/repos/new");
    await page.fill("[name=key]", "No Key");
    await page.fill("[name=gitUrl]", "nonsense");
    await page.fill("[name=priorityRules]", "bug = soon");
    await page.click("text=Add repository >> nth=-1");
    const summary = page.locator(".error-summary");
    await summary.waitFor();
    for (const field of ["key", "name", "gitUrl", "priorityRules"]) expect(await summary.innerText()).toContain(field);
    expect(await page.inputValue("[name=priorityRules]")).toBe("bug = soon");
    expect(await page.getAttribute("[name=gitUrl]", "aria-invalid")).toBe("true");
    await expectNoAxeViolations(page);

    await page.fill("[name=key]", "web-app");
    await page.fill("[name=name]", "Web app");
    await page.fill("[name=gitUrl]", "https://github.com/acme/web-app.git");
    await page.fill("[name=priorityRules]", "bug = high");
    await page.click("text=Add repository >> nth=-1");
    await page.waitForURL("**/repos/web-app?saved");

    await page.click("section:has-text('Incoming webhooks') button:has-text('GitHub')");
    const secret = await page.innerText("#new-secret");
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    await expectNoAxeViolations(page);
    await page.goto("/repos/web-app");
    expect(await page.content()).not.toContain(secret);
    expect(await page.innerText("main")).toContain(secret.slice(-4));

    await page.click("button:has-text('Send a test')");
    await page.waitForURL("**/deliveries/dlv_*");
    expect(await page.innerText("main")).toMatch(
      /Done[\s\S]*A test: it would start a run in web-app with the priority normal/,
    );
    await expectNoAxeViolations(page);
    await page.goto("/deliveries");
    await page.selectOption("[name=repository]", "web-app");
    await page.waitForURL("**/deliveries?repository=web-app*");
    expect(await page.locator("#delivery-results tbody tr").count()).toBe(1);
    await expectNoAxeViolations(page);
    assertClean([/422/]);
    await close();
  });

  it("are imported from a file whole, after a look at what it changes, and deleted by their name", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product());
    await page.goto("/repos/import");
    await page.fill("[name=file]", '{"version":1,"repositories":[{"key":"a"},{"key":"a"}]}');
    await page.click("button:has-text('Show what it changes')");
    expect(await page.innerText(".error-summary")).toMatch(/repositories\.0\.name[\s\S]*repositories\.1\.key/);
    await expectNoAxeViolations(page);
    await page.setInputFiles("[name=upload]", {
      name: "repos.json",
      mimeType: "application/json",
      buffer: Buffer.from(FILE),
    });
    await page.click("button:has-text('Show what it changes')");
    expect(await page.innerText("main")).toMatch(/changes 2 repositories[\s\S]*shop\s+new[\s\S]*docs\s+new/);
    await expectNoAxeViolations(page);
    await page.click("button:has-text('Import')");
    await page.waitForURL("**/repos?imported=2");
    expect(await page.innerText("table.runs")).toMatch(/github\.com\/acme\/docs[\s\S]*github\.com\/acme\/shop/);
    await expectNoAxeViolations(page);

    await page.click(".row-link:text-is('Docs')");
    await page.click("button:has-text('Delete')");
    await page.fill("dialog [name=confirm]", "docs");
    await expectNoAxeViolations(page);
    await page.click("dialog button:has-text('Delete repository')");
    await page.waitForURL("**/repos?deleted=docs");
    expect(await page.locator("table.runs").innerText()).not.toContain("acme/docs");
    assertClean([/422/]);
    await close();
  });

  it.each([
    ["light", 1280],
    ["dark", 360],
  ] as const)("fit in %s at %i px, with nothing cut off", async (colorScheme, width) => {
    const { page, assertClean, close } = await openSignedIn(browser, product(), { colorScheme, width });
    const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    for (const path of ["/repos", "/repos/new", "/repos/seen", "/repos/import", "/inbound-endpoints", "/deliveries"]) {
      await page.goto(path);
      expect(await isWide(), path).toBe(false);
      await expectNoAxeViolations(page);
      await screenshot(page, `${colorScheme}-${width}${path.replaceAll("/", "-")}`);
    }
    await page.click("table.runs .row-link");
    await expectNoAxeViolations(page);
    expect(await isWide()).toBe(false);
    await screenshot(page, `${colorScheme}-${width}-delivery`);
    assertClean();
    await close();
  });
});
