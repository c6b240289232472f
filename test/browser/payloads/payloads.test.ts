/**
 * Texts that want to be scripts, markup or terminal commands, in every field that a page of the console renders, and
 * through what programs and models print: each is read as a text on the page that shows it, no script runs, no request
 * leaves the machine, no policy is hurt. The fields are found by looking at every page of the table of routes: one that
 * is added is attacked by itself. `PAYLOADS=2000` tries more of them, for hours: `-t "POST /runs"` takes a part.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTE_ACCESS } from "../../../worker/middleware/route-access.ts";
import { launchBrowser } from "../../support/browser/chromium.ts";
import { openPage, openSignedIn, type WatchedPage } from "../../support/browser/page.ts";
import { canaryKey } from "../../support/canary.ts";
import { formsOf, type RenderedForm } from "../../support/product/rendered-forms.ts";
import { Product } from "../../support/product/server-process.ts";
import { chatProtocol } from "../../support/providers/chat-completions.ts";
import { type ScriptedServer, startScriptedServer } from "../../support/providers/scripted-server.ts";
import { FORM_FATES } from "./form-fates.ts";
import { readInert } from "./inert-frames.ts";
import { ALONE_MOST, ask, type Planting, planted, plantForm, visit } from "./planted-forms.ts";
import { ALL_PAYLOADS, oneLine, payload, visible } from "./texts.ts";

const COUNT = Number(process.env["PAYLOADS"] ?? 2);
/** Printed by one program, or one model, and read on one page: a long log shows its end alone. */
const PER_PAGE = 40;
/** Of one address. */
const ADDRESS_MOST = 100;
/** Of one form with 2,000 of them. */
const TIMEOUT_MS = 3_600_000;
const ZEROS = "0".repeat(32);

let product: Product;
let browser: Browser;
let upstream: ScriptedServer;
let visitor: WatchedPage;
let stage: WatchedPage;
let planting: Planting;

beforeAll(async () => {
  const variables = { RUNYARD_PROVIDER_PRIVATE_HOSTS: "allow" };
  [product, browser, upstream] = await Promise.all([
    Product.start({ variables }),
    launchBrowser(),
    startScriptedServer(),
  ]);
  visitor = await openSignedIn(browser, product);
  stage = await openPage(browser, { origin: product.url });
  const { url } = product;
  const cookies = (await visitor.context.cookies()).map(({ name, value }) => `${name}=${value}`);
  const planter = { url, count: COUNT, stage: stage.page, visitor: visitor.page, cookie: cookies.join("; ") };
  const person = { name: "Bo", email: "bo@example.com", password: "correct-horse-battery" };
  const signedUp = await fetch(`${url}/signup`, {
    ...{ method: "POST", redirect: "manual", headers: { origin: url }, body: new URLSearchParams(person) },
  });
  planting = { ...planter, otherCookie: signedUp.headers.getSetCookie()[0]!.split(";")[0]! };
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await upstream?.close();
});

/** What Chromium logs of an answer with a status of 400 or above is no fault of the page. */
const faultsOf = ({ faults }: WatchedPage) => faults.filter(({ text }) => !/status of 4\d\d|ERR_ABORTED/.test(text));

