/**
 * What a page under preview tells the playground, and how it is read. The page can send anything: only data of this
 * shape and within these bounds comes through, as text.
 */
export const LEVELS = ["debug", "log", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];

export interface PreviewEntry {
  readonly level: Level;
  readonly text: string;
  /** The person's own file and place, from 1; null where it is not known. */
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

export interface PreviewMessage {
  readonly runyardPreview: readonly PreviewEntry[];
}

export const MESSAGE_BOUNDS = {
  /** Entries in one message. */
  entries: 100,
  textChars: 10_000,
  fileChars: 200,
} as const;

/** The entries of a message that a page sent; empty for anything that is not one. */
export function readPreviewMessage(data: unknown): PreviewEntry[] {
  const list = (data as Partial<PreviewMessage> | null)?.runyardPreview;
  if (!Array.isArray(list)) return [];
  return list.slice(0, MESSAGE_BOUNDS.entries).flatMap((each: unknown) => {
    const { level, text, file, line, column } = (each ?? {}) as Record<string, unknown>;
    const known = LEVELS.find((name) => name === level);
    if (!known || typeof text !== "string") return [];
    const hasPlace = typeof file === "string" && file.length <= MESSAGE_BOUNDS.fileChars;
    return [
      {
        level: known,
        text: text.slice(0, MESSAGE_BOUNDS.textChars),
        file: hasPlace ? file : null,
        line: hasPlace ? positive(line) : null,
        column: hasPlace ? positive(column) : null,
      },
    ];
  });
}

function positive(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}
