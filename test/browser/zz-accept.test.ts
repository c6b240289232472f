import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { ProductClient } from "../support/product/server-process.ts";

let browser: Browser;
const product = () => new ProductClient(inject("product"));
beforeAll(async () => { browser = await launchBrowser(); });
afterAll(async () => { await browser?.close(); });

it("accept", { timeout: 280_000 }, async () => {
  const { page: p, close } = await openSignedIn(browser, product(), { width: 1280 });
  const say = (...x: unknown[]) => console.log("ACCEPT", ...x);
  await p.goto("/meetings");
  await screenshot(p, "zz-meetings");
  await p.click("text=Sprint 14 planning");
  await p.waitForURL("**/meetings/mtg_*");
  const meeting = new URL(p.url()).pathname;
  await screenshot(p, "zz-meeting");
  const process = async (version: string) => {
    await p.goto(meeting);
    await p.check(`[name=version][value=${version}]`);
    await p.click(".process-form button");
    await p.waitForTimeout(6000);
    await p.goto(meeting);
    say(version, p.url(), (await p.locator("#meeting-runs").innerText().catch(() => "none")).slice(0, 600));
  };
  await process("v2");
  await screenshot(p, "zz-meeting-v2");
  const runHref = await p.locator("#meeting-runs a[href^='/runs/run_']").first().getAttribute("href");
  say("run", runHref);
  const run = runHref!.replace(/\/(effects|program|calls).*/, "");
  await p.goto(run); await screenshot(p, "zz-run");
  await p.goto(`${run}/program`); await screenshot(p, "zz-program");
  await p.goto(`${run}/effects`); await screenshot(p, "zz-sheet");
  await expectNoAxeViolations(p);
  say("sheet", (await p.locator("main").innerText()).slice(0, 3000));
  await p.click("button[value=approve-all]");
  await p.waitForTimeout(1500);
  await p.locator("input[type=radio][value=rejected]").last().check({ force: true });
  await p.click("button[value=apply]");
  await p.waitForTimeout(2500);
  await screenshot(p, "zz-sheet-applied");
  say("applied", p.url(), (await p.locator("main").innerText()).slice(0, 1200));
  await p.goto("/stories"); await screenshot(p, "zz-stories");
  say("stories", (await p.locator("main").innerText()).slice(0, 800));
  await process("v2");
  await process("v1");
  await screenshot(p, "zz-meeting-both");
  await p.goto(`${meeting}/compare`); await screenshot(p, "zz-compare");
  say("compare", (await p.locator("main").innerText()).slice(0, 1500));
  await p.goto(`${run}/calls`); await screenshot(p, "zz-calls");
  say("calls", (await p.locator("main").innerText()).slice(0, 600));
  await p.locator(".host-calls summary").nth(1).click().catch(() => say("no calls"));
  await p.locator("text=Fork here").nth(0).click({ force: true }).catch(() => say("no fork"));
  await p.waitForTimeout(1500);
  await screenshot(p, "zz-fork-form");
  say("fork", p.url());
  await p.goto(`${run}/effects`);
  await p.locator("[data-dialog]").first().click().catch(() => say("no undo button"));
  await p.waitForTimeout(500);
  await p.locator("form[action$='effect-undos'] button.danger").click().catch(() => say("no undo"));
  await p.waitForTimeout(2500);
  await screenshot(p, "zz-undone");
  say("undone", (await p.locator("main").innerText()).slice(0, 800));
  await close();
  for (const [name, width, colorScheme] of [["dark", 1280, "dark"], ["narrow", 360, "light"]] as const) {
    const { page, close: shut } = await openSignedIn(browser, product(), { width, colorScheme });
    for (const path of [meeting, `${meeting}/compare`, `${run}/effects`, `${run}/program`, `${run}/calls`, "/stories", "/snippets", "/meetings"]) {
      await page.goto(path);
      await screenshot(page, `zz-${path.replace(/mtg_\w+/, "m").replace(/run_\w+/, "r").replaceAll("/", "-")}-${name}`);
    }
    await shut();
  }
});
