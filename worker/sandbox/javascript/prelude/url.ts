/**
 * `URL`: a compact subset of WHATWG URL. Parses, resolves and changes http, https, ws, wss, ftp and file addresses and
 * opaque ones such as `mailto:`. Left out: IDNA (a host outside ASCII stays as it is, in lower case) and the
 * standard's number forms of IPv4 addresses.
 */
import { URLSearchParams } from "./url-search-params.ts";

const DEFAULT_PORTS: Record<string, string> = {
  "http:": "80",
  "https:": "443",
  "ws:": "80",
  "wss:": "443",
  "ftp:": "21",
};
const isSpecial = (scheme: string) => scheme === "file:" || Object.hasOwn(DEFAULT_PORTS, scheme);

interface Parts {
  scheme: string;
  username: string;
  password: string;
  /** Null for addresses without `//`. */
  host: string | null;
  port: string;
  path: string;
  query: string;
  fragment: string;
}

/** Encodes what may not stand in a part of an address, without touching what is encoded already. */
function encode(text: string, keep: RegExp): string {
  return [...text.toWellFormed()].map((char) => (keep.test(char) ? char : encodeURIComponent(char))).join("");
}
const PATH_CHARS = /[!$%&'()*+,\-./0-9:;=@A-Z[\]_a-z~|\\]/;
const QUERY_CHARS = /[!$%&()*+,\-./0-9:;=?@A-Z[\\\]^_`a-z{|}~]/;
const FRAGMENT_CHARS = /[!#$%&'()*+,\-./0-9:;=?@A-Z[\\\]^_a-z{|}~]/;

export class URL {
  #parts: Parts;
  #params: URLSearchParams | null = null;

  constructor(address: unknown, base?: unknown) {
    const parts = parse(String(address), base === undefined ? null : new URL(base).#parts);
    if (parts === null) {
      const error = new TypeError(`Invalid URL: ${String(address)}`);
      throw Object.assign(error, { code: "ERR_INVALID_URL", input: String(address) });
    }
    this.#parts = parts;
  }

  static canParse(address: unknown, base?: unknown): boolean {
    return URL.parse(address, base) !== null;
  }

  static parse(address: unknown, base?: unknown): URL | null {
    try {
      return new URL(address, base);
    } catch {
      return null;
    }
  }

  get href(): string {
    const { scheme, host, path, fragment } = this.#parts;
    const authority = host === null ? "" : `//${this.#credentials()}${this.host}`;
    return `${scheme}${authority}${path}${this.search}${fragment === "" ? "" : `#${fragment}`}`;
  }
  set href(address: string) {
    this.#parts = new URL(address).#parts;
    this.#params = null;
  }

  #credentials(): string {
    const { username, password } = this.#parts;
    return username === "" && password === "" ? "" : `${username}${password === "" ? "" : `:${password}`}@`;
  }

  get origin(): string {
    return Object.hasOwn(DEFAULT_PORTS, this.#parts.scheme) ? `${this.#parts.scheme}//${this.host}` : "null";
  }

  get protocol(): string {
    return this.#parts.scheme;
  }
  set protocol(value: string) {
    const scheme = `${value.replace(/:.*$/s, "").toLowerCase()}:`;
    if (/^[a-z][a-z0-9+.-]*:$/.test(scheme) && isSpecial(scheme) === isSpecial(this.#parts.scheme))
      this.#parts.scheme = scheme;
  }

  get username(): string {
    return this.#parts.username;
  }
  set username(value: string) {
    this.#parts.username = encodeURIComponent(value);
  }

  get password(): string {
    return this.#parts.password;
  }
  set password(value: string) {
    this.#parts.password = encodeURIComponent(value);
  }

  get host(): string {
    return `${this.#parts.host ?? ""}${this.#parts.port === "" ? "" : `:${this.#parts.port}`}`;
  }
  set host(value: string) {
    const authority = parseAuthority(value, this.#parts.scheme);
    if (authority !== null) Object.assign(this.#parts, { host: authority.host, port: authority.port });
  }

  get hostname(): string {
    return this.#parts.host ?? "";
  }
  set hostname(value: string) {
    const authority = parseAuthority(value, this.#parts.scheme);
    if (authority !== null) this.#parts.host = authority.host;
  }

  get port(): string {
    return this.#parts.port;
  }
  set port(value: string) {
    const port = String(value);
    if (port === "" || /^\d{1,5}$/.test(port))
      this.#parts.port = port === DEFAULT_PORTS[this.#parts.scheme] ? "" : port;
  }

  get pathname(): string {
    return this.#parts.path;
  }
  set pathname(value: string) {
    if (this.#parts.host !== null) this.#parts.path = normalizePath(encode(value, PATH_CHARS));
  }

  get search(): string {
    return this.#parts.query === "" ? "" : `?${this.#parts.query}`;
  }
  set search(value: string) {
    this.#parts.query = encode(String(value).replace(/^\?/, ""), QUERY_CHARS);
    this.#params = null;
  }

  get searchParams(): URLSearchParams {
    const params = new URLSearchParams(this.#parts.query, () => {
      this.#parts.query = String(this.#params);
    });
    this.#params ??= params;
    return this.#params;
  }

  get hash(): string {
    return this.#parts.fragment === "" ? "" : `#${this.#parts.fragment}`;
  }
  set hash(value: string) {
    this.#parts.fragment = encode(String(value).replace(/^#/, ""), FRAGMENT_CHARS);
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }
}

function parse(address: string, base: Parts | null): Parts | null {
  const text = address.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$|[\t\n\r]/g, "");
  const [, beforeFragment = "", fragmentText = ""] = text.match(/^([^#]*)(?:#(.*))?$/s) ?? [];
  const [, main = "", queryText] = beforeFragment.match(/^([^?]*)(?:\?(.*))?$/s) ?? [];
  const fragment = encode(fragmentText, FRAGMENT_CHARS);
  const query = encode(queryText ?? "", QUERY_CHARS);
  const scheme = main.match(/^([A-Za-z][A-Za-z0-9+.-]*:)/)?.[1]?.toLowerCase();
  if (scheme !== undefined && !(base?.scheme === scheme && isSpecial(scheme) && !/^[^:]*:[/\\]/.test(main))) {
    return parseAbsolute(scheme, main.slice(scheme.length), query, fragment);
  }
  if (base === null || (base.host === null && main !== "")) return null;
  return resolve(
    scheme === undefined ? main : main.slice(scheme.length),
    base,
    queryText === undefined ? null : query,
    fragment,
  );
}

function parseAbsolute(scheme: string, rest: string, query: string, fragment: string): Parts | null {
  const empty = { scheme, username: "", password: "", port: "", query, fragment };
  if (!isSpecial(scheme) && !rest.startsWith("//")) return { ...empty, host: null, path: encode(rest, PATH_CHARS) };
  const slashed = isSpecial(scheme) ? rest.replaceAll("\\", "/").replace(/^\/*/, "//") : rest;
  const local = scheme === "file:" && rest.startsWith("///");
  const [, authority = "", path = ""] = (local ? rest : slashed).match(/^\/\/([^/]*)(.*)$/s) ?? [];
  const parsed = parseAuthority(authority, scheme);
  if (parsed === null) return null;
  return {
    ...empty,
    ...parsed,
    path: path === "" && !isSpecial(scheme) ? "" : normalizePath(encode(path, PATH_CHARS)),
  };
}

function resolve(reference: string, base: Parts, query: string | null, fragment: string): Parts | null {
  const main = isSpecial(base.scheme) ? reference.replaceAll("\\", "/") : reference;
  if (main.startsWith("//")) return parseAbsolute(base.scheme, main, query ?? "", fragment);
  if (main === "") return { ...base, query: query ?? base.query, fragment };
  const folder = base.path.slice(0, base.path.lastIndexOf("/") + 1);
  const path = normalizePath(encode(main.startsWith("/") ? main : folder + main, PATH_CHARS));
  return { ...base, path, query: query ?? "", fragment };
}

function parseAuthority(text: string, scheme: string): Pick<Parts, "username" | "password" | "host" | "port"> | null {
  const at = text.lastIndexOf("@");
  const [username = "", ...password] = at < 0 ? [] : text.slice(0, at).split(":");
  const [, name = "", portText = ""] = text.slice(at + 1).match(/^(\[[0-9A-Fa-f:.]+\]|[^:]*)(?::(\d*))?$/) ?? [];
  if (name === "" && text !== "" && scheme !== "file:") return null;
  if (name === "" && isSpecial(scheme) && scheme !== "file:") return null;
  if (/[\s<>^|%]|[?#@\\]/.test(name) || Number(portText) > 65_535) return null;
  const port = portText === "" ? "" : String(Number(portText));
  return {
    username: encode(username, /[\w%.~!$&'()*+,-]/),
    password: encode(password.join(":"), /[\w%.~!$&'()*+,-]/),
    host: isSpecial(scheme) ? name.toLowerCase() : name,
    port: port === DEFAULT_PORTS[scheme] ? "" : port,
  };
}

/** Removes `.` and `..` parts; the result starts with a slash. */
function normalizePath(path: string): string {
  const parts: string[] = [];
  const given = path.replaceAll("\\", "/").replace(/^\//, "").split("/");
  given.forEach((part, i) => {
    const plain = part.replace(/%2e/gi, ".");
    const last = i === given.length - 1;
    if (plain === "..") {
      parts.pop();
      if (last) parts.push("");
    } else if (plain === ".") {
      if (last) parts.push("");
    } else parts.push(part);
  });
  return `/${parts.join("/")}`;
}