/** Something of each kind that pages are about. @returns addresses of pages that are about one of them */
async function makeThings(): Promise<Readonly<Record<string, string>>> {
  const send = (path: string, fields: Record<string, string>) => ask(planting, planting.cookie, path, fields);
  const repository = { key: "p0", name: "P", gitUrl: "https://example.com/p.git", defaultBranch: "main" };
  const rest = { takeLabels: "x", branchTemplate: "x/{key}", testMode: "quick", verification: "auto" };
  await send("/repos", { ...repository, ...rest });
  const settings = {
    provider: "openai-compatible",
    baseUrl: "http://127.0.0.1:9/v1",
    model: "m",
    key: canaryKey("field"),
  };
  await send("/settings/keys", { ...settings, name: "one" });
  const key = (await send("/settings/keys", { ...settings, name: "two" })).location;
  const hook = { url: "https://example.com/x", description: "d", events: "run.failed" };
  const endpoint = /ep_[0-9a-f]{32}/.exec((await send("/settings/webhooks", hook)).html)![0];
  const message = (await send(`/settings/webhooks/${endpoint}/tests`, {})).location;
  await send("/inbound-endpoints", { tracker: "github", repositoryKey: "p0" });
  await send("/settings/budgets", { kind: "agent", id: "a", period: "day", limit: "1" });
  await send("/settings/invitations", { email: "", role: "viewer" });
  await send("/settings/tokens", { name: "t", scopes: "runs:read", days: "7" });
  const invitation = /\/invite\/[0-9a-f]{48}/.exec(
    (await send("/settings/invitations", { email: "", role: "viewer" })).html,
  )![0];
  const ran = await product.api("/api/execute", { language: "javascript", code: "1" });
  const run = `/runs/${((await ran.json()) as { runId: string }).runId}`;
  const share = await send("/playground/shares", { language: "javascript", code: "1" });
  const preview = await send("/playground/runs", {
    language: "html",
    entry: "index.html",
    files: '{"index.html":"<p>"}',
  });
  const made = await product.api("/api/items", { kind: "story", fields: { title: "t" } });
  const item = ((await made.json()) as { id: string }).id;
  const code = 'await stories.create({ title: "one" }); await stories.create({ title: "two" });';
  const inReview = await product.api("/api/code/execute", { code, capabilities: ["stories.*"], mode: "review" });
  const review = `/runs/${((await inReview.json()) as { runId: string }).runId}`;
  const spoken = await product.api("/api/meetings", { title: "m", transcript: "Ana: We ship on Friday.\nBo: Fine." });
  const meeting = `/meetings/${((await spoken.json()) as { id: string }).id}`;
  const kept = { name: "kept", language: "typescript", code: "export default 1;" };
  await product.api("/api/snippets", kept);
  const listed = (await (await product.api("/api/deliveries")).json()) as { deliveries: { id: string }[] };
  return {
    "/runs/:id": run,
    "/runs/:id/program": `${run}/program`,
    "/runs/:id/header": `${run}/header`,
    "/runs/:id/calls": `${review}/calls`,
    "/runs/:id/forks/new": `${review}/forks/new?call=0`,
    "/runs/:id/branches": `${run}/branches`,
    "/meetings/:id": meeting,
    "/meetings/:id/runs": `${meeting}/runs`,
    "/meetings/:id/compare": `${meeting}/compare`,
    "/snippets/:name": "/snippets/kept",
    "/playground/runs/:id/outcome": `/playground${run}/outcome`,
    "/stories/:id": `/stories/${item}`,
    "/runs/:id/effects": `${review}/effects`,
    "/runs/:id/effects/:effect": `${review}/effects/1`,
    "/repos/:key": "/repos/p0",
    "/settings/keys/:id": key,
    "/settings/webhooks/:id": `/settings/webhooks/${endpoint}`,
    "/settings/webhooks/:id/messages/:messageId": message,
    "/invite/:secret": invitation,
    "/p/:slug": share.location,
    "/playground/previews/:secret": preview.location,
    "/deliveries/:id": `/deliveries/${listed.deliveries[0]?.id ?? `dlv_${ZEROS}`}`,
    "/executions/:id": `/executions/call_${ZEROS}`,
  };
}

const CONSOLE_PAGES = Object.keys(ROUTE_ACCESS)
  .filter((name) => name.startsWith("GET ") && !/^GET \/(?:api|v1|webhook|healthz|metrics|openapi)/.test(name))
  .map((name) => name.slice("GET ".length))
  // Files, other hosts, what signs in, what streams, and what has no frame around it.
  .filter((path) => !/export|\/github|\/sign-in\/|^\/previews|\/metrics$|\/news$/.test(path));

const FORM_ROUTES = Object.keys(ROUTE_ACCESS).filter(
  (name) => name.startsWith("POST ") && !/^POST \/(?:api|v1|webhook|mcp)/.test(name),
);

/** Forms of a state that no page is in here, with their fields; and what is sent by a script. */
const NOT_RENDERED: Readonly<Record<string, readonly string[]>> = {
  "POST /settings/budgets/settlements": ["call", "cost"],
  "POST /runs/:id/budget-decisions": ["decision", "by"],
  "POST /inbound-endpoints/:id/secrets": ["keepOldSeconds"],
  // Of who has a password.
  "POST /settings/account/password": ["current-password", "new-password"],
  // JSON: below, with the controls of scripts.
  "POST /playground/generations": [],
  // Of a meeting that was processed, of a snippet with versions and schedules: hidden fields and buttons.
  "POST /runs/:id/feedback": ["useful", "meeting"],
  "POST /snippets/:name/restorations": ["version"],
  // Buttons alone.
  "POST /snippets/:name/schedules/:schedule/pause": [],
  "POST /snippets/:name/schedules/:schedule/resumption": [],
  "POST /snippets/:name/schedules/:schedule/deletion": [],
  "POST /invite/:secret": [],
  "POST /queue/lanes/:lane/resumption": [],
  "POST /runs/:id/cancellation": [],
  "POST /runs/:id/effect-undos": [],
  "POST /deliveries/:id/reprocessings": [],
  "POST /settings/sessions/revocations": [],
  "POST /settings/workspaces/:id/choice": [],
  "POST /settings/keys/:id/choices": [],
  "POST /settings/webhooks/:id/enabling": [],
};

