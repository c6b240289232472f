/** Lines and columns of source text, both from 1; a column counts UTF-16 units. */

export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

export function positionAt(text: string, offset: number): SourcePosition {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return { line, column: offset - lineStart + 1 };
}

/** The offset of a position; the text's end for a line that it does not have. */
export function offsetAt(text: string, { line, column }: SourcePosition): number {
  let start = 0;
  for (let row = 1; row < line; row++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return Math.min(start + column - 1, text.length);
}

/**
 * Where text stops being JSON, as an offset; null where it is JSON. JavaScript's own errors name no position that all
 * engines agree on.
 */
export function jsonErrorOffset(text: string): number | null {
  const token =
    /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;
  const open: string[] = [];
  let expects: "value" | "key" | "colon" | "next" | "end" = "value";
  let canClose = false;
  for (;;) {
    const start = token.lastIndex;
    const match = token.exec(text);
    const space = /[ \t\n\r]*/y;
    space.lastIndex = start;
    const at = start + (space.exec(text)?.[0].length ?? 0);
    if (match === null) return at >= text.length && expects === "end" ? null : at;
    const [, mark, string] = match;
    const isValue = mark === undefined;
    if (expects === "value" && (isValue || mark === "{" || mark === "[")) {
      if (!isValue) open.push(mark);
      expects = isValue ? (open.length > 0 ? "next" : "end") : mark === "{" ? "key" : "value";
      canClose = !isValue;
      continue;
    }
    const closes = (mark === "}" && open.at(-1) === "{") || (mark === "]" && open.at(-1) === "[");
    if (closes && (expects === "next" || canClose)) {
      open.pop();
      expects = open.length > 0 ? "next" : "end";
      canClose = false;
    } else if (expects === "key" && string !== undefined) expects = "colon";
    else if (expects === "colon" && mark === ":") expects = "value";
    else if (expects === "next" && mark === ",") expects = open.at(-1) === "{" ? "key" : "value";
    else return at;
    canClose = false;
  }
}
