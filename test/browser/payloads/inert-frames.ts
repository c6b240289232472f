/**
 * Opens answers of the product in Chromium, many at once, each in a frame of its own *without* the policy that would stop
 * scripts: whatever of a text became markup would run, load or lead away here. What may be read in each is handed back.
 */
import type { Page } from "playwright-core";
import { FOREIGN } from "./texts.ts";

/** Where the frames stand: an address of the product that Chromium is answered by the test itself. */
const STAGE = "/frames-of-a-test";

/** Our own scripts and styles, which run on the pages that are visited: in a thousand frames they would take minutes. */
const OWN_FILES = /<script\b[^>]*src="\/assets\/[^>]*><\/script>|<link\b[^>]*href="\/assets\/[^>]*>/g;

const SHOW = `async ({ answers, foreign }) => {
  const read = [], wrong = [];
  const frames = await Promise.all(answers.map((html) => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.onload = () => resolve(frame);
    frame.srcdoc = html;
    document.body.append(frame);
  })));
  // What is asked to run soon, runs.
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const [index, frame] of frames.entries()) {
    const inside = frame.contentDocument;
    if (!inside || frame.contentWindow.__hit || window.__hit) { wrong.push([index, "a script ran"]); continue; }
    for (const element of inside.querySelectorAll("*"))
      for (const { name, value } of element.attributes) {
        const leads = /^(?:href|src|srcset|action|formaction|data|content|hx-.*|style)$/.test(name);
        const isBad = name.startsWith("on") || (leads && (value.includes(foreign) || /^\\s*javascript:/i.test(value)));
        if (isBad) wrong.push([index, element.outerHTML.slice(0, 300)]);
      }
    const typed = [...inside.querySelectorAll("input, textarea")].map(({ value }) => value).join(" ");
    read.push((inside.body?.textContent ?? "") + " " + typed);
    frame.remove();
  }
  delete window.__hit;
  return { read, wrong };
}`;

/** @returns what can be read in each answer, what stands in its fields included. Throws where one is more than text. */
export async function readInert(page: Page, origin: string, answers: readonly string[]): Promise<readonly string[]> {
  if (page.url() !== origin + STAGE) {
    await page.route(`**${STAGE}`, (route) => route.fulfill({ contentType: "text/html", body: "<body>" }));
    await page.goto(origin + STAGE);
  }
  const bare = answers.map((html) => html.replace(OWN_FILES, ""));
  const argument = JSON.stringify({ answers: bare, foreign: FOREIGN });
  const { read, wrong } = (await page.evaluate(`(${SHOW})(${argument})`)) as {
    read: string[];
    wrong: [number, string][];
  };
  if (wrong.length > 0) throw new Error(`${wrong[0]![1]}\n\nin\n\n${answers[wrong[0]![0]]}`);
  return read;
}
