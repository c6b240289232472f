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

/** More levels than any guest's stack can parse: it says so itself, and remembering them would take the host's memory. */
const MAX_JSON_LEVELS = 100_000;
const JSON_SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
const JSON_PLAIN = /[^"\\\u0000-\u001f]*/y;
const JSON_ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a] as const;
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const;

/**
 * Where text stops being JSON, as an offset; null where it is JSON, or nested too deeply for any guest. JavaScript's own
 * errors name no position that all engines agree on. A pass over the characters, because nobody else runs meanwhile.
 */
export function jsonErrorOffset(text: string): number | null {
  const isObject: boolean[] = [];
  let expects: "value" | "key" | "colon" | "next" | "end" = "value";
  let canClose = false;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      at += 1;
      continue;
    }
    const start = at;
    at += 1;
    if (expects === "value" && (code === OPEN_LIST || code === OPEN_OBJECT)) {
      if (isObject.push(code === OPEN_OBJECT) > MAX_JSON_LEVELS) return null;
      expects = code === OPEN_OBJECT ? "key" : "value";
      canClose = true;
      continue;
    }
    if (isObject.length > 0 && (expects === "next" || canClose)) {
      if (code === (isObject.at(-1) ? CLOSE_OBJECT : CLOSE_LIST)) {
        isObject.pop();
        expects = isObject.length > 0 ? "next" : "end";
        canClose = false;
        continue;
      }
    }
    canClose = false;
    if (expects === "next" && code === COMMA) expects = isObject.at(-1) ? "key" : "value";
    else if (expects === "colon" && code === COLON) expects = "value";
    else if (expects === "key" || expects === "value") {
      const end =
        code === QUOTE ? jsonStringEnd(text, at) : expects === "value" ? endOf(JSON_SCALAR, text, start) : null;
      if (end === null) return start;
      at = end;
      if (expects === "key") expects = "colon";
      else expects = isObject.length > 0 ? "next" : "end";
    } else return start;
  }
  return expects === "end" ? null : text.length;
}

/** The offset behind the quote that ends a string; null where none does. @param from behind the quote that begins it */
function jsonStringEnd(text: string, from: number): number | null {
  for (let at = from; ; ) {
    at = endOf(JSON_PLAIN, text, at)!;
    if (text.charCodeAt(at) === QUOTE) return at + 1;
    const behind = endOf(JSON_ESCAPE, text, at);
    if (behind === null) return null;
    at = behind;
  }
}

/** Where the match of a sticky pattern ends that begins at an offset. */
function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}
