/**
 * Tells left shifts from type arguments that begin with a function type, as in `f<<T>(a: T) => T>(b)`, before anything is
 * parsed. sucrase tries the second at every `<<`, and takes whatever follows for type parameters up to the next `>`: in a
 * file of bit flags all that is left of it, for each shift anew, and where types follow it may drop what it took.
 */

/** How far behind the `<<` its type parameters must end: longer ones are taken for a shift, and then refused. */
const TYPE_PARAMETERS_CHARS = 200;

/** Space and comments, a name, and what may follow the name of a type parameter. */
const FIRST_PARAMETER =
  /^(?:\s|\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/.*\n)*(?:const\s+)?[\p{ID_Start}$_][\p{ID_Continue}$]*\s*(?=[>,=]|extends\b)/u;

/** The offsets of both characters of each `<<` in a source that is a left shift, or stands in text. */
export function leftShiftOffsets(source: string): ReadonlySet<number> {
  const offsets = new Set<number>();
  for (const { index } of source.matchAll(/(?<!<)<<(?![<=>])/g)) {
    const next = index + 2;
    if (!areTypeParameters(source.slice(next, next + TYPE_PARAMETERS_CHARS))) offsets.add(index).add(index + 1);
  }
  return offsets;
}

/** True where text begins with type parameters and the parenthesis behind them. Ends at the next `<<`: each is read once. */
function areTypeParameters(text: string): boolean {
  const first = FIRST_PARAMETER.exec(text)?.[0];
  if (first === undefined) return false;
  let depth = 0;
  for (let i = first.length; i < text.length; i++) {
    const char = text[i]!;
    if ((char === ";" && depth === 0) || (char === "<" && text[i - 1] === "<")) return false;
    if ("(<[{".includes(char)) depth += 1;
    if (!")>]}".includes(char) || text[i - 1] === "=") continue;
    depth -= 1;
    if (depth < 0) return char === ">" && /^\s*\(/.test(text.slice(i + 1));
  }
  return false;
}
