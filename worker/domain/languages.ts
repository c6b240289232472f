/**
 * The languages that the sandbox executes, one row each. A new language is a new row, and an engine for it.
 */

interface LanguageRow {
  /** As people write it. */
  readonly label: string;
  /** The file that a program given as `code` is put into. */
  readonly entry: string;
  /** Which engine executes it. */
  readonly engine: "javascript" | "python";
}

export const LANGUAGE_TABLE = {
  typescript: { label: "TypeScript", entry: "main.ts", engine: "javascript" },
  javascript: { label: "JavaScript", entry: "main.js", engine: "javascript" },
  python: { label: "Python", entry: "main.py", engine: "python" },
} as const satisfies Record<string, LanguageRow>;

export type Language = keyof typeof LANGUAGE_TABLE;
export type EngineName = LanguageRow["engine"];

export const LANGUAGES = Object.keys(LANGUAGE_TABLE) as [Language, ...Language[]];
