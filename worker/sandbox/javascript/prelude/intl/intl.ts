/**
 * `Intl` and what the methods of the language's own objects do with it. QuickJS has no locales, so this is all there is:
 * English (US, GB), German, French and Spanish; everything else falls back to American English and says so.
 * It is a bundle of its own, evaluated in a guest that asks for it (`locale-methods.ts`): in the image of every guest it
 * would take half a megabyte, and double the time of a start.
 */
import { Collator } from "./collator.ts";
import { clock, DateTimeFormat, type Defaults } from "./date-time-format.ts";
import { ListFormat } from "./list-format.ts";
import { canonicalLocales } from "./locale.ts";
import { NumberFormat } from "./number-format.ts";
import { PluralRules } from "./plural-rules.ts";
import { RelativeTimeFormat } from "./relative-time-format.ts";
import { Segmenter } from "./segmenter.ts";

const SERVICES = { Collator, ListFormat, PluralRules, RelativeTimeFormat, Segmenter };
/** The standard lets these three be called without `new`. */
const CALLABLE = { Collator, DateTimeFormat, NumberFormat };

type Service = new (locales?: unknown, options?: unknown) => object;

/** A class that can also be called. */
function callable(name: string, service: Service): Service {
  function construct(this: unknown, locales?: unknown, options?: unknown) {
    return Reflect.construct(service, [locales, options], new.target ?? service);
  }
  Object.defineProperty(construct, "name", { value: name });
  Object.defineProperty(construct, "length", { value: 0 });
  Object.defineProperty(construct, "prototype", { value: service.prototype, writable: false });
  Object.defineProperty(
    construct,
    "supportedLocalesOf",
    Object.getOwnPropertyDescriptor(service, "supportedLocalesOf")!,
  );
  Object.defineProperty(service.prototype, "constructor", { value: construct, writable: true, configurable: true });
  return construct as unknown as Service;
}

/** Formatters are costly to make; programs call the methods in loops, mostly with nothing or with a text alone. */
function remembered<T>(make: (locales: unknown, options: unknown) => T): (locales: unknown, options: unknown) => T {
  const known = new Map<unknown, T>();
  return (locales, options) => {
    if (options !== undefined || (locales !== undefined && typeof locales !== "string")) return make(locales, options);
    const found = known.get(locales) ?? make(locales, options);
    if (known.size < MAX_REMEMBERED) known.set(locales, found);
    return found;
  };
}

const MAX_REMEMBERED = 16;

const dates = (defaults: Defaults) => {
  const formats = remembered((locales, options) => new DateTimeFormat(locales, options, defaults));
  return (time: number, locales?: unknown, options?: unknown) =>
    Number.isNaN(time) ? "Invalid Date" : formats(locales, options).format(time);
};

/** What a guest gets that asks for `Intl` or for a method that needs it. */
export interface IntlParts {
  readonly intl: object;
  number(value: number | bigint, locales?: unknown, options?: unknown): string;
  compare(a: string, b: unknown, locales?: unknown, options?: unknown): number;
  dateTime(time: number, locales?: unknown, options?: unknown): string;
  date(time: number, locales?: unknown, options?: unknown): string;
  time(time: number, locales?: unknown, options?: unknown): string;
}

/** @param now the guest's clock, in milliseconds since 1970 */
export default function createIntl(now: () => number): IntlParts {
  clock.now = now;
  const services: Record<string, unknown> = { ...SERVICES };
  for (const [name, service] of Object.entries(CALLABLE)) services[name] = callable(name, service as Service);
  services["getCanonicalLocales"] = canonicalLocales;
  const intl = {};
  for (const [name, value] of Object.entries(services)) {
    Object.defineProperty(intl, name, { value, writable: true, configurable: true });
  }
  Object.defineProperty(intl, Symbol.toStringTag, { value: "Intl", configurable: true });
  const numbers = remembered((locales, options) => new NumberFormat(locales, options));
  const collators = remembered((locales, options) => new Collator(locales, options));
  return {
    intl,
    number: (value, locales, options) => numbers(locales, options).format(value),
    compare: (a, b, locales, options) => collators(locales, options).compare(a, b),
    dateTime: dates({ required: "any", defaults: "all" }),
    date: dates({ required: "date", defaults: "date" }),
    time: dates({ required: "time", defaults: "time" }),
  };
}