/** Typed into for a script of the page. */
const LOOSE = ["name", "Search the log", "Describe the program"];

/** A route may be sent by forms with different fields: it is asked with all of them. */
function together(known: RenderedForm | undefined, form: RenderedForm): RenderedForm {
  if (!known) return form;
  const names = new Set(known.fields.map(({ name }) => name));
  return { ...known, fields: [...known.fields, ...form.fields.filter(({ name }) => !names.has(name))] };
}

async function findForms(): Promise<readonly RenderedForm[]> {
  const things = await makeThings();
  const found = new Map<string, RenderedForm>();
  const signedOut = await openPage(browser, { origin: product.url });
  const loose = new Set<string>();
  for (const pattern of CONSOLE_PAGES) {
    const path = things[pattern] ?? pattern;
    expect(path, "the test makes nothing that this page is about").not.toContain(":");
    const isOpen = ROUTE_ACCESS[`GET ${pattern}`] === "open";
    const { page } = isOpen ? signedOut : visitor;
    await page.goto(path);
    const read = await formsOf(page);
    for (const form of read.forms) found.set(form.route, together(found.get(form.route), form));
    for (const name of read.loose) loose.add(name);
  }
  await signedOut.close();
  expect([...loose].toSorted()).toEqual(LOOSE.toSorted());
  const run = things["/runs/:id"]!;
  for (const [route, names] of Object.entries(NOT_RENDERED)) {
    const action = route
      .slice("POST ".length)
      .replace(/^\/runs\/:id/, run)
      .replace(":id", `hook_${ZEROS}`);
    const fields = names.map((name) => ({ name, type: "text", value: "1" }));
    if (!found.has(route)) found.set(route, { route, action, fields });
  }
  return [...found.values()];
}

it("are different texts, 2,000 and more", () => {
  const all = Array.from({ length: ALL_PAYLOADS }, (_, index) => payload(index));
  expect(new Set(all).size).toBe(ALL_PAYLOADS);
  expect(ALL_PAYLOADS).toBeGreaterThanOrEqual(2_000);
});

/** One of a form; all of those that ask for a page are one. */
const ASKED_FOR = "GET";

describe("are texts or refused: nothing runs, and nothing leaves the machine", () => {
  let forms: readonly RenderedForm[];

  beforeAll(async () => {
    forms = await findForms();
    const routes = new Set(forms.map(({ route }) => route));
    expect(FORM_ROUTES.filter((route) => !routes.has(route))).toEqual([]);
    expect(Object.keys(FORM_FATES).filter((route) => !routes.has(route))).toEqual([]);
  });

  it.each([...FORM_ROUTES, ASKED_FOR])(
    "in every field of %s",
    async (route) => {
      const before = planted.size;
      const asked = forms.filter((form) => form.route === route || form.route.startsWith(`${route} `));
      for (const form of asked) await plantForm(planting, form);
      expect([...faultsOf(visitor), ...faultsOf(stage)]).toEqual([]);
      if (COUNT > ALONE_MOST) console.log(`${route}: ${planted.size - before} fields`);
    },
    TIMEOUT_MS,
  );

  it(
    "on every page that shows many of them",
    async () => {
      for (const path of CONSOLE_PAGES.filter((each) => !each.includes(":"))) await visit(planting, path);
      expect(faultsOf(visitor)).toEqual([]);
      console.log(`${planted.size} fields, ${[...planted.values()].reduce((sum, each) => sum + each, 0)} texts`);
    },
    TIMEOUT_MS,
  );
});

