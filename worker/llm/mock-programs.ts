/**
 * The programs that the mock provider can write. Each is complete, correct and short, and needs only the sandbox.
 * What only TypeScript has stands between « and »: mock-answer.ts takes the marks away, or what they hold.
 */

export interface MockProgram {
  readonly name: string;
  /** Matches a task that asks for it. The first match in the list wins, so the narrow ones stand first. */
  readonly asksFor: RegExp;
  /** The program; `asked` is a number in the task, which is used where one makes sense. */
  source(asked: number | null): string;
}

/** A number from the task within what the program does in a moment, or the program's own. */
function within(asked: number | null, fallback: number, max: number): number {
  return asked === null || asked < 1 ? fallback : Math.min(asked, max);
}

const fibonacci: MockProgram = {
  name: "fibonacci",
  asksFor: /\bfibonacci\b/i,
  source: (asked) => `
function fibonacci(count«: number»)«: bigint[]» {
  const numbers«: bigint[]» = [];
  let [current, next] = [0n, 1n];
  for (let index = 0; index < count; index++) {
    numbers.push(current);
    [current, next] = [next, current + next];
  }
  return numbers;
}

const numbers = fibonacci(${within(asked, 20, 500)});
numbers.forEach((number, index) => console.log(\`F(\${index}) = \${number}\`));

export default numbers.map(String);
`,
};

const primes: MockProgram = {
  name: "primes",
  asksFor: /\bprimes?\b/i,
  source: (asked) => `
function firstPrimes(count«: number»)«: number[]» {
  const primes«: number[]» = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    const isPrime = primes.every((prime) => prime * prime > candidate || candidate % prime !== 0);
    if (isPrime) primes.push(candidate);
  }
  return primes;
}

const primes = firstPrimes(${within(asked, 25, 500)});
for (let start = 0; start < primes.length; start += 10) {
  console.log(primes.slice(start, start + 10).map((prime) => String(prime).padStart(5)).join(""));
}

export default primes;
`,
};

const wordCount: MockProgram = {
  name: "word count",
  asksFor: /\bword[ -]?(?:count|frequenc)|\b(?:count|frequen|common)\w*\b.*\bwords?\b|\bwords?\b.*\b(?:count|frequen)/i,
  source: () => `
import { stdin } from "runyard";

const SAMPLE = "the quick brown fox jumps over the lazy dog and the dog sleeps";

const input = await stdin.text();
const text = input.trim() === "" ? SAMPLE : input;
const counts = new Map«<string, number>»();
for (const word of text.toLowerCase().match(/[\\p{L}\\p{N}']+/gu) ?? []) {
  counts.set(word, (counts.get(word) ?? 0) + 1);
}
const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));

console.log(\`\${counts.size} different words\`);
for (const [word, count] of ranked.slice(0, 10)) console.log(\`\${String(count).padStart(5)}  \${word}\`);

export default Object.fromEntries(ranked.slice(0, 10));
`,
};

const fizzBuzz: MockProgram = {
  name: "fizzbuzz",
  asksFor: /\bfizz[ -]?buzz\b/i,
  source: (asked) => `
function fizzBuzz(number«: number»)«: string» {
  const text = (number % 3 === 0 ? "Fizz" : "") + (number % 5 === 0 ? "Buzz" : "");
  return text === "" ? String(number) : text;
}

const lines«: string[]» = [];
for (let number = 1; number <= ${within(asked, 30, 1_000)}; number++) lines.push(fizzBuzz(number));
console.log(lines.join("\\n"));

export default lines;
`,
};

const csvSummary: MockProgram = {
  name: "csv",
  asksFor: /\bcsv\b|\bspreadsheet\b/i,
  source: () => `
import { stdin } from "runyard";

const SAMPLE = \`city,month,sales
Lisbon,May,120
Oslo,May,80
Lisbon,June,150
Oslo,June,95\`;

/** Reads CSV with quoted fields ("a ""b"", c") into rows. */
function parseCsv(text«: string»)«: string[][]» {
  return text
    .trim()
    .split(/\\r?\\n/)
    .map((line) =>
      [...\`,\${line}\`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
        quoted === undefined ? (plain ?? "").trim() : quoted.replaceAll('""', '"'),
      ),
    );
}

const input = await stdin.text();
const [header = [], ...rows] = parseCsv(input.trim() === "" ? SAMPLE : input);
const summary = header.map((name, column) => {
  const values = rows.map((row) => row[column] ?? "");
  const numbers = values.map(Number);
  if (values.some((value) => value === "") || numbers.some(Number.isNaN)) {
    return { name, distinct: new Set(values).size };
  }
  const sum = numbers.reduce((total, number) => total + number, 0);
  return { name, min: Math.min(...numbers), max: Math.max(...numbers), mean: sum / Math.max(1, numbers.length) };
});

console.log(\`\${rows.length} rows\`);
for (const column of summary) console.log(JSON.stringify(column));

export default summary;
`,
};

const temperatureTable: MockProgram = {
  name: "temperature table",
  asksFor: /\btemperatures?\b|\bcelsius\b|\bfahrenheit\b/i,
  source: () => `
function toFahrenheit(celsius«: number»)«: number» {
  return (celsius * 9) / 5 + 32;
}

const rows«: { celsius: number; fahrenheit: number }[]» = [];
console.log("    °C       °F");
for (let celsius = -40; celsius <= 100; celsius += 10) {
  const fahrenheit = toFahrenheit(celsius);
  rows.push({ celsius, fahrenheit });
  console.log(celsius.toFixed(1).padStart(6) + fahrenheit.toFixed(1).padStart(9));
}

export default rows;
`,
};

