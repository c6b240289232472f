/**
 * Formats one file with prettier. Its own chunk, and each parser another: nothing of it is fetched before somebody
 * formats. Prettier parses and prints without generating code, so the content security policy stays as it is.
 */
import type { Plugin } from "prettier";
import { formatWithCursor } from "prettier/standalone";
import type { EditorLanguage } from "./editor-languages.ts";

type PluginLoader = () => Promise<Plugin>;

const babel: PluginLoader = () => import("prettier/plugins/babel");
// The module's default export is untyped; as a plugin it is whole.
const estree: PluginLoader = () => import("prettier/plugins/estree") as Promise<Plugin>;
const html: PluginLoader = () => import("prettier/plugins/html");
const postcss: PluginLoader = () => import("prettier/plugins/postcss");

interface Formatter {
  readonly parser: string;
  readonly plugins: readonly PluginLoader[];
}

/** `babel-ts` reads TypeScript with a sixth of the code of the compiler itself. */
const FORMATTERS: Partial<Record<EditorLanguage, Formatter>> = {
  typescript: { parser: "babel-ts", plugins: [babel, estree] },
  javascript: { parser: "babel", plugins: [babel, estree] },
  json: { parser: "json", plugins: [babel, estree] },
  css: { parser: "css", plugins: [postcss] },
  html: { parser: "html", plugins: [html, postcss, babel, estree] },
};

export type Formatted =
  | { readonly ok: true; readonly text: string; readonly cursor: number }
  | { readonly ok: false; readonly message: string; readonly line: number | null; readonly column: number | null };

/** A text that does not parse comes back as its error; a language without a formatter is a mistake of the caller. */
export async function formatText(text: string, cursor: number, language: EditorLanguage): Promise<Formatted> {
  const formatter = FORMATTERS[language];
  if (!formatter) throw new Error(`no formatter for ${language}`);
  const plugins = await Promise.all(formatter.plugins.map((load) => load()));
  try {
    const options = { parser: formatter.parser, plugins, printWidth: 100, cursorOffset: cursor };
    const { formatted, cursorOffset } = await formatWithCursor(text, options);
    return { ok: true, text: formatted, cursor: cursorOffset };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { start } = (error as { loc?: { start?: { line: number; column: number } } }).loc ?? {};
    // Prettier appends the place and a drawing of it, which the editor shows better.
    const message = error.message.split("\n")[0]!.replace(/\s*\(\d+:\d+\)$/, "");
    return { ok: false, message, line: start?.line ?? null, column: start?.column ?? null };
  }
}
