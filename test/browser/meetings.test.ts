/** A meeting as a person adds, reads and deletes it: the built bundle in real Chromium. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { MeetingAdded } from "../../worker/domain/meeting.ts";
import { SAMPLE_MEETINGS } from "../../worker/domain/sample-meetings.ts";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { Product, ProductClient } from "../support/product/server-process.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { ANSWER } from "../support/providers/protocol.ts";
import { startScriptedServer } from "../support/providers/scripted-server.ts";
import { wordDocument } from "../support/word-document.ts";

let browser: Browser;
const product = () => new ProductClient(inject("product"));

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
});

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

const PROGRAM = "```typescript\nexport default 1;\n```";

describe("a meeting", () => {
  it("is added from a file after two that are wrong, searched, linked to, and deleted", async () => {
    const { page, assertClean, close } = await openSignedIn(browser, product());
    await page.goto("/meetings");
    await page.click("text=Add a meeting");
    await page.waitForURL("**/meetings/new");
    await expectNoAxeViolations(page);

    const file = page.locator("[name=file]");
    // A smaller bound than the real one, which a file of more than it would take long to reach.
    await file.evaluate((input) => input.setAttribute("data-max-bytes", "1024"));
    await file.setInputFiles({ name: "long.txt", mimeType: "text/plain", buffer: Buffer.alloc(2048, "x") });
    const complaint = await file.evaluate((input: HTMLInputElement) => input.validationMessage);
    expect(complaint).toBe("The file has 2 KiB; at most 1 KiB are taken.");
    await file.setInputFiles({ name: "renamed.docx", mimeType: DOCX, buffer: Buffer.from("%PDF-1.7") });
    await page.fill("[name=title]", "Design review");
    await page.click("button:has-text('Add meeting')");
    expect(await page.innerText(".error-summary")).toMatch(/file\s+The file is a PDF/);
    expect(await page.inputValue("[name=title]")).toBe("Design review");
    await expectNoAxeViolations(page);

    const spoken = [
      ["Dana Ruiz   0:03", "We keep the queue."],
      ["Bob   1:02:03", "PAY-12 is blocked by legal."],
    ];
    await file.setInputFiles({ name: "review.docx", mimeType: DOCX, buffer: Buffer.from(wordDocument(spoken)) });
    await page.click("button:has-text('Add meeting')");
    await page.waitForURL("**/meetings/mtg_*?added");
    // Polled: Chromium counts what it has not yet drawn (content-visibility) as not said.
    await expect
      .poll(() => page.innerText(".transcript"))
      .toMatch(/0:03\s*Dana Ruiz\s*We keep[\s\S]*1:02:03\s*Bob\s*PAY-12/);
    await expectNoAxeViolations(page);

    await page.fill("[name=q]", "LEGAL");
    await page.locator(".transcript mark").waitFor();
    expect(await page.locator(".transcript li").count()).toBe(1);
    await expectNoAxeViolations(page);
    await page.click(".utterance-time");
    await page.waitForURL("**/meetings/mtg_*#u-1");
    await expect.poll(() => page.innerText(".transcript li:target")).toContain("PAY-12");

    await page.goto("/meetings?q=design");
    await page.click(".row-link:text-is('Design review')");
    await page.click("button:has-text('Delete')");
    await expectNoAxeViolations(page);
    await page.click("dialog button:has-text('Delete meeting')");
    await page.waitForURL("**/meetings?deleted");
    expect(await page.innerText("main")).not.toContain("Design review");
    assertClean([/422/]);
    await close();
  });

  it("is processed by two models, which are set side by side; its run shows each phase, and a receipt", async () => {
    const [product, server] = await Promise.all([
      Product.start({ variables: { RUNYARD_PROVIDER_PRIVATE_HOSTS: "allow" } }),
      startScriptedServer(),
    ]);
    const answers = { "author-1": PROGRAM, "author-2": PROGRAM, critic: "APPROVED" };
    for (const [model, text] of Object.entries(answers)) {
      const body = chatProtocol
        .frames({ pieces: [text] })
        .join("")
        .replaceAll(ANSWER.model, model);
      const baseUrl = `${server.play({ body }).baseUrl}/v1`;
      const key = { name: model, model, provider: "openai-compatible", baseUrl };
      expect((await product.api("/api/workspace/api-keys", key)).status).toBe(201);
    }
    const added = await product.api("/api/meetings", { title: "Two models", transcript: "Ana: TWO-1 is done." });
    const { id } = (await added.json()) as MeetingAdded;
    const { page, assertClean, close } = await openSignedIn(browser, product, { width: 360 });
    await page.goto(`/meetings/${id}`);
    for (const [index, model] of ["author-1", "author-2"].entries()) {
      await page.fill("[name=model]", model);
      await page.check("[name=reviewByModel]");
      await page.fill("[name=reviewModel]", "critic");
      await page.click("button:has-text('Process meeting')");
      await page.waitForSelector(`#meeting-runs:not([hx-get]) tbody tr:nth-child(${index + 1})`);
    }
    await expect.poll(() => page.innerText("#meeting-runs tbody")).toMatch(/author-2\s*reviewed by critic/);
    await page.click("text=Compare two runs side by side");
    await page.waitForURL("**/compare");
    const [first, second] = await page
      .locator("[name=a] option")
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
    const figures = page.locator("tr", { hasText: "Model" }).first();
    for (const [a, b, shown] of [
      [first, second, /author-2\s+author-1/],
      [second, first, /author-1\s+author-2/],
    ] as const) {
      await page.selectOption("[name=a]", a!);
      await page.selectOption("[name=b]", b!);
      await page.click("button:has-text('Compare')");
      await page.waitForURL(`**/compare?a=${a}&b=${b}`);
      expect(await figures.innerText()).toMatch(shown);
    }
    await expectNoAxeViolations(page);
    await page.goto(`/runs/${first}/program`);
    expect(await page.innerText(".steps")).toMatch(
      /Write the program[\s\S]*Check types[\s\S]*Review by a model[\s\S]*Execute/,
    );
    expect(await page.innerText(".receipt")).toMatch(/Receipt[\s\S]*passed, by TypeScript/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    await expectNoAxeViolations(page);
    await page.goto(`/meetings/${id}`);
    await page.fill("[name=model]", "author-3");
    await page.click("button:has-text('Process meeting')");
    await expect
      .poll(() => page.innerText(".error-summary"))
      .toContain("names no model of the workspace. These can be named: default, critic, author-");
    expect(await page.inputValue("[name=model]")).toBe("author-3");
    expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false);
    await expectNoAxeViolations(page);
    await screenshot(page, "light-360-meeting-wrong-model");
    assertClean([/422/]);
    await close();
    await Promise.all([product.stop(), server.close()]);
  });

  it.each([
    ["light", 1280],
    ["dark", 360],
  ] as const)("fits in %s at %i px, with nothing cut off", async (colorScheme, width) => {
    const { transcript, title } = SAMPLE_MEETINGS[0]!;
    const added = (await (await product().api("/api/meetings", { title, transcript })).json()) as MeetingAdded;
    const { page, assertClean, close } = await openSignedIn(browser, product(), { colorScheme, width });
    const paths = ["/meetings", "/meetings?q=nobody", "/meetings/new", `/meetings/${added.id}`, "/settings/meetings"];
    for (const [index, path] of paths.entries()) {
      await page.goto(path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), path).toBe(false);
      await expectNoAxeViolations(page);
      await screenshot(page, `${colorScheme}-${width}-meetings-${index}`);
    }
    assertClean();
    await close();
  });
});