const sudoku: MockProgram = {
  name: "sudoku",
  asksFor: /\bsudoku\b/i,
  source: () => `
const PUZZLE = [
  "53..7....",
  "6..195...",
  ".98....6.",
  "8...6...3",
  "4..8.3..1",
  "7...2...6",
  ".6....28.",
  "...419..5",
  "....8..79",
];

const grid = PUZZLE.map((row) => [...row].map((cell) => (cell === "." ? 0 : Number(cell))));

function valueAt(row«: number», column«: number»)«: number» {
  return grid[row]?.[column] ?? 0;
}

function fits(row«: number», column«: number», digit«: number»)«: boolean» {
  const top = row - (row % 3);
  const left = column - (column % 3);
  for (let index = 0; index < 9; index++) {
    if (valueAt(row, index) === digit || valueAt(index, column) === digit) return false;
    if (valueAt(top + Math.floor(index / 3), left + (index % 3)) === digit) return false;
  }
  return true;
}

/** Fills the cells from \`cell\` on by trial; false if there is no way. */
function solve(cell = 0)«: boolean» {
  if (cell === 81) return true;
  const row = Math.floor(cell / 9);
  const column = cell % 9;
  const line = grid[row] ?? [];
  if (line[column] !== 0) return solve(cell + 1);
  for (let digit = 1; digit <= 9; digit++) {
    if (!fits(row, column, digit)) continue;
    line[column] = digit;
    if (solve(cell + 1)) return true;
    line[column] = 0;
  }
  return false;
}

console.log(solve() ? "Solved:" : "There is no solution.");
for (const row of grid) console.log(row.join(" "));

export default grid;
`,
};

const randomWalk: MockProgram = {
  name: "random walk",
  asksFor: /\brandom[ -]?walks?\b|\bdrunkard\b/i,
  source: (asked) => `
const STEPS = ${within(asked, 40, 1_000)};
let position = 0;
const path = [position];
for (let step = 1; step <= STEPS; step++) {
  position += Math.random() < 0.5 ? -1 : 1;
  path.push(position);
}

const lowest = Math.min(...path);
for (const place of path) console.log(" ".repeat(place - lowest) + "*");
console.log(\`\${STEPS} steps, \${Math.abs(position)} away from the start\`);

export default { steps: STEPS, end: position, lowest, highest: Math.max(...path) };
`,
};

const sorting: MockProgram = {
  name: "sort",
  asksFor: /\bsort(?:s|ed|ing)?\b|\bquick ?sort\b|\bmerge ?sort\b/i,
  source: () => `
/** Merge sort: stable, n log n comparisons, leaves its input as it is. */
function mergeSort(values«: readonly number[]»)«: number[]» {
  if (values.length < 2) return [...values];
  const middle = Math.floor(values.length / 2);
  const left = mergeSort(values.slice(0, middle));
  const right = mergeSort(values.slice(middle));
  const merged«: number[]» = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    const [a, b] = [left[i] ?? 0, right[j] ?? 0];
    if (a <= b) {
      merged.push(a);
      i++;
    } else {
      merged.push(b);
      j++;
    }
  }
  return [...merged, ...left.slice(i), ...right.slice(j)];
}

const values = [42, 7, 19, 3, 88, 7, -5, 64, 0, 31];
const sorted = mergeSort(values);
console.log("before: " + values.join(" "));
console.log("after:  " + sorted.join(" "));

export default sorted;
`,
};

const countdown: MockProgram = {
  name: "countdown",
  asksFor: /\bcount(?:s|ing)?[ -]?down\b|\btimer\b/i,
  source: (asked) => `
function pause(milliseconds«: number»)«: Promise<void>» {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

for (let left = ${within(asked, 5, 20)}; left > 0; left--) {
  console.log(\`\${left} …\`);
  await pause(500);
}
console.log("Lift-off");

export default "done";
`,
};

const multiplicationTable: MockProgram = {
  name: "multiplication table",
  asksFor: /\b(?:multiplication|times)[ -]tables?\b/i,
  source: (asked) => `
const SIZE = ${within(asked, 10, 20)};
const numbers = Array.from({ length: SIZE }, (_, index) => index + 1);
const table = numbers.map((row) => numbers.map((column) => row * column));
for (const row of table) console.log(row.map((product) => String(product).padStart(5)).join(""));

export default table;
`,
};

const helloWorld: MockProgram = {
  name: "hello world",
  asksFor: /\bhello,? world\b|\bgreet(?:s|ing)?\b/i,
  source: () => `
import { args } from "runyard";

const name = args[0] ?? "world";
console.log(\`Hello, \${name}!\`);

export default { greeted: name };
`,
};

export const MOCK_PROGRAMS: readonly MockProgram[] = [
  fibonacci,
  fizzBuzz,
  sudoku,
  randomWalk,
  multiplicationTable,
  temperatureTable,
  csvSummary,
  wordCount,
  primes,
  countdown,
  sorting,
  helloWorld,
];
