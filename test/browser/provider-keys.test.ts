/** Keys of providers as a person manages them, against a server that speaks a provider's protocol. */
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, screenshot } from "../support/browser/page.ts";
import { canaryKey } from "../support/canary.ts";
import { Product, ProductClient } from "../support/product/server-process.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { type ScriptedServer, startScriptedServer } from "../support/providers/scripted-server.ts";

const KEY = canaryKey("a1b2");
const NEW_KEY = canaryKey("c3d4");
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

/** A key in use; `remove` takes it away. */
async function savedKey(name: string, baseUrl: string) {
  const fields = { name, provider: "openai-compatible", baseUrl: `${baseUrl}/v1`, model: "llama" };
  const saved = await product.api("/api/workspace/api-keys", fields);
  const { key } = (await saved.json()) as { key: { id: string } };
  const remove = async () => {
    const headers = { authorization: `Bearer ${product.credentials.apiToken}` };
    await fetch(`${product.url}/api/workspace/api-keys/${key.id}`, { method: "DELETE", headers });
  };
  return { remove };
}

/** A page on which the model of a new key has just been asked for a program; the key goes when the page does. */
async function generating(name: string, baseUrl: string) {
  const { remove } = await savedKey(name, baseUrl);
  const { page, close } = await openSignedIn(browser, product);
  await page.goto("/playground");
  await page.fill("[data-generate-text]", "print the primes");
  await page.click("[data-generate-start]");
  const end = async () => {
    await close();
    await remove();
  };
  return { page, close: end };
}

async function latestCall(): Promise<object[]> {
  const answer = await product.api("/api/executions?limit=1");
  return ((await answer.json()) as { executions: object[] }).executions;
}

