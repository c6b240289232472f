/**
 * Measures the log of a run with 50,000 lines in a real browser: `npm run bench:log`. The peers run in the same browser
 * in the same minute: the same lines as one static `<pre>`, and as one element for each line, from a server that does
 * nothing else. Compare the ratios.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { type RunningServer, startServer } from "../../scripts/server.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { ms, printTable, quantile } from "./measure.ts";

const LINES = 50_000;
const REPEATS = 3;
const WORDS = "GET /api/orders 200 in 14 ms, 3 rows, cache miss, retry 0, region eu-west";
const PROGRAM = `for (let i = 1; i <= ${LINES}; i++) console.log("line " + i + " ${WORDS}");`;
/** The same, in such stretches that the page has to follow it for some seconds. */
const LIVE_PROGRAM = `for (let i = 1; i <= ${LINES}; i++) {
  console.log("line " + i + " ${WORDS}");
  if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
}`;
const LIMITS = { outputBytes: 8 * 2 ** 20, timeoutMs: 120_000 };

const median = (samples: readonly number[]) => quantile(samples, 0.5);
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

interface PageFigures {
  /** Until the first screen of lines stands, and until the last line does. */
  readonly firstMs: number;
  readonly allMs: number;
  /** Longest stretch in which the page did not answer. */
  readonly longestTaskMs: number;
  readonly heapBytes: number;
  readonly elements: number;
  /** From setting the scroll position to the frame that shows it: median and worst of jumps all over the log. */
  readonly scrollMs: readonly number[];
  readonly searchMs: number | null;
  readonly permalinkMs: number | null;
}

/** How a page shows lines: where it scrolls, and of what there are how many once the last line is there. */
interface Subject {
  readonly address: string;
  readonly scroller: string;
  readonly isComplete: readonly [selector: string, count: number];
  readonly isSearchable: boolean;
}

function watchTasks(): void {
  const page = window as unknown as { longestTask: number };
  page.longestTask = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) page.longestTask = Math.max(page.longestTask, entry.duration);
  }).observe({ type: "longtask", buffered: true });
}

async function measurePage(page: Page, subject: Subject): Promise<PageFigures> {
  await page.addInitScript(watchTasks);
  const startedAt = performance.now();
  await page.goto(subject.address, { waitUntil: "domcontentloaded" });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const firstMs = performance.now() - startedAt;
  await page.waitForFunction(
    ([selector, count]) => document.querySelectorAll(selector).length >= count,
    subject.isComplete,
    {
      timeout: 120_000,
      polling: 20,
    },
  );
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const allMs = performance.now() - startedAt;
  const longestTaskMs = await page.evaluate(() => (window as unknown as { longestTask: number }).longestTask);
  const { heapBytes, elements } = await weigh(page);
  const scrollMs = await scroll(page, subject.scroller);
  const searchMs = subject.isSearchable ? await search(page) : null;
  return { firstMs, allMs, longestTaskMs, heapBytes, elements, scrollMs, searchMs, permalinkMs: null };
}

async function weigh(page: Page): Promise<{ heapBytes: number; elements: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  await session.detach();
  return {
    heapBytes: of("JSHeapUsedSize"),
    elements: await page.evaluate(() => document.querySelectorAll("*").length),
  };
}

function scroll(page: Page, selector: string): Promise<number[]> {
  return page.evaluate(async (scrollerSelector) => {
    const scroller = document.querySelector(scrollerSelector)!;
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const samples: number[] = [];
    for (let turn = 0; turn < 40; turn++) {
      const at = performance.now();
      scroller.scrollTop = (((turn * 7_919) % 1_000) / 1_000) * scroller.scrollHeight;
      await frame();
      samples.push(performance.now() - at);
    }
    return samples;
  }, selector);
}

/** From the last key to the count of matches, the pause that waits for more keys left in. */
function search(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const input = document.querySelector<HTMLInputElement>("[data-log=search]")!;
    const count = document.querySelector("[data-log=count]")!;
    const at = performance.now();
    input.value = "line 4";
    input.dispatchEvent(new Event("input"));
    while (!count.textContent?.includes("lines")) await new Promise((resolve) => setTimeout(resolve, 1));
    const took = performance.now() - at;
    input.value = "";
    input.dispatchEvent(new Event("input"));
    return took;
  });
}

/** From the click on a link to a far line to that line in view. */
async function permalink(page: Page, address: string): Promise<number> {
  const startedAt = performance.now();
  await page.goto(`${address}#L40000`, { waitUntil: "commit" });
  await page.waitForFunction(
    () => {
      const row = document.getElementById("L40000")?.getBoundingClientRect();
      return row !== undefined && row.top > 0 && row.bottom < innerHeight;
    },
    null,
    { timeout: 120_000, polling: 20 },
  );
  return performance.now() - startedAt;
}

function clientOf({ url, credentials }: RunningServer) {
  const headers = { authorization: `Bearer ${credentials.apiToken}`, "content-type": "application/json" };
  const start = async (code: string, wait: boolean): Promise<string> => {
    const body = JSON.stringify({ language: "javascript", code, limits: LIMITS });
    const prefer = wait ? {} : { prefer: "respond-async" };
    const answer = await fetch(`${url}/api/execute`, { method: "POST", headers: { ...headers, ...prefer }, body });
    return ((await answer.json()) as { runId: string }).runId;
  };
  const text = (runId: string) =>
    fetch(`${url}/api/runs/${runId}/log.txt`, { headers }).then((answer) => answer.text());
  return { start, text };
}

