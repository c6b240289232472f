/** The queue board in real Chromium, on a product whose workspace may run two runs at once. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { expectNoAxeViolations } from "../support/browser/accessibility.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn, type PageOptions, screenshot } from "../support/browser/page.ts";
import { Product } from "../support/product/server-process.ts";

const WEB = "repository:api-web";
const DOCS = "repository:docs";
let product: Product;
let browser: Browser;

beforeAll(async () => {
  [product, browser] = await Promise.all([
    Product.start({ variables: { RUNYARD_WORKSPACE_CONCURRENCY: "2" } }),
    launchBrowser(),
  ]);
  // The first sign-in starts the sample's runs: none of them is wanted here.
  await (await signedIn()).close();
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

beforeEach(async () => {
  const stats = async () => (await json("/api/queue/stats")) as { lanes: { lane: string }[] };
  for (const { lane } of (await stats()).lanes) await json(`/api/lanes/${lane}/resume`, {});
  await json("/api/runs/cancel", { filter: {} });
  await expect.poll(async () => (await stats()).lanes, { timeout: 20_000 }).toEqual([]);
});

const signedIn = (options: Omit<PageOptions, "origin"> = {}) => openSignedIn(browser, product, options);

async function json(path: string, body?: object): Promise<unknown> {
  return (await product.api(path, body)).json();
}

async function start(title: string, rest: object, sleepMs = 0): Promise<string> {
  const code = `// ${title}\nawait new Promise((done) => setTimeout(done, ${sleepMs}));`;
  const body = { language: "typescript", code, limits: { timeoutMs: 300_000 }, ...rest };
  const answer = await product.api("/api/execute", body, { prefer: "respond-async" });
  return ((await answer.json()) as { runId: string }).runId;
}

interface Run {
  readonly state: string;
  readonly startedAt: string;
  readonly waitingFor: string | null;
}
const run = async (id: string) => (await json(`/api/runs/${id}`)) as Run;

const LONG_MS = 280_000;

/** Two lanes that run one each, and lines behind them. */
async function fill() {
  await start("Reindex the catalogue", { lane: WEB }, LONG_MS);
  await start("Check links", { lane: DOCS }, LONG_MS);
  const names = ["Fix the header", "Bump dependencies", "Tidy imports"];
  const ids: string[] = [];
  for (const name of names) ids.push(await start(name, { lane: WEB }));
  ids.push(await start("Roll back the release", { lane: WEB, priority: "urgent" }));
  ids.push(await start("Spell-check the guide", { lane: DOCS, priority: "low", waitMaxMs: 3_600_000 }));
  return ids as [string, string, string, string, string];
}

const titles = (page: Page, priority: string) =>
  page.locator(`[data-priority=${priority}] .queue-card-title`).allInnerTexts();

describe("the workspace's capacity", () => {
  it("is shared: a lane of one's own does not keep a repository from its turn, and the wait says why", async () => {
    const mine: string[] = [];
    for (let index = 0; index < 6; index++) mine.push(await start(`Mine ${index}`, {}, 3_000));
    // What lanes of before still held for their next runs is called back first.
    const running = async () => (await Promise.all(mine.map(run))).filter(({ state }) => state === "running").length;
    await expect.poll(running).toBe(2);
    const theirs = await start("Theirs", { lane: WEB }, 100);
    expect((await run(theirs)).waitingFor).toBe(
      "Waiting for a share of the workspace's capacity, which other lanes use; 1st of 1 in its lane.",
    );
    const stats = (await json("/api/queue/stats")) as { capacity: object; lanes: { lane: string; isShort: boolean }[] };
    expect(stats.capacity).toEqual({ slots: 2, used: 2 });
    expect(stats.lanes.find(({ lane }) => lane === WEB)?.isShort).toBe(true);
    const all = async () => Promise.all([...mine, theirs].map(run));
    await expect
      .poll(async () => (await all()).every(({ state }) => state === "succeeded"), { timeout: 40_000 })
      .toBe(true);
    const runs = await all();
    const startedAt = runs.at(-1)!.startedAt;
    const before = runs.slice(0, -1).filter((each) => each.startedAt < startedAt);
    // Those that ran already, and at most one that was on its way.
    expect(before.length).toBeLessThanOrEqual(3);
  });
});

