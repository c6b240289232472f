/**
 * `fetch`, `Headers` and `Response` as far as programs of this kind use them, over the capability "fetch".
 * They are globals only in a run to which it is granted. Bodies are whole: nothing streams.
 */
import { type BytesSource, bytesOf, fromBase64, isBytes, toBase64, utf8 } from "./bytes.ts";
import { TextDecoder } from "./encoding.ts";
import type { CallOptions, HostCalls } from "./host-calls.ts";
import { URLSearchParams } from "./url-search-params.ts";

type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>;

export class Headers {
  readonly #values = new Map<string, string>();

  constructor(init: HeadersInit = {}) {
    const isIterable = Symbol.iterator in init;
    const pairs = isIterable ? (init as Iterable<readonly [string, string]>) : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }

  append(name: string, value: string): void {
    const known = this.get(name);
    this.set(name, known === null ? value : `${known}, ${value}`);
  }

  set(name: string, value: string): void {
    const key = String(name).toLowerCase();
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(key)) throw new TypeError(`"${name}" is not a valid header name`);
    this.#values.set(key, String(value).trim());
  }

  get(name: string): string | null {
    return this.#values.get(String(name).toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(String(name).toLowerCase());
  }

  delete(name: string): void {
    this.#values.delete(String(name).toLowerCase());
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void): void {
    for (const [name, value] of this) callback(value, name, this);
  }

  *entries(): Generator<[string, string]> {
    yield* [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }
}

interface Answer {
  readonly url: string;
  readonly redirected: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: [string, string][];
  readonly body: string;
}

export class Response {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: Headers;
  readonly #body: Uint8Array<ArrayBuffer>;
  #used = false;

  constructor({ url, redirected, status, statusText, headers, body }: Answer) {
    this.url = url;
    this.redirected = redirected;
    this.status = status;
    this.statusText = statusText;
    this.headers = new Headers(headers);
    this.#body = fromBase64(body);
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#used) throw new TypeError("the body has already been read");
    this.#used = true;
    return this.#body;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

type Body = string | BytesSource | URLSearchParams | null | undefined;

export interface FetchInit {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: Body;
  readonly signal?: CallOptions["signal"];
}

function encodeBody(body: Body): { bytes: Uint8Array | null; type: string | null } {
  if (body === null || body === undefined) return { bytes: null, type: null };
  if (isBytes(body)) return { bytes: bytesOf(body), type: null };
  const isForm = body instanceof URLSearchParams;
  const type = isForm ? "application/x-www-form-urlencoded;charset=UTF-8" : "text/plain;charset=UTF-8";
  return { bytes: utf8(String(body)), type };
}

export function createFetch({ call }: HostCalls) {
  return async function fetch(url: unknown, init: FetchInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const { bytes, type } = encodeBody(init.body);
    if (type !== null && !headers.has("content-type")) headers.set("content-type", type);
    const request = {
      url: String(url),
      method: String(init.method ?? "GET").toUpperCase(),
      headers: [...headers],
      body: bytes === null ? null : toBase64(bytes),
    };
    try {
      return new Response((await call("fetch", request, { signal: init.signal })) as Answer);
    } catch (error) {
      if (init.signal?.aborted || !(error instanceof Error)) throw error;
      throw new TypeError(`fetch failed: ${error.message}`);
    }
  };
}
