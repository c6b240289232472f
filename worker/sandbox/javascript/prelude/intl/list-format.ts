/** `Intl.ListFormat`. Source: ECMA-402, section 13; the texts are CLDR's. */
import { addPart, asService, joined, Options, type Part, type Resolved, resolveLocale } from "./locale.ts";

const TYPES = ["conjunction", "disjunction", "unit"] as const;
const STYLES = ["long", "short", "narrow"] as const;

export class ListFormat {
  readonly #resolved: Resolved;
  readonly #type: (typeof TYPES)[number];
  readonly #style: (typeof STYLES)[number];

  constructor(locales?: unknown, values?: unknown) {
    this.#resolved = resolveLocale(locales);
    const options = new Options("ListFormat", values);
    this.#type = options.one("type", TYPES, "conjunction");
    this.#style = options.one("style", STYLES, "long");
  }

  format(list?: Iterable<string>): string {
    return joined(this.formatToParts(list));
  }

  formatToParts(list: Iterable<string> = []): Part[] {
    const items = [...list];
    const stranger = items.findIndex((item) => typeof item !== "string");
    if (stranger >= 0) throw new TypeError(`Iterable yielded ${String(items[stranger])} which is not a string`);
    const row = this.#resolved.row.list.split("|")[TYPES.indexOf(this.#type) * 3 + STYLES.indexOf(this.#style)]!;
    const [pair = "", inside = "", last = ""] = row.split(",").map((text) => text.replaceAll(";", ","));
    const parts: Part[] = [];
    items.forEach((item, i) => {
      if (i > 0) {
        const isLast = i === items.length - 1;
        const text = !isLast ? inside : items.length === 2 ? pair : last;
        addPart(parts, "literal", this.#isSpanish() ? beforeSpanish(text, item) : text);
      }
      parts.push({ type: "element", value: item });
    });
    return parts;
  }

  resolvedOptions() {
    return { locale: this.#resolved.locale, type: this.#type, style: this.#style };
  }

  #isSpanish(): boolean {
    return this.#resolved.locale.startsWith("es");
  }
}

/** "y" and "o" change before a word that begins with their own sound. */
function beforeSpanish(text: string, next: string): string {
  if (text.endsWith(" y ") && /^(?:i|hi(?!a|e))/i.test(next)) return text.replace(/y $/, "e ");
  if (text.endsWith(" o ") && /^(?:o|ho|8|11(?:$|\D))/i.test(next)) return text.replace(/o $/, "u ");
  return text;
}

asService("ListFormat", ListFormat);
