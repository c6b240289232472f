/**
 * Measures a sheet of 1,000 effects in Chromium, the most that a program may ask for: how its page comes, how it answers a
 * click, and how long decisions, an application and an undoing take until the page shows them. `npm run bench:sheet`.
 */
import type { Page } from "playwright-core";
import type { MeetingAdded } from "../../worker/domain/meeting.ts";
import { launchBrowser } from "../support/browser/chromium.ts";
import { openSignedIn } from "../support/browser/page.ts";
import { Product } from "../support/product/server-process.ts";
import { ms, printTable, quantile, timed } from "./measure.ts";

const PARTS = 250;
const VISITS = 5;
const PATIENCE_MS = 60_000;

const TRANSCRIPT = Array.from(
  { length: PARTS },
  (_, part) => `Dana: Part ${part} needs an export as CSV before the fair, and Bob will write to the bank about it.`,
).join("\n");

/** Four writes for each part. */
const PROGRAM = `
for (let part = 0; part < ${PARTS}; part++) {
  const key = "RUN-" + (part + 1);
  const evidence = { quote: "Part " + part + " needs an export as CSV", utterance: part };
  await stories.create({ title: "Export of part " + part, key, points: part % 8, description: "For the fair.", evidence });
  await actionItems.create({ title: "Write about part " + part, owner: "Bob", evidence });
  await stories.update({ key, status: "in-progress", evidence });
  await blockers.create({ title: "No part " + part, story: key, evidence });
}`;

interface Arrival {
  readonly firstByteMs: number;
  readonly paintMs: number;
  readonly readyMs: number;
  readonly bytes: number;
  readonly elements: number;
}

async function arrival(page: Page): Promise<Arrival> {
  return page.evaluate(() => {
    const [document_] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const paint = performance.getEntriesByName("first-contentful-paint")[0]!;
    return {
      firstByteMs: document_!.responseStart,
      paintMs: paint.startTime,
      readyMs: document_!.domContentLoadedEventEnd,
      bytes: document_!.decodedBodySize,
      elements: document.querySelectorAll("*").length,
    };
  });
}

/** From a click to the next frame that the browser paints. */
function clicked(page: Page, selector: string): Promise<number> {
  return page.evaluate(async (wanted) => {
    const startedAt = performance.now();
    document.querySelector<HTMLElement>(wanted)!.click();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - startedAt;
  }, selector);
}

async function startSheet(product: Product): Promise<string> {
  const added = await product.api("/api/meetings", { transcript: TRANSCRIPT, title: "Fair" });
  const { id: meetingId } = (await added.json()) as MeetingAdded;
  const capabilities = ["stories.*", "blockers.*", "actionItems.*"];
  const body = { code: PROGRAM, capabilities, mode: "review", meetingId };
  const answer = (await (await product.api("/api/code/execute", body)).json()) as { runId: string; success: boolean };
  if (!answer.success) throw new Error(JSON.stringify(answer));
  return answer.runId;
}

const [product, browser] = await Promise.all([Product.start(), launchBrowser()]);
try {
  const runId = await startSheet(product);
  const { page, assertClean } = await openSignedIn(browser, product);
  page.setDefaultTimeout(PATIENCE_MS);
  const arrivals: Arrival[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    await page.goto(`/runs/${runId}/effects`);
    arrivals.push(await arrival(page));
  }
  const median = (of: (each: Arrival) => number) => quantile(arrivals.map(of), 0.5);
  const choice = await clicked(page, "#e-3 [value=rejected]");
  const edited = await timed(async () => {
    await page.click("#e-1 >> text=Edit");
    await page.fill("#edit-1 [name=title]", "Export of the first part");
    await page.click("text=Approve as edited");
    await page.waitForSelector("#e-1 >> text=The program had asked for");
  });
  const act = (button: string, shown: string) =>
    timed(async () => {
      await page.click(button);
      await page.waitForSelector(`main [role=status] >> text=${shown}`);
    });
  const approved = await act("button[value=approve-all]", "Decisions saved.");
  const applied = await act("button[value=apply]", "999 effects written.");
  await page.click("button[data-dialog=undo-effects]");
  const undone = await act("dialog button.danger", "Everything was taken back.");
  assertClean();
  printTable(
    ["a sheet of 1,000 effects", "value"],
    [
      [
        "page: first byte, first paint, ready",
        [median((each) => each.firstByteMs), median((each) => each.paintMs), median((each) => each.readyMs)]
          .map(ms)
          .join(", "),
      ],
      ["page: HTML, elements", `${(arrivals[0]!.bytes / 1_048_576).toFixed(1)} MiB, ${arrivals[0]!.elements}`],
      ["a choice, to the next frame", ms(choice)],
      ["one edited: its form opened, filled, approved", ms(edited)],
      ["all approved, until the page shows it", ms(approved)],
      ["999 applied, until the page shows it", ms(applied)],
      ["all undone, until the page shows it", ms(undone)],
    ],
  );
} finally {
  await browser.close();
  await product.stop();
}
