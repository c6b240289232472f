/**
 * Opens pages that watch themselves: everything that a person would not see and that must not happen (errors in the
 * console, uncaught exceptions, violations of the content security policy, requests that leave the machine, parts of a
 * provider's key in what the server sends) is recorded from the first request on, and `assertClean` fails with the list.
 */
import { AssertionError } from "node:assert";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, ConsoleMessage, Page } from "playwright-core";
import { CANARY, tracesOf } from "../canary.ts";
import type { ProductClient } from "../product/server-process.ts";

const TRACES = [...tracesOf(CANARY)];
/** What is made for whoever asks; the rest are files. */
const SEARCHED_TYPES = new Set(["document", "xhr", "fetch"]);
const SCREENSHOTS = fileURLToPath(new URL("../../../.cache/screenshots/", import.meta.url));

/** Tests talk to a server on the same machine: what takes longer than this is broken, not slow. */
const ACTION_TIMEOUT_MS = 15_000;

/** Schemes that never touch the network. */
const LOCAL_SCHEMES = new Set(["about:", "blob:", "data:"]);

export interface PageOptions {
  /** The only origin that the page may talk to, for example `http://127.0.0.1:8787`. */
  readonly origin: string;
  readonly colorScheme?: "light" | "dark";
  /** Width of the viewport in CSS pixels. */
  readonly width?: number;
  readonly height?: number;
  /** For the pages that promise to work without scripts. */
  readonly javaScript?: boolean;
  /** A context to open the page in, for a second tab of the same person; without one the page starts signed out. */
  readonly context?: BrowserContext;
}

export type FaultKind = "console-error" | "page-error" | "csp-violation" | "foreign-request" | "secret";

export interface Fault {
  readonly kind: FaultKind;
  readonly text: string;
  /** Address of the page when the fault was seen. */
  readonly page: string;
}

export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Faults so far, oldest first. */
  readonly faults: readonly Fault[];
  /**
   * Fails when anything was recorded. `allow` names what a test provokes on purpose: Chromium, for example, logs an
   * error for each answer with a status of 400 or above, also when the page handles it well.
   */
  assertClean(allow?: readonly RegExp[]): void;
  close(): Promise<void>;
}

/** A page in a context of its own (no cookies, no storage). Relative addresses in `goto` are below `origin`. */
export async function openPage(browser: Browser, options: PageOptions): Promise<WatchedPage> {
  const context =
    options.context ??
    (await browser.newContext({
      baseURL: options.origin,
      colorScheme: options.colorScheme ?? "light",
      viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
      javaScriptEnabled: options.javaScript ?? true,
      reducedMotion: "reduce",
      locale: "en-GB",
      timezoneId: "UTC",
    }));
  const page = await context.newPage();
  page.setDefaultTimeout(ACTION_TIMEOUT_MS);
  const faults = watch(page, new URL(options.origin).host);
  return {
    page,
    context,
    faults,
    assertClean: (allow = []) => assertClean(faults, allow),
    close: () => (options.context ? page.close() : context.close()),
  };
}

/** Like {@link openPage}, signed in by the link, without a look at the page that it leads to. */
export async function openSignedIn(
  browser: Browser,
  product: ProductClient,
  options: Omit<PageOptions, "origin"> = {},
): Promise<WatchedPage> {
  const watched = await openPage(browser, { origin: product.url, ...options });
  await watched.context.request.get(product.credentials.signInUrl, { maxRedirects: 0 });
  return watched;
}

/** Stores a picture of the whole page as `.cache/screenshots/<name>.png` and returns its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw new Error(`Not a name for a screenshot: ${name}`);
  mkdirSync(SCREENSHOTS, { recursive: true });
  const path = join(SCREENSHOTS, `${name}.png`);
  await page.screenshot({ path, fullPage: true, animations: "disabled", caret: "hide" });
  return path;
}

function watch(page: Page, host: string): Fault[] {
  const faults: Fault[] = [];
  const record = (kind: FaultKind, text: string) => faults.push({ kind, text, page: page.url() });
  const inspectAddress = (address: string) => {
    const url = new URL(address);
    if (!LOCAL_SCHEMES.has(url.protocol) && url.host !== host) record("foreign-request", address);
  };
  page.on("console", (message) => {
    if (message.type() === "error") record(consoleFaultKind(message), describeConsoleMessage(message));
  });
  page.on("pageerror", (error) => record("page-error", error.stack ?? error.message));
  page.on("crash", () => record("page-error", "the page crashed"));
  page.on("request", (request) => inspectAddress(request.url()));
  const search = (text: string, from: string) => {
    if (TRACES.some((trace) => text.includes(trace))) record("secret", from);
  };
  page.on("response", async (response) => {
    if (!SEARCHED_TYPES.has(response.request().resourceType())) return;
    // Of one that leads elsewhere, and of one whose page has gone, there is nothing to read.
    search(await response.text().catch(() => ""), response.url());
  });
  page.on("websocket", (socket) => {
    inspectAddress(socket.url());
    socket.on("framereceived", ({ payload }) => search(String(payload), socket.url()));
  });
  return faults;
}

/** Chromium reports each violation in the console, also those of report-only policies and of frames. */
function consoleFaultKind(message: ConsoleMessage): FaultKind {
  return /content security policy/i.test(message.text()) ? "csp-violation" : "console-error";
}

function describeConsoleMessage(message: ConsoleMessage): string {
  const { url, lineNumber } = message.location();
  return url ? `${message.text()} (${url}:${lineNumber + 1})` : message.text();
}

function assertClean(faults: readonly Fault[], allow: readonly RegExp[]): void {
  const unexpected = faults.filter((fault) => !allow.some((pattern) => pattern.test(fault.text)));
  if (unexpected.length === 0) return;
  const list = unexpected.map((fault) => `  ${fault.kind} on ${fault.page}\n    ${fault.text}`).join("\n");
  throw new AssertionError({ message: `The page was not clean:\n${list}`, stackStartFn: assertClean });
}
