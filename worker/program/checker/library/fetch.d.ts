/** The globals of a run to which `fetch` is granted, as `worker/sandbox/javascript/prelude/fetch.ts` makes them. */

type HeadersInit = Headers | Iterable<readonly [string, string]> | Record<string, string>;

declare class Headers {
  constructor(init?: HeadersInit);
  append(name: string, value: string): void;
  set(name: string, value: string): void;
  get(name: string): string | null;
  has(name: string): boolean;
  delete(name: string): void;
  forEach(callback: (value: string, name: string, headers: Headers) => void): void;
  entries(): Generator<[string, string]>;
  keys(): Generator<string>;
  values(): Generator<string>;
  [Symbol.iterator](): Generator<[string, string]>;
}

/** Only `fetch` makes one. */
declare class Response {
  private constructor();
  readonly status: number;
  readonly statusText: string;
  readonly ok: boolean;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: Headers;
  readonly bodyUsed: boolean;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  arrayBuffer(): Promise<ArrayBuffer>;
  text(): Promise<string>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it is, the program has to know
  json(): Promise<any>;
}

interface RequestInit {
  method?: string;
  headers?: HeadersInit;
  body?: string | BufferSource | URLSearchParams | null;
  signal?: AbortSignal | null;
}

declare function fetch(url: string | URL, init?: RequestInit): Promise<Response>;
