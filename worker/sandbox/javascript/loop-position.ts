/**
 * Where a stopped loop stands. QuickJS polls after it jumped back to a loop's head, and knows for that place only the
 * last expression before it that has a position, or the start of the function. The loop is what follows there.
 */
import { offsetAt, positionAt, type SourcePosition } from "./source-position.ts";
import { atOnce } from "./steps.ts";
import { tokens, type Word } from "./transpile.ts";

/**
 * The loop that goes on from a position of QuickJS; the position itself where no loop follows in its function.
 * @param isProgram true where the position may be the start of the program itself
 */
export function loopPosition(
  source: string,
  isTypeScript: boolean,
  known: SourcePosition,
  isProgram: boolean,
): SourcePosition {
  const words = atOnce(tokens(source, isTypeScript));
  if (words === null) return known;
  const offset = offsetAt(source, known);
  const at = words.findIndex(({ start }) => start >= offset);
  if (at < 0) return known;
  const isFunction = !(isProgram && offset === 0) && startsFunction(words, at);
  const loop = headerAround(words, at) ?? loopAfter(words, at, isFunction);
  return loop === null ? known : positionAt(source, loop.start);
}

/** The `for` in whose parentheses a word stands. */
function headerAround(words: readonly Word[], at: number): Word | null {
  let depth = 0;
  for (let i = at - 1; i >= 0; i--) {
    const { text } = words[i]!;
    if (text === ")" || text === "}") depth += 1;
    else if (text === "(" || text === "{") depth -= 1;
    if (depth >= 0) continue;
    const before = words[words[i - 1]?.text === "await" ? i - 2 : i - 1];
    return text === "(" && before?.text === "for" ? before : null;
  }
  return null;
}

function loopAfter(words: readonly Word[], from: number, isFunction: boolean): Word | null {
  const start = isFunction ? bodyAfter(words, from) : from;
  const end = isFunction ? closing(words, start) : words.length;
  for (let i = start; i < end; i++) {
    const { text } = words[i]!;
    const isName = words[i - 1]?.text === "." || words[i + 1]?.text === ":";
    if (/^(?:for|while|do)$/.test(text) && !isName) return words[i]!;
    // Other functions are not where the program was.
    if (text === "function" && !isName) i = closing(words, bodyAfter(words, i));
    else if (text === "=>" && words[i + 1]?.text === "{") i = closing(words, i + 1);
  }
  return null;
}

const STATEMENTS = /^(?:if|for|while|switch|with|catch)$/;

/** True where a function begins: QuickJS names its start for what comes before its first expression with a position. */
function startsFunction(words: readonly Word[], at: number): boolean {
  const i = words[at]?.text === "async" ? at + 1 : at;
  const [first = "", second] = [words[i]?.text, words[i + 1]?.text];
  if (first === "function" || second === "=>") return true;
  const open = first === "(" ? i : second === "(" && !STATEMENTS.test(first) ? i + 1 : null;
  if (open === null) return false;
  const after = words[closing(words, open) + 1]?.text;
  return after === "=>" || (after === "{" && first !== "(");
}

/** Index of the brace that opens a function's body: the first one after its parameters. */
function bodyAfter(words: readonly Word[], from: number): number {
  let depth = 0;
  for (let i = from; i < words.length; i++) {
    const { text } = words[i]!;
    if (text === "(") depth += 1;
    else if (text === ")") depth -= 1;
    else if (text === "{" && depth === 0) return i;
  }
  return words.length;
}

/** Index of the brace or parenthesis that closes the one at an index. */
function closing(words: readonly Word[], from: number): number {
  let depth = 0;
  for (let i = from; i < words.length; i++) {
    const { text } = words[i]!;
    if (text === "{" || text === "${" || text === "(") depth += 1;
    else if (text === "}" || text === ")") depth -= 1;
    if (depth === 0) return i;
  }
  return words.length;
}
