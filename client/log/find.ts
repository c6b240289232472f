/**
 * Searching the lines of a log. Pure: takes texts, gives line numbers; folded and off-screen lines count like any
 * other, because the texts are searched and not the page.
 */

/** Numbers of the lines that contain the query, whatever the case. An empty query matches nothing. */
export function findLines(
  lines: readonly { readonly number: number; readonly plain: string }[],
  query: string,
): number[] {
  const needle = query.toLowerCase();
  if (needle === "") return [];
  const found: number[] = [];
  for (const line of lines) if (line.plain.toLowerCase().includes(needle)) found.push(line.number);
  return found;
}

/** The match to go to from a line, round the end. Null when there is none. */
export function stepThrough(matches: readonly number[], current: number | null, direction: 1 | -1): number | null {
  if (matches.length === 0) return null;
  if (current === null) return direction === 1 ? matches[0]! : matches.at(-1)!;
  if (direction === 1) return matches.find((number) => number > current) ?? matches[0]!;
  return matches.findLast((number) => number < current) ?? matches.at(-1)!;
}

/** Where the query stands in a text, as pairs of offsets; bounded, because a highlight on each letter helps nobody. */
export function occurrences(text: string, query: string, most = 50): [from: number, to: number][] {
  const haystack = text.toLowerCase();
  const needle = query.toLowerCase();
  const found: [number, number][] = [];
  if (needle === "" || haystack.length !== text.length) return found;
  for (
    let at = haystack.indexOf(needle);
    at !== -1 && found.length < most;
    at = haystack.indexOf(needle, at + needle.length)
  ) {
    found.push([at, at + needle.length]);
  }
  return found;
}
