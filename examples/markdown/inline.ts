/**
 * Turns the text of a block into HTML: code, emphasis, links, images, line breaks. Everything that it does not
 * understand is text, and all text is escaped: no HTML of the source reaches the output.
 */

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);
}

/** A rule looks at one place of the text and gives HTML and where it ends, or nothing. */
type Rule = (text: string, at: number) => { html: string; end: number } | undefined;

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  "\\": [escapedCharacter],
  "`": [codeSpan],
  "!": [image],
  "[": [link],
  "<": [autolink],
  "*": [emphasis],
  _: [emphasis],
  "~": [emphasis],
  " ": [hardBreak],
};

export function renderInline(text: string): string {
  let html = "";
  for (let at = 0; at < text.length; ) {
    const found = firstMatch(RULES[text[at]!] ?? [], text, at);
    html += found ? found.html : escapeHtml(text[at]!);
    at = found ? found.end : at + 1;
  }
  return html;
}

function firstMatch(rules: readonly Rule[], text: string, at: number): ReturnType<Rule> {
  for (const rule of rules) {
    const found = rule(text, at);
    if (found) return found;
  }
  return undefined;
}

function escapedCharacter(text: string, at: number): ReturnType<Rule> {
  const next = text[at + 1];
  if (next === "\n") return { html: "<br>\n", end: at + 2 };
  if (next === undefined || !/[!-/:-@[-`{-~]/.test(next)) return undefined;
  return { html: escapeHtml(next), end: at + 2 };
}

function codeSpan(text: string, at: number): ReturnType<Rule> {
  const end = codeSpanEnd(text, at);
  if (end === undefined) return runOf(text, at);
  const fence = runLength(text, at);
  const inner = text.slice(at + fence, end - fence).replaceAll("\n", " ");
  // One space at both ends lets a span begin or end with a backtick.
  const padded = inner.startsWith(" ") && inner.endsWith(" ") && inner.trim() !== "";
  return { html: `<code>${escapeHtml(padded ? inner.slice(1, -1) : inner)}</code>`, end };
}

/** Backticks without a partner are text, all of them: the second must not begin a span of its own. */
function runOf(text: string, at: number): ReturnType<Rule> {
  const end = at + runLength(text, at);
  return { html: text.slice(at, end), end };
}

/** How often the character at this place is repeated from here on. */
function runLength(text: string, at: number): number {
  let end = at + 1;
  while (text[end] === text[at]) end += 1;
  return end - at;
}

function codeSpanEnd(text: string, at: number): number | undefined {
  const length = runLength(text, at);
  for (let close = text.indexOf("`", at + length); close !== -1; ) {
    const closeLength = runLength(text, close);
    if (closeLength === length) return close + length;
    close = text.indexOf("`", close + closeLength);
  }
  return undefined;
}

const TAGS: Readonly<Record<string, string>> = { "*": "em", _: "em", "**": "strong", __: "strong", "~~": "del" };

function emphasis(text: string, at: number): ReturnType<Rule> {
  const run = runLength(text, at);
  const character = text[at]!;
  // Three or more may open either; the one whose partner is further away is the outer one.
  const markers = run === 1 ? [character] : run === 2 ? [character.repeat(2)] : [character, character.repeat(2)];
  let found: ReturnType<Rule>;
  for (const marker of markers) {
    const tag = TAGS[marker];
    if (tag === undefined || !canOpen(text, at, marker)) continue;
    const close = closingMarker(text, at + marker.length, marker);
    if (close === undefined || (found && close + marker.length <= found.end)) continue;
    const inner = renderInline(text.slice(at + marker.length, close));
    found = { html: `<${tag}>${inner}</${tag}>`, end: close + marker.length };
  }
  return found;
}

const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const isSpace = (character: string | undefined) => character === undefined || /\s/.test(character);

/** An underscore inside a word is a letter: `snake_case_name` is not emphasised. */
function canOpen(text: string, at: number, marker: string): boolean {
  return !isSpace(text[at + marker.length]) && !(marker.startsWith("_") && isWord(text[at - 1]));
}

function canClose(text: string, at: number, marker: string): boolean {
  return !isSpace(text[at - 1]) && !(marker.startsWith("_") && isWord(text[at + marker.length]));
}

/** Finds the marker's partner, past escapes, code, and (for a single marker) pairs of double ones. */
function closingMarker(text: string, from: number, marker: string): number | undefined {
  const character = marker[0]!;
  for (let at = from; at < text.length; ) {
    if (text[at] === "\\") {
      at += 2;
    } else if (text[at] === "`") {
      at = codeSpanEnd(text, at) ?? at + runLength(text, at);
    } else if (text[at] === character) {
      const run = runLength(text, at);
      // In `***both***` the inner pair closes first, so the outer marker is at the end of the run.
      const place = at + run - marker.length;
      const fits = marker.length === 2 ? run >= 2 : run % 2 === 1;
      if (fits && place > from && canClose(text, place, marker)) return place;
      at += run;
    } else {
      at += 1;
    }
  }
  return undefined;
}

const TARGET = /\(\s*(<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+"([^"]*)")?\s*\)/y;

interface Reference {
  label: string;
  target: string;
  title: string | undefined;
  end: number;
}

function link(text: string, at: number): ReturnType<Rule> {
  const found = reference(text, at);
  if (!found) return undefined;
  const { label, target, title, end } = found;
  return { html: `<a href="${address(target)}"${titleOf(title)}>${renderInline(label)}</a>`, end };
}

function image(text: string, at: number): ReturnType<Rule> {
  const found = reference(text, at + 1);
  if (!found) return undefined;
  const { label, target, title, end } = found;
  return { html: `<img src="${address(target)}" alt="${escapeHtml(label)}"${titleOf(title)}>`, end };
}

/** Reads `[label](target "title")`. */
function reference(text: string, at: number): Reference | undefined {
  const close = text[at] === "[" ? closingBracket(text, at) : undefined;
  const match = close === undefined ? null : matchAt(TARGET, text, close + 1);
  if (close === undefined || !match) return undefined;
  return {
    label: text.slice(at + 1, close),
    target: match[1]!,
    title: match[2],
    end: close + 1 + match[0].length,
  };
}

/** Brackets inside the label count, those in code and after a backslash do not. */
function closingBracket(text: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\\") at += 1;
    else if (character === "`") at = (codeSpanEnd(text, at) ?? at + runLength(text, at)) - 1;
    else if (character === "[") depth += 1;
    else if (character === "]") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

const AUTOLINK = /<((?:https?:\/\/|mailto:)[^\s<>]+)>/y;

function autolink(text: string, at: number): ReturnType<Rule> {
  const match = matchAt(AUTOLINK, text, at);
  if (!match) return undefined;
  const target = match[1]!;
  return { html: `<a href="${address(target)}">${escapeHtml(target)}</a>`, end: at + match[0].length };
}

/** Two spaces or more at the end of a line. */
function hardBreak(text: string, at: number): ReturnType<Rule> {
  const match = matchAt(/ {2,}\n/y, text, at);
  return match ? { html: "<br>\n", end: at + match[0].length } : undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const SAFE_SCHEMES = new Set(["http", "https", "mailto"]);

/** Empties what could run: `javascript:`, `data:`, also when control characters are hidden in it. */
function address(target: string): string {
  const plain = target.replace(/^<|>$/g, "");
  const scheme = /^([^/?#:]*):/.exec(plain.replace(/[\p{Cc}\s]/gu, ""))?.[1];
  return scheme === undefined || SAFE_SCHEMES.has(scheme.toLowerCase()) ? escapeHtml(plain) : "";
}

const titleOf = (title: string | undefined) => (title === undefined ? "" : ` title="${escapeHtml(title)}"`);
