/**
 * Colours for JavaScript and TypeScript that is only shown, as spans with class names. A lexer, not a parser: it is
 * right about comments, strings and numbers, good enough about regular expressions, and never loses a character.
 * What is edited is coloured by the editor instead.
 */
export interface CodeSpan {
  readonly text: string;
  readonly className: string;
}

const KEYWORDS =
  "abstract as async await break case catch class const continue debugger declare default delete do else enum export " +
  "extends finally for from function get if implements import in infer instanceof interface is keyof let namespace " +
  "never new of override private protected public readonly return satisfies set static super switch this throw try " +
  "type typeof unique unknown using var void while with yield any boolean bigint number object string symbol";
const ATOMS = new Set(["true", "false", "null", "undefined", "NaN", "Infinity"]);
const KEYWORD_SET = new Set(KEYWORDS.split(" "));

const TOKEN = new RegExp(
  [
    /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/,
    /(?<string>"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|`(?:\\[\s\S]|[^`\\])*`?)/,
    /(?<regex>(?<=(?:^|[=(,:;!&|?{}[\n]|\breturn)\s*)\/(?![*/\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*)/,
    /(?<number>\b(?:0[xob][\da-f_]+|\d[\d_]*(?:\.[\d_]+)?(?:e[+-]?\d+)?)n?\b)/,
    /(?<word>[\p{ID_Start}$_][\p{ID_Continue}$]*)/u,
  ]
    .map((part) => part.source)
    .join("|"),
  "giu",
);

/** The spans of a whole file, line by line. A file above the bound is left plain, since lexing it helps nobody. */
export function highlightLines(code: string, maxChars = 200_000): CodeSpan[][] {
  const lines: CodeSpan[][] = [[]];
  const push = (text: string, className: string) => {
    text.split("\n").forEach((part, index) => {
      if (index > 0) lines.push([]);
      if (part !== "") lines.at(-1)!.push({ text: part, className });
    });
  };
  if (code.length > maxChars) {
    push(code, "");
    return lines;
  }
  let from = 0;
  for (const match of code.matchAll(TOKEN)) {
    const className = classOf(match);
    if (className === "") continue;
    push(code.slice(from, match.index), "");
    push(match[0], className);
    from = match.index + match[0].length;
  }
  push(code.slice(from), "");
  return lines;
}

function classOf({ groups }: RegExpMatchArray): string {
  if (groups?.["comment"] !== undefined) return "tok-comment";
  if (groups?.["string"] !== undefined || groups?.["regex"] !== undefined) return "tok-string";
  if (groups?.["number"] !== undefined) return "tok-number";
  const word = groups?.["word"] ?? "";
  if (KEYWORD_SET.has(word)) return "tok-keyword";
  return ATOMS.has(word) ? "tok-number" : "";
}