describe("the board", () => {
  it("shows what waits by priority, with its lane, its place and its reason, and moves and holds it", async () => {
    const [header] = await fill();
    const { page, assertClean, close } = await signedIn();
    await page.goto("/queue");
    expect(await titles(page, "urgent")).toEqual(["Roll back the release"]);
    expect(await titles(page, "normal")).toEqual(["Fix the header", "Bump dependencies", "Tidy imports"]);
    expect(await page.innerText("[data-priority=normal]")).toMatch(
      /api-web\s+2 of 4\s+waits \d+ s[\s\S]*waiting for api-web/,
    );
    expect(await page.innerText(".lanes")).toMatch(/Reindex the catalogue[\s\S]*4 waiting/);

    // By keyboard: the focus stays on the button that was pressed.
    await page.focus(`#do-down-${header}`);
    await page.keyboard.press("Enter");
    await expect.poll(() => titles(page, "normal")).toEqual(["Bump dependencies", "Fix the header", "Tidy imports"]);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe(`do-down-${header}`);

    await page.click(`#steer-${header}-button`);
    await page.fill(`#steer-${header}-place`, "4");
    await page.keyboard.press("Enter");
    await expect.poll(() => titles(page, "normal")).toEqual(["Bump dependencies", "Tidy imports", "Fix the header"]);

    await page.keyboard.press("Escape");
    await page.click(`#do-hold-${header}`);
    await expect.poll(() => page.innerText(`#card-${header}`)).toContain("held by Owner");
    expect(await run(header).then((each) => each.waitingFor)).toContain("Held by Owner");
    await page.click(`#do-hold-${header}`);
    await expect.poll(() => page.innerText(`#card-${header}`)).not.toContain("held by");

    await page.click(`#steer-${header}-button`);
    await page.selectOption(`#steer-${header}-priority`, "high");
    await page.click(`#steer-${header} button[value=priority]`);
    await expect.poll(() => titles(page, "high")).toEqual(["Fix the header"]);
    assertClean();
    await close();
  });

  it("pauses and resumes a lane by name, and shows it on the overview", async () => {
    await fill();
    const { page, assertClean, close } = await signedIn();
    await page.goto(`/queue?lane=${WEB}`);
    expect(await page.locator(".lane").count()).toBe(1);
    await page.click(".lane button");
    await expect.poll(() => page.innerText(".lane")).toContain("Paused by Owner");
    expect(await page.innerText("[data-priority=urgent]")).toContain("lane paused by Owner");
    await page.goto("/");
    expect(await page.innerText(".lane-chips")).toMatch(/api-web\s+1 running, 4 waiting\s+paused by Owner/);
    await page.click(".lane-chip >> text=api-web");
    await page.click(".lane button");
    await expect.poll(() => page.innerText(".lane")).not.toContain("Paused");
    assertClean();
    await close();
  });

  it("cancels those that were chosen, and tells of those that could not be", async () => {
    const [header, bump] = await fill();
    const { page, assertClean, close } = await signedIn();
    await page.goto("/queue");
    await page.click("text=Cancel chosen");
    await expect.poll(() => page.innerText("#queue-notice")).toContain("Choose at least one run");
    await page.check(`#choose-${header}`);
    await page.check(`#choose-${bump}`);
    await page.click("text=Cancel chosen");
    await expect.poll(() => page.innerText("#queue-notice")).toContain("2 runs cancelled.");
    expect(await titles(page, "normal")).toEqual(["Tidy imports"]);
    expect((await run(header)).state).toBe("cancelled");
    // A refusal is an error in Chromium's console, too.
    assertClean([/status of 422/]);
    await close();
  });

  it("follows by itself, keeps what is chosen, and rests while nobody looks", async () => {
    const [header] = await fill();
    const { page, assertClean, close } = await signedIn();
    const answers: number[] = [];
    page.on("response", (answer) => {
      if (new URL(answer.url()).pathname === "/queue") answers.push(answer.status());
    });
    await page.goto("/queue");
    await page.check(`#choose-${header}`);
    await expect.poll(() => answers, { timeout: 15_000 }).toContain(304);
    await start("Late arrival", { lane: WEB, priority: "high" });
    await expect.poll(() => titles(page, "high"), { timeout: 10_000 }).toEqual(["Late arrival"]);
    expect(await page.isChecked(`#choose-${header}`)).toBe(true);
    await page.click("[data-poll-toggle]");
    answers.length = 0;
    await page.waitForTimeout(4_000);
    expect(answers).toEqual([]);
    assertClean();
    await close();
  });

  it("works without JavaScript", async () => {
    const [header, bump] = await fill();
    const { page, close } = await signedIn({ javaScript: false });
    await page.goto("/queue");
    await page.click(`#do-down-${header}`);
    await page.waitForURL(`${product.url}/queue`);
    expect(await titles(page, "normal")).toEqual(["Bump dependencies", "Fix the header", "Tidy imports"]);
    await page.click(`#steer-${header}-button`);
    await page.click(`#steer-${header} button[value=first]`);
    expect(await page.innerText(`#card-${header}`)).toContain("1 of 4");
    await page.check(`#choose-${bump}`);
    await page.click("text=Cancel chosen");
    expect(await page.innerText("#queue-notice")).toBe("1 run cancelled.");
    await close();
  });

  it("says that nothing waits", async () => {
    const { page, assertClean, close } = await signedIn();
    await page.goto("/queue");
    expect(await page.innerText(".board")).toContain("Nothing waits");
    await expectNoAxeViolations(page);
    await screenshot(page, "queue-empty");
    assertClean();
    await close();
  });

  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 360],
    ["dark", 360],
  ] as const)("is readable for everybody in %s at %i px", async (colorScheme, width) => {
    const [header, , , urgent] = await fill();
    await json(`/api/runs/${header}/hold`, {});
    await json(`/api/lanes/${DOCS}/pause`, {});
    const { page, assertClean, close } = await signedIn({ colorScheme, width });
    const look = async (path: string, name?: string) => {
      await page.goto(path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0);
      await expectNoAxeViolations(page);
      if (name) await screenshot(page, `${name}-${colorScheme}-${width}`);
    };
    await look("/queue", "queue");
    await page.click(`#steer-${header}-button`);
    await expectNoAxeViolations(page);
    await screenshot(page, `queue-menu-${colorScheme}-${width}`);
    await look(`/runs/${urgent}`, "run-waiting");
    await look("/runs?kind=execution&state=queued", "runs-chosen");
    for (const path of ["/health", "/status", "/"]) await look(path);
    assertClean();
    await close();
  });
});

describe("the list of runs", () => {
  it("cancels and retries those that were chosen, and comes back to its filter", async () => {
    const [header] = await fill();
    const { page, assertClean, close } = await signedIn();
    await page.goto(`/runs?state=queued&lane=${encodeURIComponent(WEB)}`);
    expect(await page.locator("table.runs tbody tr").count()).toBe(4);
    await page.check(`input[value=${header}]`);
    await page.click("text=Cancel chosen");
    expect(await page.innerText(".results .notice")).toBe("1 run cancelled.");
    expect(await page.locator("table.runs tbody tr").count()).toBe(3);
    await page.goto("/runs?state=cancelled&q=Fix+the+header");
    await page.check(`input[value=${header}]`);
    await page.click("text=Retry chosen");
    expect(await page.innerText(".results .notice")).toBe("1 run retried.");
    const { lanes } = (await json("/api/queue/stats")) as { lanes: { lane: string; waitingCount: number }[] };
    expect(lanes.find(({ lane }) => lane === WEB)?.waitingCount).toBe(4);
    assertClean();
    await close();
  });
});
