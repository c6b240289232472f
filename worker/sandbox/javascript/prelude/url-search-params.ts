/** `URLSearchParams`. Source: WHATWG URL, section 6.2 and application/x-www-form-urlencoded. */

const encode = (text: string) =>
  encodeURIComponent(text.toWellFormed())
    .replace(/%20/g, "+")
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

function decode(text: string): string {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

export class URLSearchParams {
  #pairs: [string, string][] = [];
  readonly #onChange: (() => void) | undefined;

  constructor(init: unknown = "", onChange?: () => void) {
    if (typeof init === "object" && init !== null) {
      const pairs = Symbol.iterator in init ? [...(init as Iterable<[unknown, unknown]>)] : Object.entries(init);
      for (const [key, value] of pairs) this.#pairs.push([String(key), String(value)]);
    } else this.#pairs = parse(String(init));
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(key: unknown, value: unknown): void {
    this.#pairs.push([String(key), String(value)]);
    this.#onChange?.();
  }

  delete(key: unknown, value?: unknown): void {
    const drop = ([k, v]: [string, string]) => k === String(key) && (value === undefined || v === String(value));
    this.#pairs = this.#pairs.filter((pair) => !drop(pair));
    this.#onChange?.();
  }

  get(key: unknown): string | null {
    return this.#pairs.find(([k]) => k === String(key))?.[1] ?? null;
  }

  getAll(key: unknown): string[] {
    return this.#pairs.filter(([k]) => k === String(key)).map(([, v]) => v);
  }

  has(key: unknown, value?: unknown): boolean {
    return this.#pairs.some(([k, v]) => k === String(key) && (value === undefined || v === String(value)));
  }

  set(key: unknown, value: unknown): void {
    const first = this.#pairs.findIndex(([k]) => k === String(key));
    if (first < 0) return this.append(key, value);
    this.#pairs = this.#pairs.filter(([k], i) => i <= first || k !== String(key));
    this.#pairs[first] = [String(key), String(value)];
    this.#onChange?.();
  }

  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#onChange?.();
  }

  forEach(callback: (value: string, key: string, owner: URLSearchParams) => void, self?: unknown): void {
    for (const [key, value] of this.#pairs) callback.call(self, value, key, this);
  }

  entries(): IterableIterator<[string, string]> {
    return this.#pairs.map(([k, v]): [string, string] => [k, v])[Symbol.iterator]();
  }

  keys(): IterableIterator<string> {
    return this.#pairs.map(([k]) => k)[Symbol.iterator]();
  }

  values(): IterableIterator<string> {
    return this.#pairs.map(([, v]) => v)[Symbol.iterator]();
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map(([k, v]) => `${encode(k)}=${encode(v)}`).join("&");
  }

  toJSON(): string {
    return this.toString();
  }
}

function parse(text: string): [string, string][] {
  const query = text.startsWith("?") ? text.slice(1) : text;
  return query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [decode(part), ""] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
}
