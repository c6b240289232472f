/** The data has no quoted field, so the hard parts of the parser are proven here before it is trusted. */
import { parseCsv } from "./csv.ts";

const CASES: [what: string, text: string, expected: string[][]][] = [
  [
    "plain fields",
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "no line end at the end",
    "a,b\n1,2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "carriage returns",
    "a,b\r\n1,2\r\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "empty fields",
    ",a,\n,,\n",
    [
      ["", "a", ""],
      ["", "", ""],
    ],
  ],
  ["a comma in quotes", 'a,"b, c"\n', [["a", "b, c"]]],
  ["a quote in quotes", '"say ""hi""",b\n', [['say "hi"', "b"]]],
  [
    "a line end in quotes",
    'a,"b\nc"\nd,e\n',
    [
      ["a", "b\nc"],
      ["d", "e"],
    ],
  ],
  [
    "an empty quoted field",
    'a,""\n"",b',
    [
      ["a", ""],
      ["", "b"],
    ],
  ],
  ["a byte order mark", "\uFEFFa,b\n", [["a", "b"]]],
];

const REFUSED = ['a,"b', 'a"b,c\n', '"a"b,c\n'];

/** Throws at the first case that fails; returns how many passed. */
export function checkParser(): number {
  for (const [what, text, expected] of CASES) {
    const actual = JSON.stringify([...parseCsv(text)]);
    if (actual !== JSON.stringify(expected)) throw new Error(`${what}: got ${actual}`);
  }
  for (const text of REFUSED) {
    if (!throws(() => [...parseCsv(text)])) throw new Error(`should have been refused: ${text}`);
  }
  return CASES.length + REFUSED.length;
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}
