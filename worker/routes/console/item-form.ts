/** The fields of an item as a form sends them: texts, of which an empty one is nothing. */
import type { ItemKind, ItemPatch } from "../../domain/item.ts";
import type { ItemValues } from "../../views/components/item-fields.tsx";
import { fieldNames } from "../../views/item-words.ts";

/** Texts that are there always, and may be empty. */
const PROSE = new Set<string>(["title", "description", "details", "status"]);

export function readItemValues(form: FormData, kind: ItemKind): ItemValues {
  const sent = fieldNames(kind).flatMap((name) => {
    const value = form.get(name);
    return typeof value === "string" ? [[name, value.replaceAll("\r\n", "\n")]] : [];
  });
  return Object.fromEntries(sent);
}

/** What is no number stays a text, so that the schema says what is wrong with it. */
export function patchOf(values: ItemValues): ItemPatch {
  const fields = Object.entries(values).map(([name, value]) => {
    if (PROSE.has(name)) return [name, value];
    if (value.trim() === "") return [name, null];
    return [name, name === "points" && /^\d+$/.test(value.trim()) ? Number(value) : value.trim()];
  });
  return Object.fromEntries(fields);
}
