import { beforeEach, describe, expect, it } from "vitest";
import { browse, createTenant, env, freshDatabase, ORIGIN, request, type Tenant } from "../support/workerd.ts";

let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  [ana, bo] = [await createTenant("ana"), await createTenant("bo")];
});

const PARTIAL = { "hx-request": "true", "hx-request-type": "partial" };
const PAGE = '<!-- first --><!doctype html>\n<link rel="stylesheet" href="style.css">\n<script src="a b.js"></script>';
const FILES = {
  "index.html": PAGE,
  "style.css": "p {}",
  "a b.js": "1",
  "lib/x.mjs": "2",
  "dot.png": "data:image/png;base64,iVBORw==",
};

const form = (files: Record<string, string>, entry = "index.html") => ({
  language: "html",
  entry,
  files: JSON.stringify(files),
});

/** Starts a preview and returns the address of its files, up to the last slash. */
async function preview(files: Record<string, string> = FILES): Promise<string> {
  const answer = await browse(ana, "/playground/runs", form(files), PARTIAL);
  expect(answer.status).toBe(200);
  return /src="(\/previews\/[0-9a-f]{48}\/)/.exec(await answer.text())![1]!;
}

/** A request of the frame itself: no cookie, since its origin is opaque. */
const fromFrame = (path: string, destination = "script") =>
  request(path, { headers: { "sec-fetch-dest": destination, "sec-fetch-site": "cross-site" } });

describe("a page under preview", () => {
  it("is isolated in every answer, by a policy of its own", async () => {
    const base = await preview();
    for (const name of ["index.html", "style.css", "nowhere.js"]) {
      const answer = await browse(ana, base + name);
      const policy = answer.headers.get("content-security-policy")!;
      const directives = new Map(policy.split("; ").map((each) => [each.split(" ")[0]!, each.split(" ").slice(1)]));
      expect(directives.get("sandbox")).toEqual(["allow-scripts", "allow-forms"]);
      for (const closed of ["default-src", "connect-src", "form-action", "base-uri"]) {
        expect(directives.get(closed), closed).toEqual(["'none'"]);
      }
      const sources = [...directives].filter(([key]) => key.endsWith("-src")).flatMap(([, values]) => values);
      const hosts = sources.filter((source) => source.includes("//"));
      expect(hosts.length).toBeGreaterThan(0);
      expect(
        hosts.filter((host) => !host.startsWith(`${ORIGIN}${base}`) && !host.includes("/assets/preview-recorder")),
      ).toEqual([]);
      expect(answer.headers.get("cache-control")).toBe("private, no-store");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  it("gets the recorder before its own scripts, and keeps the numbers of its lines", async () => {
    const base = await preview();
    const page = await (await browse(ana, `${base}index.html`)).text();
    expect(page).toMatch(/^<!-- first --><!doctype html><script src="\/assets\/preview-recorder-\w+\.js"><\/script>\n/);
    expect(page.split("\n")[1]).toBe('<link rel="stylesheet" href="style.css" crossorigin="anonymous">');
    expect(page.split("\n")).toHaveLength(3);
  });

  it.each([
    ["style.css", "text/css; charset=utf-8", "p {}"],
    ["a%20b.js", "text/javascript; charset=utf-8", "1"],
    ["lib/x.mjs", "text/javascript; charset=utf-8", "2"],
    ["dot.png", "image/png", "\x89PNG"],
  ])("serves %s as %s to its frame", async (name, type, text) => {
    const answer = await fromFrame((await preview()) + name);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, type]);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(String.fromCharCode(...bytes)).toBe(text);
  });

  it("is nobody else's: not another person's, and not that of a link without a session", async () => {
    const base = await preview();
    for (const name of ["index.html", "style.css"]) {
      expect((await browse(bo, base + name)).status, name).toBe(404);
      expect((await fromFrame(base + name, "document")).status, name).toBe(404);
      expect((await fromFrame(base + name, "empty")).status, name).toBe(404);
    }
    expect((await request(`${base}index.html`)).status).toBe(404);
    // A link from one page to another, in the frame.
    expect((await fromFrame(`${base}index.html`, "iframe")).status).toBe(200);
    for (const secret of ["0".repeat(48), "x", "%0a", "a;script-src%20*"]) {
      const answer = await browse(ana, `/previews/${secret}/index.html`);
      expect(answer.status, secret).toBe(404);
      expect(answer.headers.get("content-security-policy")).not.toContain("*");
    }
    const alone = base.replace(/^\/previews\/(\w+)\/$/, "/playground/previews/$1");
    expect((await browse(bo, alone)).status).toBe(404);
    expect((await request(alone)).headers.get("location")).toBe(`/login?next=${encodeURIComponent(alone)}`);
  });

  it("leads a tab of its own to the page that frames it", async () => {
    const base = await preview();
    const answer = await browse(ana, `${base}style.css`, undefined, { "sec-fetch-dest": "document" });
    expect(answer.status).toBe(303);
    const alone = await browse(ana, answer.headers.get("location")!);
    expect(alone.headers.get("content-security-policy")).toContain("frame-src 'self'");
    expect(await alone.text()).toMatch(
      new RegExp(`<iframe[^>]* src="${base}index.html" sandbox="allow-scripts allow-forms"`),
    );
  });

  it("is over after an hour, and cleared away by the next", async () => {
    const base = await preview();
    await env.DB.prepare(
      "UPDATE previews SET created_at = created_at - 3600001, expires_at = expires_at - 3600001",
    ).run();
    expect((await browse(ana, `${base}index.html`)).status).toBe(404);
    await preview();
    const left = await env.DB.prepare(
      "SELECT count(*) AS n, (SELECT count(DISTINCT secret_hash) FROM preview_files) AS f FROM previews",
    ).first();
    expect(left).toEqual({ n: 1, f: 1 });
  });

  it("is one of ten at most for each person", async () => {
    for (let index = 0; index < 12; index++) await preview({ "index.html": `<p>${index}</p>` });
    expect(await env.DB.prepare("SELECT count(*) AS n FROM previews").first()).toEqual({ n: 10 });
  });

  it("works without a script: the form leads to the page alone", async () => {
    const answer = await browse(ana, "/playground/runs", { language: "html", entry: "index.html", code: "<p>plain" });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toMatch(/^\/playground\/previews\/[0-9a-f]{48}$/);
  });

  it.each([
    ["an entry that is no page", { files: { "script.js": "1" }, entry: "script.js" }, "must end in .html"],
    ["too much text", { files: { "index.html": "x".repeat(1_000_001) }, entry: "index.html" }, "at most 1000000"],
    ["an empty page", { files: { "index.html": "  " }, entry: "index.html" }, "nothing to show"],
    ["a name outside", { files: { "index.html": "x", "../a.js": "" }, entry: "index.html" }, "relative path"],
  ])("is refused with %s", async (_, { files, entry }, words) => {
    const answer = await browse(ana, "/playground/runs", form(files as Record<string, string>, entry), PARTIAL);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain(words);
  });

  it.each([
    ["a byte order mark", "\uFEFF<!doctype html><p>", "\uFEFF<!doctype html><script"],
    ["no doctype", "<p>", "<script"],
    ["a comment that does not end", "<!-- <!doctype html>", "<script"],
    ["many comments", `${"<!---->".repeat(20_000)}<p>`, "<script"],
  ])("is recorded with %s", async (_, html, start) => {
    const page = await (await browse(ana, `${await preview({ "index.html": html })}index.html`)).arrayBuffer();
    expect(new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(page).startsWith(start)).toBe(true);
  });
});
