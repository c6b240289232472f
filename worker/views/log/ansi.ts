/**
 * Terminal colours (ECMA-48 SGR) as spans with class names. Owns which codes are understood; every other control
 * sequence is dropped. Colours of the 256 and 24-bit palettes become the nearest of the 16, because classes need no
 * inline style. Invariant: the spans' texts joined are the text without its control sequences.
 */
export interface AnsiSpan {
  readonly text: string;
  /** Space-separated classes, empty for plain text. */
  readonly className: string;
}

// CSI sequences, OSC up to BEL or ST, charset selections, and lone escapes.
const SEQUENCE = /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[()][0-9A-Za-z]|[@-Z\\-_])?/g;
// Tab stays; the other control characters have no picture.
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f]/g;

interface Style {
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  strike: boolean;
  inverse: boolean;
  foreground: number | null;
  background: number | null;
}

const plainStyle = (): Style => ({
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
  foreground: null,
  background: null,
});

export function stripAnsi(text: string): string {
  const visible = text.includes("\u001b") ? text.replace(SEQUENCE, "") : text;
  return visible.replace(UNPRINTABLE, "");
}

/** One line, from a plain start: colours do not run on into the next line, since streams interleave. */
export function parseAnsi(text: string): AnsiSpan[] {
  if (!text.includes("\u001b")) return text === "" ? [] : [{ text: text.replace(UNPRINTABLE, ""), className: "" }];
  const spans: AnsiSpan[] = [];
  const style = plainStyle();
  let from = 0;
  const push = (to: number) => {
    const part = text.slice(from, to).replace(UNPRINTABLE, "");
    if (part !== "") spans.push({ text: part, className: classNameOf(style) });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === "m") applySgr(style, match[1] ?? "");
  }
  push(text.length);
  return spans;
}

function applySgr(style: Style, parameters: string): void {
  const codes = parameters.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index]!;
    if (code === 38 || code === 48) {
      const { color, used } = extendedColor(codes.slice(index + 1));
      if (color !== null) style[code === 38 ? "foreground" : "background"] = color;
      index += used;
    } else applyCode(style, code);
  }
}

function applyCode(style: Style, code: number): void {
  if (code === 0) Object.assign(style, plainStyle());
  else if (code === 1) style.bold = true;
  else if (code === 2) style.dim = true;
  else if (code === 3) style.italic = true;
  else if (code === 4) style.underline = true;
  else if (code === 7) style.inverse = true;
  else if (code === 9) style.strike = true;
  else if (code === 22) style.bold = style.dim = false;
  else if (code === 23) style.italic = false;
  else if (code === 24) style.underline = false;
  else if (code === 27) style.inverse = false;
  else if (code === 29) style.strike = false;
  else if (code >= 30 && code <= 37) style.foreground = code - 30;
  else if (code === 39) style.foreground = null;
  else if (code >= 40 && code <= 47) style.background = code - 40;
  else if (code === 49) style.background = null;
  else if (code >= 90 && code <= 97) style.foreground = code - 90 + 8;
  else if (code >= 100 && code <= 107) style.background = code - 100 + 8;
}

function extendedColor(rest: readonly number[]): { color: number | null; used: number } {
  if (rest[0] === 5) return { color: fromPalette(rest[1] ?? 0), used: 2 };
  if (rest[0] === 2) return { color: nearest(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0), used: 4 };
  return { color: null, used: 1 };
}

/** xterm's 256 colours: 16 named, a 6×6×6 cube, 24 greys. */
function fromPalette(index: number): number {
  if (index < 16) return index;
  if (index >= 232) {
    const level = 8 + (index - 232) * 10;
    return nearest(level, level, level);
  }
  const cube = index - 16;
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

const NAMED: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

function nearest(red: number, green: number, blue: number): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  NAMED.forEach(([r, g, b], index) => {
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (distance < bestDistance) [best, bestDistance] = [index, distance];
  });
  return best;
}

function classNameOf(style: Style): string {
  const names: string[] = [];
  if (style.bold) names.push("ansi-bold");
  if (style.dim) names.push("ansi-dim");
  if (style.italic) names.push("ansi-italic");
  if (style.underline) names.push("ansi-underline");
  if (style.strike) names.push("ansi-strike");
  if (style.inverse) names.push("ansi-inverse");
  if (style.foreground !== null) names.push(`ansi-fg-${style.foreground}`);
  if (style.background !== null) names.push(`ansi-bg-${style.background}`);
  return names.join(" ");
}
