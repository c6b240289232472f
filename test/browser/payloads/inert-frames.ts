/**
 * Opens answers of the product in Chromium, many at once, each in a frame of its own *without* the policy that would stop
 * scripts: whatever of a text became markup would run, load or lead away here. What may be read in each is handed back.
 * An answer whose parsed tree is that of one that was opened before, but for texts and values, has nothing else to run: it
 * is parsed and looked through, and not opened, which takes ten times as long.
 */
import type { Page } from "playwright-core";
import { FOREIGN } from "./texts.ts";

/** Where the frames stand: an address of the product that Chromium is answered by the test itself. */
const STAGE = "/frames-of-a-test";

/** Our own scripts and styles, which run on the pages that are visited: in a thousand frames they would take minutes. */
const OWN_FILES = /<script\b[^>]*src="\/assets\/[^>]*><\/script>|<link\b[^>]*href="\/assets\/[^>]*>/g;

const SHOW = `async ({ answers, foreign }) => {
  const proven = (window.__proven ??= new Set());
  const treeOf = (inside) => [...inside.querySelectorAll("*")].map((element) => {
    const isCode = element.localName === "script" || element.localName === "style";
    return element.localName + " " + element.getAttributeNames().join(" ") + (isCode ? element.textContent : "");
  }).join("\\n");
  const faultOf = (inside) => {
    for (const element of inside.querySelectorAll("*"))
      for (const { name, value } of element.attributes) {
        const leads = /^(?:href|src|srcset|action|formaction|data|content|hx-.*|style)$/.test(name);
        const isBad = name.startsWith("on") || (leads && (value.includes(foreign) || /^\\s*javascript:/i.test(value)));
        if (isBad) return element.outerHTML.slice(0, 300);
      }
    return null;
  };
  const readIn = (inside) => {
    const typed = [...inside.querySelectorAll("input, textarea")].map(({ value }) => value).join(" ");
    return (inside.body?.textContent ?? "") + " " + typed;
  };
  const opened = async (html) => {
    const frame = document.createElement("iframe");
    await new Promise((resolve) => {
      frame.onload = resolve;
      frame.srcdoc = html;
      document.body.append(frame);
    });
    // What is asked to run soon, runs.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const inside = frame.contentDocument;
    const hasRun = !inside || frame.contentWindow.__hit || window.__hit;
    const seen = hasRun ? { wrong: "a script ran" } : { wrong: faultOf(inside), read: readIn(inside) };
    frame.remove();
    return seen;
  };
  const seen = await Promise.all(answers.map(async (html) => {
    const inside = new DOMParser().parseFromString(html, "text/html");
    const tree = treeOf(inside);
    if (proven.has(tree)) return { wrong: faultOf(inside), read: readIn(inside) };
    const found = await opened(html);
    if (found.wrong === null) proven.add(tree);
    return found;
  }));
  delete window.__hit;
  return seen;
}`;

/** @returns what can be read in each answer, what stands in its fields included. Throws where one is more than text. */
export async function readInert(page: Page, origin: string, answers: readonly string[]): Promise<readonly string[]> {
  if (page.url() !== origin + STAGE) {
    await page.route(`**${STAGE}`, (route) => route.fulfill({ contentType: "text/html", body: "<body>" }));
    await page.goto(origin + STAGE);
  }
  const bare = answers.map((html) => html.replace(OWN_FILES, ""));
  const argument = JSON.stringify({ answers: bare, foreign: FOREIGN });
  const seen = (await page.evaluate(`(${SHOW})(${argument})`)) as { wrong: string | null; read: string }[];
  for (const [index, { wrong }] of seen.entries())
    if (wrong !== null) throw new Error(`${wrong}\n\nin\n\n${answers[index]}`);
  return seen.map(({ read }) => read);
}
