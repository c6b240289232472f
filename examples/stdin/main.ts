// Reads standard input line by line and prints the most frequent words.
// The first argument says how many; the text in the stdin box is from "Alice's Adventures in Wonderland".
import { args, stdin } from "runyard";

const BAR_WIDTH = 30;
/** Letters of any script, with apostrophes and hyphens inside: don't, daisy-chain. */
const WORD = /\p{L}+(?:['’-]\p{L}+)*/gu;

const limit = Number(args[0] ?? "10");
if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`"${args[0]}" is not a number of words to show`);

const counts = new Map<string, number>();
let lines = 0;
let words = 0;

for await (const line of stdin.lines()) {
  lines += 1;
  for (const [word] of line.toLowerCase().matchAll(WORD)) {
    words += 1;
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
}

// Most frequent first; words that are equally frequent in alphabetical order, so that the output is always the same.
const ranking = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1)).slice(0, limit);
const most = ranking[0]?.[1] ?? 0;
const width = Math.max(0, ...ranking.map(([word]) => word.length));

console.log(`${lines} lines, ${words} words, ${counts.size} different ones\n`);
for (const [word, count] of ranking) {
  const bar = "█".repeat(Math.max(1, Math.round((count / most) * BAR_WIDTH)));
  console.log(`${word.padEnd(width)}  ${String(count).padStart(3)}  ${bar}`);
}
if (words === 0) console.error("There was nothing to count: type some text into the stdin box.");

export default { lines, words, different: counts.size, top: Object.fromEntries(ranking) };
