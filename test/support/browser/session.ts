/** A person who signed in once: each page after that starts with the session, in a context of its own. */
import type { Browser } from "playwright-core";
import { openPage, type PageOptions, type WatchedPage } from "./page.ts";

type Cookies = Awaited<ReturnType<WatchedPage["context"]["cookies"]>>;

export class Session {
  readonly #browser: Browser;
  readonly #origin: string;
  readonly #cookies: Cookies;

  private constructor(browser: Browser, origin: string, cookies: Cookies) {
    this.#browser = browser;
    this.#origin = origin;
    this.#cookies = cookies;
  }

  static async signIn(browser: Browser, origin: string, signInUrl: string): Promise<Session> {
    const { page, context, close } = await openPage(browser, { origin });
    await page.goto(signInUrl);
    const cookies = await context.cookies();
    await close();
    return new Session(browser, origin, cookies);
  }

  /** A page at this path, below the origin. */
  async open(path: string, options: Partial<PageOptions> = {}): Promise<WatchedPage> {
    const watched = await openPage(this.#browser, { origin: this.#origin, ...options });
    await watched.context.addCookies(this.#cookies);
    await watched.page.goto(path);
    return watched;
  }
}
