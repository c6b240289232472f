/**
 * HTTP requests to the origins that were granted to a run, and to no others: a program's `fetch`. A redirect is followed
 * to granted origins alone. Owns no decision on which origins may be granted.
 */
import * as z from "zod";
import { fromBase64, toBase64 } from "../domain/base64.ts";
import { type Capability, type CapabilityContext, CapabilityError, defineCapability } from "../domain/capability.ts";

export type FetchPort = (url: string, init: RequestInit) => Promise<Response>;

const MAX_REDIRECTS = 5;
/** Of one answer's body. The sandbox bounds the sum over a run. */
export const FETCH_ANSWER_BYTES = 2 * 2 ** 20;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
/** Set by the platform, or able to make a request look like another's. */
const REFUSED_HEADERS =
  /^(?:host|content-length|connection|transfer-encoding|upgrade|cf-.*|x-forwarded-.*|x-real-ip)$/i;

const request = z.strictObject({
  url: z.string().max(8_000),
  method: z.enum(METHODS),
  headers: z.array(z.tuple([z.string().max(200), z.string().max(8_000)])).max(100),
  body: z.base64().nullable(),
});
type Request = z.output<typeof request>;

const answer = z.strictObject({
  url: z.string(),
  redirected: z.boolean(),
  status: z.number(),
  statusText: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.base64(),
});

/**
 * The text at an address, which `fetch` decides whether it may be reached.
 * @throws CapabilityError for what cannot be reached, is too large, or is no text
 */
export async function getText(
  fetch: FetchPort,
  address: string,
  { signal, received }: CapabilityContext,
): Promise<{ status: number; contentType: string; text: string }> {
  const asked = { url: address, method: "GET", headers: [], body: null } as const;
  const response = await send(fetch, new URL(address), { ...asked, headers: [] }, signal);
  const body = fromBase64(await readBody(response, received));
  const contentType = response.headers.get("content-type") ?? "";
  return { status: response.status, contentType, text: new TextDecoder().decode(body) };
}

/** @param origins as `new URL(…).origin` writes them */
export function createFetch(origins: readonly string[], fetch: FetchPort): Capability {
  return defineCapability({
    name: "fetch",
    summary: "Sends an HTTP request to an origin that is granted to the run. Bodies are base64.",
    input: request,
    output: answer,
    implementation: async (asked, { signal, received }) => {
      let [url, method, body] = [grantedUrl(asked.url, origins), asked.method, asked.body];
      for (let hops = 0; ; hops++) {
        const response = await send(fetch, url, { ...asked, method, body }, signal);
        const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
        if (location === null) return answerOf(response, url, hops > 0, received);
        await response.body?.cancel();
        if (hops === MAX_REDIRECTS) throw new CapabilityError("Error", `more than ${MAX_REDIRECTS} redirects`);
        url = grantedUrl(location, origins, url);
        // As browsers do: what was a POST is asked for with GET, unless the status says to repeat it.
        if (response.status === 303 || (response.status < 303 && method === "POST")) [method, body] = ["GET", null];
      }
    },
  });
}

function grantedUrl(text: string, origins: readonly string[], base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) throw new CapabilityError("Error", `"${text.slice(0, 200)}" is not a URL with its origin`);
  if (url.username !== "" || url.password !== "") throw new CapabilityError("Error", "a URL cannot hold a password");
  if (origins.includes(url.origin)) return url;
  const granted = origins.length === 0 ? "no origin" : origins.join(", ");
  throw new CapabilityError("Error", `${url.origin} is not granted to this run, which may reach ${granted}`);
}

async function send(
  fetch: FetchPort,
  url: URL,
  { method, headers, body }: Request,
  signal: CapabilityContext["signal"],
): Promise<Response> {
  const refused = headers.find(([name]) => REFUSED_HEADERS.test(name));
  if (refused !== undefined) throw new CapabilityError("Error", `the header ${refused[0]} cannot be set`);
  const hasBody = body !== null && method !== "GET" && method !== "HEAD";
  try {
    return await fetch(url.href, {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
      redirect: "manual",
      signal,
      ...(hasBody ? { body: fromBase64(body) } : {}),
    });
  } catch {
    // The platform's reason may name hosts and addresses of its own.
    throw new CapabilityError("Error", signal.aborted ? "the request was given up" : `${url.origin} cannot be reached`);
  }
}

async function answerOf(
  response: Response,
  url: URL,
  redirected: boolean,
  received: CapabilityContext["received"],
): Promise<z.input<typeof answer>> {
  const { status, statusText, headers } = response;
  const body = await readBody(response, received);
  return { url: url.href, redirected, status, statusText, headers: [...headers], body };
}

async function readBody(response: Response, received: CapabilityContext["received"]): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > FETCH_ANSWER_BYTES)
      throw new CapabilityError("Error", `the body is larger than ${FETCH_ANSWER_BYTES} bytes`);
    received(chunk.length);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return toBase64(whole);
}
