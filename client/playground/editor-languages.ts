/**
 * The languages that the editor colours. JavaScript and TypeScript are what most programs are, so they come with the
 * editor; each of the others is fetched when a file of it is first opened.
 */
import { javascript } from "@codemirror/lang-javascript";
import type { Extension } from "@codemirror/state";

export type EditorLanguage = "typescript" | "javascript" | "python" | "html" | "css" | "json" | "text";

const AT_HAND: Partial<Record<EditorLanguage, () => Extension>> = {
  typescript: () => javascript({ typescript: true }),
  javascript: () => javascript(),
  text: () => [],
};

const FETCHED: Partial<Record<EditorLanguage, () => Promise<Extension>>> = {
  python: async () => (await import("@codemirror/lang-python")).python(),
  html: async () => (await import("@codemirror/lang-html")).html(),
  css: async () => (await import("@codemirror/lang-css")).css(),
  json: async () => (await import("@codemirror/lang-json")).json(),
};

/** An extension at once where there is one, else when it has arrived. */
export function languageExtension(language: EditorLanguage): Extension | Promise<Extension> {
  return AT_HAND[language]?.() ?? FETCHED[language]!();
}
