/** Two people and their workspaces, as they meet the console: invitations, roles, tokens, sessions. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openPage, openSignedIn, screenshot } from "../support/browser/page.ts";
import { Product } from "../support/product/server-process.ts";

const LOOKS = [
  ["light", "light", 1280],
  ["dark", "dark", 1280],
  ["phone", "light", 360],
] as const;

let product: Product;
let browser: Browser;

beforeAll(async () => {
  [product, browser] = await Promise.all([Product.start(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

async function look(page: Page, name: string): Promise<void> {
  // A page whose scheme was changed a moment ago fades from one to the other.
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  });
  await expectNoAxeViolations(page);
  await screenshot(page, name);
}

async function signUp(page: Page, email: string): Promise<void> {
  await page.fill("[name=name]", "Bo");
  await page.fill("[name=email]", email);
  await page.fill("[name=password]", "four words in a row");
  await page.click("text=Make account");
  await page.waitForSelector("h1:text('Overview')");
}

describe("People", () => {
  it("come in by themselves into a workspace of their own, and see nothing of another", async () => {
    const { page, assertClean, close } = await openPage(browser, { origin: product.url, width: 360 });
    await page.goto("/login");
    await look(page, "login");
    await page.click("text=Make one");
    await look(page, "signup");
    await signUp(page, "bo@example.com");
    expect(await page.innerText("header")).not.toContain("Sample");
    await page.goto("/runs");
    expect(await page.innerText("main")).not.toContain("Hello");
    await page.goto("/settings/members");
    expect(await page.innerText("main")).toContain("bo@example.com");
    await page.goto("/settings/sessions");
    expect(await page.innerText("main")).toContain("Chrome on Linux");
    await look(page, "sessions-narrow");
    await page.goto("/settings/workspaces");
    await look(page, "workspaces-narrow");
    assertClean();
    await close();
  });

  it("are told what is wrong with a form, and keep what they typed", async () => {
    const { page, assertClean, close } = await openPage(browser, { origin: product.url, javaScript: false });
    await page.goto("/login");
    await page.fill("[name=email]", "nobody@example.com");
    await page.fill("[name=password]", "a wrong password");
    await page.click("button:text('Sign in')");
    expect(await page.innerText(".error-summary")).toContain("The e-mail address or the password is wrong.");
    expect(await page.inputValue("[name=email]")).toBe("nobody@example.com");
    // Without scripts nothing can be injected that would look for findings.
    await screenshot(page, "login-refused");
    assertClean([/401/]);
    await close();
  });

  it("are invited as viewers, look on, and are made members", async () => {
    const owner = await openSignedIn(browser, product, { colorScheme: "dark" });
    await owner.page.goto("/settings/members");
    await owner.page.fill("[name=email]", "cleo@example.com");
    await owner.page.selectOption("select[name=role]:not([aria-label])", "viewer");
    await owner.page.click("text=Make invitation");
    const link = await owner.page.innerText("#new-secret");
    await look(owner.page, "people-invited-dark");
    const guest = await openPage(browser, { origin: product.url });
    await guest.page.goto(link);
    await look(guest.page, "invitation");
    await guest.page.click("text=Make an account");
    await signUp(guest.page, "cleo@example.com");
    expect(await guest.page.innerText("header")).toContain("Sample workspace");
    const run = () =>
      guest.context.request.post(`${product.url}/playground/runs`, {
        headers: { origin: product.url },
        form: { language: "javascript", code: "1" },
        maxRedirects: 0,
      });
    expect((await run()).status()).toBe(403);
    for (const path of ["/", "/queue", "/runs", "/playground", "/repos", "/settings/limits", "/settings/keys"]) {
      await guest.page.goto(path);
      expect(await guest.page.locator("main form[method=post], [data-playground=run]").count()).toBe(0);
      await look(guest.page, `viewer-${path.split("/").at(-1) || "overview"}`);
    }
    await guest.page.goto("/playground");
    await guest.page.keyboard.press("Control+Enter");
    expect(await guest.page.innerText("main")).toContain("takes the role member or more");
    await owner.page.goto("/settings/members");
    await look(owner.page, "people-dark");
    await owner.page.selectOption("select[aria-label='Role of Bo']", "member");
    await owner.page.click("text=Save the role of Bo");
    await expect.poll(async () => (await run()).status()).toBe(303);
    owner.assertClean();
    guest.assertClean();
    await Promise.all([owner.close(), guest.close()]);
  });

  it("read what was changed, and where they are signed in, by day, at night and on a phone", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product);
    for (const name of ["audit", "sessions", "workspaces"]) {
      await page.goto(`/settings/${name}`);
      for (const [suffix, colorScheme, width] of LOOKS) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await look(page, `${name}-${suffix}`);
        const { scrollWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth }));
        expect(scrollWidth, `${name} at ${width}`).toBeLessThanOrEqual(width);
      }
    }
    assertClean();
    await close();
  });

  it("are asked before somebody is taken out, leave with a way back, and change their password", async () => {
    const owner = await openSignedIn(browser, product, { javaScript: true });
    await owner.page.goto("/settings/members");
    const rows = owner.page.locator("tr", { hasText: "cleo@example.com" });
    await rows.locator("summary").click();
    for (const [suffix, colorScheme, width] of LOOKS) {
      await owner.page.emulateMedia({ colorScheme });
      await owner.page.setViewportSize({ width, height: 800 });
      await look(owner.page, `removal-asked-${suffix}`);
      const scrollWidth = await owner.page.evaluate(() => document.documentElement.scrollWidth);
      expect(scrollWidth, `removal at ${width}`).toBeLessThanOrEqual(width);
    }
    expect(await rows.innerText()).toContain("Bo will no longer see this workspace");
    await rows.locator("button:text('Remove Bo')").click();
    await expect.poll(() => owner.page.innerText("main")).not.toContain("cleo@example.com");
    await owner.page.locator("summary", { hasText: "Leave" }).click();
    await owner.page.click("button:text('Leave the workspace')");
    await owner.page.click("text=Back to People");
    await owner.page.waitForSelector("h1:text('People')");
    owner.assertClean([/409/]);
    await owner.close();

    const person = await openPage(browser, { origin: product.url, javaScript: false });
    await person.page.goto("/settings/account");
    await person.page.fill("[name=email]", "bo@example.com");
    await person.page.fill("[name=password]", "four words in a row");
    await person.page.click("button:text('Sign in')");
    expect(new URL(person.page.url()).pathname).toBe("/settings/account");
    await person.page.fill("[name=current-password]", "a wrong password");
    await person.page.fill("[name=new-password]", "five words in a row");
    await person.page.click("button:text('Change password')");
    expect(await person.page.innerText(".error-summary")).toContain("current password is wrong");
    await person.page.fill("[name=current-password]", "four words in a row");
    await person.page.fill("[name=new-password]", "five words in a row");
    await person.page.click("button:text('Change password')");
    expect(await person.page.innerText("[role=status]")).toContain("The password is changed");
    person.assertClean([/422/]);
    await person.close();

    const { page, assertClean, close } = await openPage(browser, { origin: product.url });
    await page.goto("/login?next=/settings/account");
    await page.fill("[name=email]", "bo@example.com");
    await page.fill("[name=password]", "five words in a row");
    await page.click("button:text('Sign in')");
    await page.waitForSelector("h1:text('Account')");
    for (const [suffix, colorScheme, width] of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await look(page, `account-${suffix}`);
      const scrollWidth = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(scrollWidth, `account at ${width}`).toBeLessThanOrEqual(width);
    }
    assertClean();
    await close();
  });

  it("make a token that a machine uses until it is revoked", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product);
    await page.goto("/settings/tokens");
    await page.fill("[name=name]", "nightly build");
    await page.click("text=Make token");
    const token = await page.innerText("#new-secret");
    await look(page, "token-made");
    const ask = () => fetch(`${product.url}/api/runs`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask()).status).toBe(200);
    await page.goto("/settings/tokens");
    await look(page, "tokens");
    expect(await page.innerText("main")).not.toContain(token);
    // By keyboard, as a button that asks first.
    await page.locator("summary", { hasText: "Revoke nightly build" }).press("Enter");
    await page.setViewportSize({ width: 360, height: 800 });
    await look(page, "token-revocation-asked");
    expect((await ask()).status).toBe(200);
    await page.click("button:text('Revoke nightly build')");
    await page.waitForSelector("text=first token");
    expect((await ask()).status).toBe(401);
    assertClean();
    await close();
  });
});
