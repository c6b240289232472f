/**
 * `GET /previews/:secret/:name`: the files of a page under preview, for the frame that shows it and for nobody else.
 *
 * What is served here was written by who knows whom, so it shares nothing with the console: `sandbox` gives it an opaque
 * origin (no cookie, no storage, no way to the page around it), and the rest of the policy leaves it no network. Since
 * that origin sends no cookie, what the page itself asks for is admitted by the secret in the address, and only as a
 * part of a page; a person who asks with a session must be the one whose preview it is.
 */
import { type Context, Hono } from "hono";
import { sha256Hex } from "../../digest.ts";
import { isPage } from "../../domain/playground-modes.ts";
import { serve } from "../../domain/preview.ts";
import type { AppEnv } from "../../middleware/context.ts";
import { policyText } from "../../middleware/security-headers.ts";
import { findPreview, loadPreviewFile } from "../../store/previews.ts";
import { asset } from "../../views/assets.ts";
import { withRecorder } from "./preview-page.ts";

export const previews = new Hono<AppEnv>().get("/:secret{[0-9a-f]+}/:name{.+}", async (c) => {
  const { secret, name } = c.req.param();
  isolate(c, secret);
  const { db, clock } = c.var.dependencies;
  const secretHash = await sha256Hex(secret);
  const found = await findPreview(db, secretHash, clock.now());
  const text = found && mayRead(c, found.userId, name) ? await loadPreviewFile(db, secretHash, name) : null;
  if (text === null) return c.text(found ? GONE.file : GONE.preview, 404);
  // A tab of its own is no frame: there the page could lead itself anywhere. The console has a page that frames it.
  if (c.req.header("sec-fetch-dest") === "document") return c.redirect(`/playground/previews/${secret}`, 303);
  const { type, body } = serve(name, text);
  c.header("content-type", type);
  if (!isPage(name) || typeof body !== "string") return c.body(body);
  return c.body(withRecorder(body, asset("preview-recorder.js")));
});

const GONE = {
  preview: "This preview is not there, or its hour is over. Run the page again.",
  file: "The page has no file of this name.",
} as const;

function mayRead(c: Context<AppEnv>, ownerId: string, name: string): boolean {
  if (c.var.principal) return c.var.principal.userId === ownerId;
  const destination = c.req.header("sec-fetch-dest");
  // Browsers leave the header out on plain HTTP: then a page itself needs the session.
  return destination === undefined ? !isPage(name) : destination !== "document" && destination !== "empty";
}

function isolate(c: Context<AppEnv>, secret: string): void {
  const { origin } = new URL(c.req.url);
  const own = `${origin}/previews/${secret}/`;
  const recorder = `${origin}${asset("preview-recorder.js")}`;
  const policy = policyText({
    // Forms may be filled in, so that a page can answer their submit event; none can be sent.
    sandbox: "allow-scripts allow-forms",
    "default-src": "'none'",
    "script-src": `'unsafe-inline' 'unsafe-eval' data: blob: ${own} ${recorder}`,
    "style-src": `'unsafe-inline' data: blob: ${own}`,
    "img-src": `data: blob: ${own}`,
    "media-src": `data: blob: ${own}`,
    "font-src": `data: blob: ${own}`,
    "worker-src": "blob:",
    "connect-src": "'none'",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
  });
  c.header("content-security-policy", policy);
  // The page's own modules, pictures and styles come to an origin that is nobody's.
  c.header("access-control-allow-origin", "*");
  c.header("cross-origin-resource-policy", "cross-origin");
  c.header("referrer-policy", "no-referrer");
  c.header("x-dns-prefetch-control", "off");
  c.header("origin-agent-cluster", "?1");
  c.header("cache-control", "private, no-store");
}