it(
  "are texts in every address",
  async () => {
    const addresses = CONSOLE_PAGES.filter((path) => path.includes(":"));
    const entry = ["/login?invitation=", "/signup?invitation=", "/login?next=/", "/signup?next=/"];
    const queries = [...entry, "/settings/webhooks?cursor=", "/docs?"];
    // Not what people type into: few for each are all of them together.
    for (let index = 0; index < Math.min(COUNT, ADDRESS_MOST); index++) {
      const text = (offset: number) => encodeURIComponent(payload((index + offset * ADDRESS_MOST) % ALL_PAYLOADS));
      const paths = [
        ...addresses.map((path, offset) => path.replace(/:\w+/g, text(offset))),
        ...queries.map((path, offset) => path + text(addresses.length + offset)),
      ];
      const answers = await Promise.all(paths.map((path) => ask(planting, planting.cookie, path)));
      await readInert(
        stage.page,
        product.url,
        answers.map(({ html }) => html),
      );
    }
    expect(faultsOf(stage)).toEqual([]);
  },
  TIMEOUT_MS,
);

/** Printed by a program, standing in one, asked of a model, and answered by it. @returns the pages that show them */
async function print(texts: readonly string[]): Promise<readonly (readonly [string, readonly string[]])[]> {
  const code =
    'import { stdin } from "runyard"; const all = stdin.text(); for (const each of JSON.parse(all)) { console.log(each); console.error(each) } throw new Error(all)';
  const execute = async (body: object) => {
    const answer = await product.api("/api/execute", { language: "javascript", ...body });
    return ((await answer.json()) as { runId: string }).runId;
  };
  const ran = await execute({ code, stdin: JSON.stringify(texts), args: texts.slice(0, 10) });
  const comments = texts.map((text) => `// ${oneLine(text)}`);
  const stored = await execute({ files: { "index.js": comments.join("\n") }, entry: "index.js" });
  const body = chatProtocol.frames({ pieces: texts.map((text) => `${text}\n`) }).join("");
  const key = { name: "answers", provider: "openai-compatible", model: "llama", key: canaryKey("payload") };
  const baseUrl = `${upstream.play({ body }).baseUrl}/v1`;
  const made = await product.api("/api/workspace/api-keys", { ...key, baseUrl });
  expect(made.status, await made.clone().text()).toBe(201);
  const { key: saved } = (await made.json()) as { key: { id: string } };
  await product.api(`/api/workspace/api-keys/${saved.id}/choose`, {});
  const messages = [{ role: "user", content: texts.join("\n") }];
  const answer = await product.api("/v1/chat/completions", { model: "llama", messages });
  expect(answer.status, await answer.text()).toBe(200);
  const { executions } = (await (await product.api("/api/executions")).json()) as { executions: { id: string }[] };
  await ask(planting, planting.cookie, `/settings/keys/${saved.id}/deletion`, { name: key.name });
  return [
    [`/runs/${ran}`, texts],
    [`/runs/${stored}/program`, comments],
    [`/executions/${executions[0]!.id}`, texts],
  ];
}

const READ = `document.body.innerText + [...document.querySelectorAll("input, textarea")].map(({ value }) => value).join(" ")`;

it(
  "are texts where programs and models print them",
  async () => {
    const count = Math.max(COUNT, PER_PAGE);
    for (let from = 0; from < count; from += PER_PAGE) {
      const texts = Array.from({ length: Math.min(PER_PAGE, count - from) }, (_, index) => payload(from + index));
      for (const [path, shown] of await print(texts)) {
        await visit(planting, path);
        const read = visible(await visitor.page.evaluate(READ));
        expect(
          shown.filter((text) => !read.includes(visible(text))),
          `on ${path}`,
        ).toEqual([]);
      }
    }
    expect(faultsOf(visitor)).toEqual([]);
  },
  TIMEOUT_MS,
);

it(
  "are texts where a script of the page reads what is typed",
  async () => {
    const { page } = visitor;
    const type = `(selector, text) => {
    const field = document.querySelector(selector);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    field.form?.requestSubmit();
  }`;
    const { runs } = (await (await product.api("/api/runs")).json()) as { runs: { id: string }[] };
    for (const [path, selector] of [
      [`/runs/${runs[0]!.id}`, "[data-log=search]"],
      ["/playground", "dialog input[name=name]"],
      ["/playground", "[data-generate-text]"],
    ] as const) {
      await page.goto(path);
      for (let index = 0; index < COUNT; index++) {
        await page.evaluate(`(${type})(${JSON.stringify(selector)}, ${JSON.stringify(payload(index))})`);
        // Scripts answer within a frame; a generation has its own pace, and each text asks for another one.
        await page.evaluate("new Promise(requestAnimationFrame)");
      }
      expect(await page.evaluate("window.__hit"), selector).toBeUndefined();
    }
    expect(faultsOf(visitor)).toEqual([]);
  },
  TIMEOUT_MS,
);
