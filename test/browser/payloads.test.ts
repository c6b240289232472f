/**
 * Texts that want to be scripts, markup or terminal commands, through what the console lets people, programs and models name
 * and print: each is read as a text on the page that shows it, no script runs, no request leaves the machine, no policy is
 * hurt. `PAYLOADS=2000` tries more of them.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn } from "../support/browser/page.ts";
import { Product } from "../support/product/server-process.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { type ScriptedServer, startScriptedServer } from "../support/providers/scripted-server.ts";

const COUNT = Number(process.env["PAYLOADS"] ?? 40);
/** Shown by one page: so many are planted before each look. */
const PER_LOOK = Math.min(100, Math.ceil(COUNT / 2));
/** Of endpoints, keys and others there may be so many; each is looked at with another text each time. */
const SLOTS = 20;
const NAME_CHARS = 60;

let product: Product;
let browser: Browser;
let upstream: ScriptedServer;

beforeAll(async () => {
  const variables = { RUNYARD_PROVIDER_PRIVATE_HOSTS: "allow" };
  [product, browser, upstream] = await Promise.all([
    Product.start({ variables }),
    launchBrowser(),
    startScriptedServer(),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await upstream?.close();
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

/** What is left of a text on a page: without what a terminal takes for itself, what cannot be seen, and blanks. */
function visible(text: string): string {
  const printed = text.replace(/\u001b\][^\u0007]*\u0007|\u001b\[[0-9;]*m/g, "");
  return printed.replace(/[\s\p{Cc}\p{Cf}\u2400-\u243f\ufffd]/gu, "");
}

/** One way of a text to a page: what is planted, and where it has to be read. */
interface Place {
  readonly path: string;
  readonly texts: readonly string[];
}

class Planter {
  readonly #cookie: string;
  #endpoints: string[] = [];

  constructor(cookie: string) {
    this.#cookie = cookie;
  }

  async form(path: string, fields: Record<string, string>): Promise<Response> {
    const headers = { origin: product.url, cookie: this.#cookie };
    const answer = await fetch(product.url + path, {
      ...{ method: "POST", redirect: "manual", headers, body: new URLSearchParams(fields) },
    });
    expect(answer.status, `${path} ${await answer.clone().text()}`).toBeLessThan(500);
    return answer;
  }

  /** Settings have room for few: each look shows other ones in it. */
  async settings(texts: readonly string[], isFirst: boolean): Promise<readonly Place[]> {
    const some = texts.slice(0, SLOTS);
    const names = some.map((text) => oneLine(text).slice(0, NAME_CHARS).trim());
    for (const [slot, text] of some.entries()) {
      const name = names[slot]!;
      const repository = { key: `p${slot}`, name, gitUrl: `https://example.com/p${slot}.git`, defaultBranch: "main" };
      const rest = { branchTemplate: "x/{key}", testMode: "quick", verification: "auto" };
      const path = isFirst ? "/repos" : `/repos/p${slot}`;
      const saved = await this.form(path, { ...repository, ...rest, takeLabels: name });
      expect(saved.status, await saved.text()).toBe(303);
      await this.form("/repos", { key: "x", name, gitUrl: text, defaultBranch: name, branchTemplate: text });
      await this.form("/login", { email: text, password: text });
      if (isFirst) {
        await this.form("/settings/tokens", { name, scopes: "runs:read", days: "7" });
        await this.form("/settings/invitations", { email: `${name}@example.com`, role: "viewer" });
        const url = "https://example.com/x";
        const answer = await this.form("/settings/webhooks", { url, description: text, events: "run.failed" });
        this.#endpoints.push(/ep_[0-9a-f]{32}/.exec(await answer.text())![0]);
      } else await patch(`/api/webhooks/${this.#endpoints[slot]}`, { description: oneLine(text) });
    }
    return [
      ...(isFirst ? [{ path: "/settings/tokens", texts: names }] : []),
      { path: "/settings/webhooks", texts: some.map(oneLine) },
      { path: "/repos", texts: names },
    ];
  }

  async budgets(texts: readonly string[]): Promise<Place> {
    const ids = [...new Set(texts.slice(0, SLOTS).map((text) => visible(text).slice(0, 100)))];
    for (const id of ids) await this.form("/settings/budgets", { kind: "agent", id, period: "day", limit: "1" });
    return { path: "/settings/budgets", texts: ids };
  }
}

async function patch(path: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${product.credentials.apiToken}`, "content-type": "application/json" };
  const answer = await fetch(product.url + path, { method: "PATCH", headers, body: JSON.stringify(body) });
  expect(answer.status, await answer.text()).toBe(200);
}

/** Printed by a program, and standing in one. */
async function runs(texts: readonly string[]): Promise<readonly Place[]> {
  const code =
    'import { stdin } from "runyard"; const all = stdin.text(); for (const each of JSON.parse(all)) { console.log(each); console.error(each) } throw new Error(all)';
  const run = { language: "javascript", code, stdin: JSON.stringify(texts), args: texts.slice(0, 10) };
  const ran = (await (await product.api("/api/execute", run)).json()) as { runId: string };
  const comments = texts.map((text) => `// ${oneLine(text)}`);
  const files = { "index.js": comments.join("\n") };
  const stored = (await (
    await product.api("/api/execute", { language: "javascript", files, entry: "index.js" })
  ).json()) as { runId: string };
  return [
    { path: `/runs/${ran.runId}`, texts },
    { path: `/runs/${stored.runId}/program`, texts: comments },
  ];
}

/** Said in a meeting, which has one for a title. */
async function meeting(sent: readonly string[]): Promise<readonly Place[]> {
  // Transcripts are no terminals: what would begin a command goes, and the rest of it is read.
  const texts = sent.map(oneLine);
  const title = texts[0]!.slice(0, 200).trim();
  const transcript = JSON.stringify({ utterances: sent.map((text) => ({ speaker: text.slice(0, 120), text })) });
  const added = await product.api("/api/meetings", { title, transcript, format: "json" });
  expect(added.status, await added.clone().text()).toBe(201);
  const { id } = (await added.json()) as { id: string };
  return [
    { path: `/meetings/${id}`, texts: [...texts, title] },
    { path: `/meetings/${id}?q=${encodeURIComponent(texts[0]!)}`, texts: [texts[0]!] },
    { path: "/meetings", texts: [title] },
  ];
}

/** Asked of a model, and answered by it. */
async function call(texts: readonly string[]): Promise<Place> {
  const { baseUrl } = upstream.play({
    body: chatProtocol.frames({ pieces: texts.map((text) => `${text}\n`) }).join(""),
  });
  const name = `${oneLine(texts[0]!).slice(0, 30)}`;
  const key = {
    name,
    provider: "openai-compatible",
    baseUrl: `${baseUrl}/v1`,
    model: "llama",
    key: "sk-payload-012345",
  };
  const made = await product.api("/api/workspace/api-keys", key);
  expect(made.status, await made.clone().text()).toBe(201);
  const messages = [{ role: "user", content: texts.join("\n") }];
  const answer = await product.api("/v1/chat/completions", { model: "llama", messages });
  expect(answer.status, await answer.text()).toBe(200);
  const { executions } = (await (await product.api("/api/executions")).json()) as { executions: { id: string }[] };
  return { path: `/executions/${executions[0]!.id}`, texts };
}

const PAGES = ["/", "/runs", "/executions", "/settings/keys", "/settings/members", "/settings/audit"];

/** Everything that can be read on it, what stands in fields included. */
const READ = `document.body.innerText + [...document.querySelectorAll("input, textarea")].map(({ value }) => value).join(" ")`;

it("are shown as texts everywhere: nothing of them runs, and nothing leaves the machine", async () => {
  const { page, context, faults, close } = await openSignedIn(browser, product);
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const planter = new Planter(cookie);
  const visit = async ({ path, texts }: Place) => {
    await page.goto(path);
    expect(await page.evaluate("window.__hit"), path).toBeUndefined();
    const read = visible(await page.evaluate(READ));
    const unseen = texts.filter((text) => !read.includes(visible(text)));
    expect(unseen, `on ${path}`).toEqual([]);
  };
  for (let from = 0; from < COUNT; from += PER_LOOK) {
    const texts = Array.from({ length: Math.min(PER_LOOK, COUNT - from) }, (_, index) => payload(from + index));
    const settings = await planter.settings(texts, from === 0);
    const planted = [...settings, ...(await runs(texts)), ...(from < SLOTS * PER_LOOK ? [await call(texts)] : [])];
    if (from < SLOTS * PER_LOOK) planted.push(await planter.budgets(texts));
    planted.push(...(await meeting(texts)));
    const asked = encodeURIComponent(texts[0]!);
    const echoes = [
      `/runs?q=${asked}`,
      `/meetings?q=${asked}`,
      `/settings/audit?actor=${asked}`,
      `/login?invitation=${asked}`,
      `/p/${asked}`,
    ];
    for (const place of planted) await visit(place);
    for (const path of [...PAGES, ...echoes]) await visit({ path, texts: [] });
  }
  // Last, because who makes a workspace goes to it.
  const names = Array.from({ length: SLOTS }, (_, index) => oneLine(payload(index)).slice(0, NAME_CHARS).trim());
  for (const name of names) await planter.form("/settings/workspaces", { name });
  await visit({ path: "/settings/workspaces", texts: names });
  // What Chromium logs of an answer with a status of 400 or above is no fault of the page.
  expect(faults.filter(({ text }) => !/status of 4\d\d/.test(text))).toEqual([]);
  await close();
}, 900_000);
