/**
 * Texts that want to be scripts, markup or terminal commands, through what the console lets people and programs name and
 * print: no script runs, no request leaves the machine, no policy is hurt. `PAYLOADS=2000` tries more of them.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn } from "../support/browser/page.ts";
import { Product } from "../support/product/server-process.ts";

const COUNT = Number(process.env["PAYLOADS"] ?? 40);
/** Shown by one page: so many are planted before each look. */
const PER_LOOK = 20;

let product: Product;
let browser: Browser;

beforeAll(async () => {
  [product, browser] = await Promise.all([Product.start(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const HIT = "window.__hit=1";
const FOREIGN = "http://198.51.100.7/x";

/** What stands in the middle. */
const CORES = [
  `<script>${HIT}</script>`,
  `<img src=x onerror=${HIT}>`,
  `<img src=${FOREIGN}>`,
  `<svg onload=${HIT}>`,
  `<svg><script>${HIT}</script></svg>`,
  `<iframe src="javascript:${HIT}"></iframe>`,
  `<iframe srcdoc="<script>parent.__hit=1</script>"></iframe>`,
  `<a href="javascript:${HIT}">x</a>`,
  `<body onload=${HIT}>`,
  `<details open ontoggle=${HIT}>`,
  `<input autofocus onfocus=${HIT}>`,
  `<style>@import "${FOREIGN}";</style>`,
  `<link rel=stylesheet href=${FOREIGN}>`,
  `<meta http-equiv=refresh content="0;url=${FOREIGN}">`,
  `<base href=${FOREIGN}>`,
  `<form action=${FOREIGN}><button autofocus>x</button></form>`,
  `<object data=${FOREIGN}></object>`,
  `<div hx-get="${FOREIGN}" hx-trigger="load"></div>`,
  `<div hx-on:load="${HIT}"></div>`,
  `[x](javascript:${HIT})`,
  `![x](${FOREIGN})`,
  `<javascript:${HIT}>`,
  `\u001b]8;;javascript:${HIT}\u0007x\u001b]8;;\u0007`,
  `\u001b[31m<img src=x onerror=${HIT}>\u001b[0m`,
  `\u001b]0;<script>${HIT}</script>\u0007`,
  `&lt;script&gt;${HIT}&lt;/script&gt;`,
  `\${${HIT}}`,
  `{{constructor.constructor('${HIT}')()}}`,
  `\u202e<script>${HIT}</script>`,
];
/** What it tries to break out of. */
const BEFORE = ["", '">', "'>", "</title>", "</textarea>", "</script>", "</style>", "-->", "]]>", "`", "\\", "&#34;>"];
const AFTER = ["", "<!--", '"', "<x a='", "//", "\u0000"];

/** Different each, spread over all combinations. */
function payload(index: number): string {
  const before = BEFORE[index % BEFORE.length]!;
  const core = CORES[(index * 7 + Math.floor(index / BEFORE.length)) % CORES.length]!;
  return before + core + AFTER[Math.floor(index / 5) % AFTER.length]!;
}

const oneLine = (text: string) => text.replace(/\p{Cc}/gu, " ").trim();

async function plant(texts: readonly string[], cookie: string): Promise<string[]> {
  const form = async (path: string, fields: Record<string, string>) => {
    const headers = { origin: product.url, cookie };
    const answer = await fetch(product.url + path, {
      ...{ method: "POST", redirect: "manual", headers, body: new URLSearchParams(fields) },
    });
    expect(answer.status, `${path} ${await answer.text()}`).toBeLessThan(500);
  };
  for (const text of texts) {
    const name = oneLine(text).slice(0, 60);
    await form("/settings/tokens", { name, scopes: "runs:read", days: "7" });
    await form("/settings/webhooks", { url: "https://example.com/x", description: text, events: "run.failed" });
    await form("/settings/invitations", { email: `${name}@example.com`, role: "viewer" });
    await form("/repos", { key: "x", name, gitUrl: text, defaultBranch: name, takeLabels: text, branchTemplate: text });
    await form("/login", { email: text, password: text });
  }
  const code =
    "for (const each of JSON.parse(stdin)) { console.log(each); console.error(each) } throw new Error(stdin)";
  const run = { language: "javascript", code, stdin: JSON.stringify(texts), args: texts.slice(0, 10) };
  const ran = (await (await product.api("/api/execute", run)).json()) as { runId: string };
  const files = { "index.js": texts.map((text) => `// ${oneLine(text)}`).join("\n") };
  await product.api("/api/execute", { language: "javascript", files, entry: "index.js" });
  return [`/runs/${ran.runId}`];
}

const PAGES = [
  "/",
  "/runs",
  "/settings/workspaces",
  "/settings/tokens",
  "/settings/webhooks",
  "/settings/members",
  "/repos",
];

it("are shown as texts everywhere: nothing of them runs, and nothing leaves the machine", async () => {
  const { page, context, faults, close } = await openSignedIn(browser, product);
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  for (let from = 0; from < COUNT; from += PER_LOOK) {
    const texts = Array.from({ length: Math.min(PER_LOOK, COUNT - from) }, (_, index) => payload(from + index));
    const planted = await plant(texts, cookie);
    const asked = encodeURIComponent(texts[0]!);
    const echoes = [`/runs?q=${asked}`, `/settings/audit?actor=${asked}`, `/login?invitation=${asked}`, `/p/${asked}`];
    for (const path of [...PAGES, ...planted, ...echoes]) {
      await page.goto(path);
      expect(await page.evaluate("window.__hit"), path).toBeUndefined();
    }
  }
  // What Chromium logs of an answer with a status of 400 or above is no fault of the page.
  expect(faults.filter(({ text }) => !/status of 4\d\d/.test(text))).toEqual([]);
  await close();
}, 900_000);
