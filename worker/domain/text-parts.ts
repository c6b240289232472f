/**
 * Long texts are stored in parts, because a row holds 2 MB at most. A part never ends inside a surrogate pair, so that
 * each part is valid UTF-8 of its own.
 */

/** UTF-16 code units of one part: at most 3 UTF-8 bytes each, so below 1 MB. */
export const PART_CHARS = 300_000;

export interface TextPart {
  readonly name: string;
  readonly part: number;
  readonly text: string;
}

export function splitText(text: string, maxChars = PART_CHARS): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + maxChars);
    const unit = text.charCodeAt(end - 1);
    if (end < text.length && end - start > 1 && unit >= 0xd800 && unit <= 0xdbff) end--;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts.length > 0 ? parts : [""];
}

export function splitFiles(files: Readonly<Record<string, string>>): TextPart[] {
  return Object.entries(files).flatMap(([name, text]) =>
    splitText(text).map((each, part) => ({ name, part, text: each })),
  );
}

/** Puts files together again; `parts` must be ordered by name and part. */
export function joinFiles(parts: readonly TextPart[]): Record<string, string> {
  const files = new Map<string, string>();
  for (const { name, text } of parts) files.set(name, (files.get(name) ?? "") + text);
  return Object.fromEntries(files);
}