describe("Provider keys", () => {
  it("tests a key in the form, saves it, writes a program with it, rotates it, and deletes it by its name", async () => {
    const rejected = chatProtocol.failures.find(({ title }) => title === "401")!.script;
    const { baseUrl, requests } = server.play(rejected, { body: chatProtocol.frames().join("") });
    const { page, assertClean, close } = await openSignedIn(browser, product, { width: 360 });
    await page.goto("/settings/keys");
    await look(page, "keys-empty");
    await page.selectOption("[name=provider]", "openai-compatible");
    await page.fill("[name=key]", KEY);
    await page.fill("[name=name]", "local server");
    await page.fill("[name=baseUrl]", `${baseUrl}/v1`);
    await page.fill("[name=model]", "llama");
    await page.click("button:has-text('Test')");
    await page.waitForSelector("#key-test >> text=Rejected");
    await look(page, "key-rejected");
    // The form is as it was typed, the key included.
    await page.click("button:has-text('Test')");
    await page.waitForSelector("#key-test >> text=Works");
    await look(page, "key-works");
    await page.click("button:has-text('Save')");
    await page.waitForURL(/\/settings\/keys\/key_/);
    expect(await page.innerText("main")).toMatch(/Works[\s\S]*…a1b2[\s\S]*In use\s*yes/);
    await look(page, "key-saved");

    await page.fill("[name='prices.0.input']", "0.15");
    await page.fill("[name='prices.0.output']", "-1");
    await page.click("form[action$='/prices'] button");
    await page.waitForSelector("[data-field='prices.0.output'] >> text=must be 0 or more");
    expect(await page.inputValue("[name='prices.0.model']")).toBe("llama");
    await look(page, "key-price-refused");
    await page.fill("[name='prices.0.output']", "0.60");
    await page.click("form[action$='/prices'] button");
    await page.waitForSelector("[name='prices.1.model']");
    expect(await page.inputValue("[name='prices.0.cachedInput']")).toBe("0.15");
    await look(page, "key-priced");

    await page.goto("/playground");
    expect(await page.innerText("header")).toContain("openai-compatible");
    await page.fill("[data-generate-text]", "print the primes");
    await page.click("[data-generate-start]");
    await expect.poll(() => page.innerText("[data-generate-status]")).toContain("Written by openai-compatible");

    await page.goto("/executions");
    await page.click(".row-link");
    await page.waitForSelector("text=llama, set by hand: $0.15 in, $0.60 out, $0.15 cached for a million tokens");
    await look(page, "call-priced-by-hand");

    await page.goto("/settings/keys");
    await look(page, "keys");
    await page.click("text=local server");
    await page.fill("[name=key]", NEW_KEY);
    await page.click("button:has-text('Rotate')");
    await page.waitForSelector("text=is still taken");
    expect(await page.innerText("main")).toMatch(/…c3d4[\s\S]*…a1b2/);
    await look(page, "key-rotated");
    const seen = requests.map(({ headers }) => headers.authorization);
    expect(seen).toEqual([KEY, KEY, KEY, KEY, NEW_KEY].map((key) => `Bearer ${key}`));
    // The SDK's own, also where the build has made names short.
    expect(requests.at(-1)!.headers["user-agent"]).toMatch(/^OpenAI\/JS \d/);
    expect(await page.content()).not.toContain("canary");

    await page.fill("#deletion-name", "local server");
    await page.click("button:has-text('Delete')");
    await page.waitForSelector("text=No keys yet");
    // The price that was refused.
    assertClean([/status of 422/]);
    await close();
  });

  it("leaves the editor as it was, and says nothing else, where an answer ends before its program begins", async () => {
    const thoughts = chatProtocol.frames({ pieces: [] }).slice(0, 3).join("");
    const [[fault]] = chatProtocol.streamErrors as [[string, string]];
    const { baseUrl } = server.play({ body: chatProtocol.frames().join("") }, { body: thoughts + fault });
    const { page, close } = await generating("breaks off", baseUrl);
    await expect.poll(() => page.innerText("[data-generate-status]")).toContain("Not written");
    expect(await page.innerText("[data-generate-status]")).not.toContain("only a part");
    await close();
  });

  it("ends the call at Stop, also while the model says nothing", async () => {
    const { baseUrl, requests } = server.play({ body: chatProtocol.frames().join("") }, { body: "", silent: true });
    const { page, close } = await generating("says nothing", baseUrl);
    await expect.poll(() => requests.length).toBe(2);
    await page.click("[data-generate-stop]");
    await expect.poll(() => page.innerText("[data-generate-status]")).toBe("Stopped.");
    await expect.poll(latestCall).toMatchObject([{ outcome: "failed", reason: "aborted" }]);
    await close();
  });

  it("ends the call of a client of OpenAI that leaves its stream, also while the model says nothing more", async () => {
    const whole = chatProtocol.frames();
    const script = { body: whole.slice(0, -4).join(""), ending: "hang" as const };
    const { remove } = await savedKey("falls silent", server.play({ body: whole.join("") }, script).baseUrl);
    const openai = new OpenAI({ apiKey: product.credentials.apiToken, baseURL: `${product.url}/v1`, maxRetries: 0 });
    const messages = [{ role: "user" as const, content: "hi" }];
    const stream = await openai.chat.completions.create({ model: "default", messages, stream: true });
    let text = "";
    const reading = (async () => {
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
    })();
    await expect.poll(() => text).not.toBe("");
    // What it is sent meanwhile is nothing that it would take for an answer, or fail at.
    expect(await Promise.race([reading, sleep(2_500, "reading on")])).toBe("reading on");
    expect(await latestCall()).toMatchObject([{ outcome: "live" }]);
    stream.controller.abort();
    await expect.poll(latestCall).toMatchObject([{ outcome: "partial", reason: "aborted" }]);
    await remove();
  });

  it("says how a private address is allowed, within the width of a phone, and shows in its strips where one is", async () => {
    const { page, close } = await openSignedIn(browser, new ProductClient(inject("product")), { width: 360 });
    await page.goto("/settings/keys");
    for (const current of await page.locator("nav [aria-current]").all()) {
      const box = (await current.boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(360);
    }
    await page.fill("[name=key]", canaryKey("private"));
    await page.fill("[name=name]", "private");
    await page.fill("[name=baseUrl]", "http://127.0.0.1:9");
    await page.click("button:has-text('Test')");
    await page.waitForSelector("#key-test >> text=RUNYARD_PROVIDER_PRIVATE_HOSTS=allow");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await close();
  });

  it("works without a script, and in the dark", async () => {
    const { baseUrl } = server.play({ body: chatProtocol.frames().join("") });
    const { page, assertClean, close } = await openSignedIn(browser, product, {
      javaScript: false,
      colorScheme: "dark",
    });
    await page.goto("/settings/keys");
    await page.selectOption("[name=provider]", "openai-compatible");
    await page.fill("[name=name]", "without a script");
    await page.fill("[name=baseUrl]", `${baseUrl}/v1`);
    await page.click("button:has-text('Test')");
    await page.waitForSelector("text=Works");
    expect(await page.inputValue("[name=baseUrl]")).toBe(`${baseUrl}/v1`);
    await page.fill("[name=name]", "without a script");
    await page.click("button:has-text('Save')");
    await page.waitForURL(/\/settings\/keys\/key_/);
    await screenshot(page, "key-dark");
    assertClean();
    await close();
  });
});