/** Serves the same lines as static pages. */
async function servePeers(lines: readonly string[]) {
  const head = "<!doctype html><meta charset=utf-8><title>peer</title><style>body{margin:0;font:13px/18px monospace}";
  const scroller = "#s{height:600px;overflow:auto}</style><div id=s>";
  const pages: Readonly<Record<string, string>> = {
    "/pre": `${head}${scroller}<pre>${lines.join("\n")}\n</pre></div>`,
    "/rows": `${head}${scroller}${lines.map((line, index) => `<div><a href=#L${index}>${index + 1}</a> <span>${line}</span></div>`).join("")}</div>`,
    "/log.txt": lines.join("\n"),
  };
  const server = createServer((request, answer) => {
    answer.setHeader("content-type", request.url === "/log.txt" ? "text/plain" : "text/html");
    answer.end(pages[request.url ?? ""] ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() };
}

async function main(): Promise<void> {
  const stateFolder = mkdtempSync(join(tmpdir(), "runyard-bench-"));
  const server = await startServer({ port: 0, stateFolder, variables: { LOG_LEVEL: "error" } });
  const browser = await launchBrowser();
  const lines = Array.from({ length: LINES }, (_, index) => `line ${index + 1} ${WORDS}`);
  const peers = await servePeers(lines);
  try {
    await measure(server, browser, peers.url);
  } finally {
    await browser.close();
    peers.stop();
    await server.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

async function withPage<T>(
  browser: Browser,
  server: RunningServer,
  work: (page: Page) => Promise<T>,
  javaScriptEnabled = true,
): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, javaScriptEnabled });
  await context.request.get(server.credentials.signInUrl, { maxRedirects: 0 });
  try {
    return await work(await context.newPage());
  } finally {
    await context.close();
  }
}

async function measure(server: RunningServer, browser: Browser, peerUrl: string): Promise<void> {
  const client = clientOf(server);
  const runId = await client.start(PROGRAM, true);
  const address = `${server.url}/runs/${runId}`;
  const allRows = ["run-log .ln", LINES] as const;
  const subjects: Readonly<Record<string, Subject>> = {
    "ended run": { address, scroller: ".log-scroll", isComplete: allRows, isSearchable: true },
    "one <pre>": { address: `${peerUrl}/pre`, scroller: "#s", isComplete: ["#s", 1], isSearchable: false },
    "a row for each line": { address: `${peerUrl}/rows`, scroller: "#s", isComplete: ["#s", 1], isSearchable: false },
  };
  const rows: string[][] = [];
  const add = (name: string, samples: readonly PageFigures[]) => rows.push(rowOf(name, samples));
  for (const [name, subject] of Object.entries(subjects)) {
    const samples: PageFigures[] = [];
    for (let turn = 0; turn < REPEATS; turn++)
      samples.push(await withPage(browser, server, (page) => measurePage(page, subject)));
    add(name, samples);
  }
  const live: PageFigures[] = [];
  for (let turn = 0; turn < REPEATS; turn++) {
    const liveId = await client.start(LIVE_PROGRAM, false);
    const subject = { ...subjects["ended run"]!, address: `${server.url}/runs/${liveId}` };
    live.push(await withPage(browser, server, (page) => measurePage(page, subject)));
  }
  add("live run of 3 s", live);
  printTable(
    ["page", "first lines", "all lines", "longest task", "heap", "elements", "scroll p50 / worst", "search"],
    rows,
  );
  console.log();
  printTable(["figure", "value", "peer", "ratio"], await otherFigures(server, browser, peerUrl, runId));
}

function rowOf(name: string, samples: readonly PageFigures[]): string[] {
  const of = (figure: (sample: PageFigures) => number) => median(samples.map(figure));
  const scrolls = samples.flatMap((sample) => sample.scrollMs);
  const searches = samples.flatMap((sample) => sample.searchMs ?? []);
  return [
    name,
    ms(of((sample) => sample.firstMs)),
    ms(of((sample) => sample.allMs)),
    ms(of((sample) => sample.longestTaskMs)),
    mebibytes(of((sample) => sample.heapBytes)),
    of((sample) => sample.elements).toLocaleString("en-US"),
    `${ms(median(scrolls))} / ${ms(Math.max(...scrolls))}`,
    searches.length > 0 ? ms(median(searches)) : "",
  ];
}

async function otherFigures(
  server: RunningServer,
  browser: Browser,
  peerUrl: string,
  runId: string,
): Promise<string[][]> {
  const address = `${server.url}/runs/${runId}`;
  const client = clientOf(server);
  const sample = async (work: () => Promise<number>) => {
    const samples: number[] = [];
    for (let turn = 0; turn < REPEATS; turn++) samples.push(await work());
    return median(samples);
  };
  const timedFetch = (fetching: () => Promise<string>) => async () => {
    const at = performance.now();
    await fetching();
    return performance.now() - at;
  };
  const text = await sample(timedFetch(() => client.text(runId)));
  const staticText = await sample(timedFetch(() => fetch(`${peerUrl}/log.txt`).then((answer) => answer.text())));
  const link = await sample(() => withPage(browser, server, (page) => permalink(page, address)));
  const plainLoad = async (page: Page, at: string) => {
    const startedAt = performance.now();
    await page.goto(at);
    return performance.now() - startedAt;
  };
  const scriptless = await sample(() => withPage(browser, server, (page) => plainLoad(page, address), false));
  const scriptlessPeer = await sample(() =>
    withPage(browser, server, (page) => plainLoad(page, `${peerUrl}/pre`), false),
  );
  const ratio = (ours: number, theirs: number) => (ours / theirs).toFixed(2);
  return [
    ["log.txt", ms(text), `static file ${ms(staticText)}`, ratio(text, staticText)],
    ["a link to line 40,000, until it is in view", ms(link), "", ""],
    [
      "ended run without JavaScript",
      ms(scriptless),
      `one <pre> ${ms(scriptlessPeer)}`,
      ratio(scriptless, scriptlessPeer),
    ],
  ];
}

await main();
