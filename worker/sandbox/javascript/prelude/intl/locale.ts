/** Which locale a formatter uses, and how its options are read. Source: ECMA-402, sections 6.2, 9.2. */
import { LOCALES, type LocaleRow } from "./locale-rows.ts";

export const DEFAULT_LOCALE = "en-US";

export type Locales = string | readonly string[] | undefined;

export interface Resolved {
  /** One of the locales that exist here. */
  readonly locale: string;
  readonly row: LocaleRow;
}

const TAG =
  /^[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wyz\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?$/i;

export function canonicalLocales(locales: unknown): string[] {
  if (locales === undefined) return [];
  if (locales === null) throw new TypeError("Cannot convert undefined or null to object");
  const list = typeof locales === "string" ? [locales] : Array.from(locales as ArrayLike<unknown>);
  return [...new Set(list.map(canonicalLocale))];
}

function canonicalLocale(tag: unknown): string {
  if (typeof tag !== "string" && (typeof tag !== "object" || tag === null)) {
    throw new TypeError("Incorrect locale information provided");
  }
  const text = String(tag);
  if (!TAG.test(text)) throw new RangeError(`Invalid language tag: ${text}`);
  const [language = "", ...parts] = text.toLowerCase().split("-");
  let inExtension = false;
  const rest = parts.map((part) => {
    inExtension ||= part.length === 1;
    if (inExtension) return part;
    if (part.length === 2) return part.toUpperCase();
    return part.length === 4 && /^[a-z]/.test(part) ? part[0]!.toUpperCase() + part.slice(1) : part;
  });
  return [language, ...rest].join("-");
}

/** The longest beginning of a tag that is a locale here; null where there is none. */
function bestAvailable(tag: string): string | null {
  let candidate = tag.replace(/-[a-z\d]-.*$/i, "");
  while (candidate !== "" && !Object.hasOwn(LOCALES, candidate)) {
    candidate = candidate.slice(0, Math.max(0, candidate.lastIndexOf("-")));
  }
  return candidate === "" ? null : candidate;
}

export function resolveLocale(locales: unknown): Resolved {
  for (const tag of canonicalLocales(locales)) {
    const locale = bestAvailable(tag);
    if (locale !== null) return { locale, row: LOCALES[locale]! };
  }
  return { locale: DEFAULT_LOCALE, row: LOCALES[DEFAULT_LOCALE]! };
}

export function supportedLocales(locales: unknown): string[] {
  return canonicalLocales(locales).filter((tag) => bestAvailable(tag) !== null);
}

/** Reads the options of one formatter. */
export class Options {
  readonly #service: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(service: string, values: unknown) {
    if (values === null) throw new TypeError("Cannot convert undefined or null to object");
    this.#service = service;
    this.#values = values === undefined ? {} : Object(values);
  }

  raw(name: string): unknown {
    return this.#values[name];
  }

  one<T extends string, F extends T | undefined>(name: string, allowed: readonly T[], fallback: F): T | F {
    const value = this.#values[name];
    if (value === undefined) return fallback;
    const text = String(value) as T;
    if (allowed.includes(text)) return text;
    throw new RangeError(`Value ${text} out of range for Intl.${this.#service} options property ${name}`);
  }

  flag(name: string): boolean | undefined {
    const value = this.#values[name];
    return value === undefined ? undefined : Boolean(value);
  }

  integer<F extends number | undefined>(name: string, least: number, most: number, fallback: F): number | F {
    const value = this.#values[name];
    if (value === undefined) return fallback;
    const number = Number(value);
    if (!(number >= least && number <= most)) throw new RangeError(`${name} value is out of range.`);
    return Math.floor(number);
  }
}

export interface Part {
  type: string;
  value: string;
}

export const joined = (parts: readonly Part[]) => parts.map(({ value }) => value).join("");

/** Appends text to parts; neighbouring literals become one. */
export function addPart(parts: Part[], type: string, value: string): void {
  const last = parts.at(-1);
  if (value === "") return;
  if (type === "literal" && last?.type === "literal") last.value += value;
  else parts.push({ type, value });
}

/** Gives a class its name, which the bundle shortens, and the static method and the tag that each of `Intl`'s has. */
export function asService(name: string, service: abstract new (...args: never[]) => object): void {
  Object.defineProperty(service, "name", { value: name, configurable: true });
  const supportedLocalesOf = (locales?: unknown) => supportedLocales(locales);
  Object.defineProperty(service, "supportedLocalesOf", {
    ...{ value: supportedLocalesOf, writable: true, configurable: true },
  });
  Object.defineProperty(service.prototype, Symbol.toStringTag, { value: `Intl.${name}`, configurable: true });
}
