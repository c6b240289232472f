/** Programs that take what they can get: groups of them run beside a neighbour whose waiting is measured. */
import type { Language } from "../../../worker/domain/languages.ts";

export interface HostileProgram {
  readonly language: Extract<Language, "javascript" | "typescript">;
  readonly files: Readonly<Record<string, string>>;
}

const script = (code: string): HostileProgram => ({ language: "javascript", files: { "main.js": code } });

/** Work inside one call of a built-in function after the other. */
const NATIVES = [
  "const s = 'a'.repeat(1e5) + 'b', t = 'a'.repeat(2e5); for (;;) t.indexOf(s);",
  "for (;;) 'x'.repeat(1e7);",
  "const a = new Uint8Array(24 * 2 ** 20); for (;;) a.copyWithin(0, 1);",
  "const a = new Uint8Array(24 * 2 ** 20); for (;;) a.fill(1);",
  "const a = Array.from({ length: 1e5 }, (_, i) => i); for (;;) JSON.parse(JSON.stringify(a));",
  "const a = Array.from({ length: 1e5 }, (_, i) => i * 7919 % 1e5); for (;;) a.toSorted();",
  "const s = 'a'.repeat(3e4); for (;;) /(?:a|aa)+$/.test(s + 'b');",
  "const s = 'a\\u0301'.repeat(1e5); for (;;) s.normalize('NFKD');",
  "const n = 3n ** 100000n; for (;;) n * n;",
  "for (;;) Array.prototype.join.call({ length: 1e6 }, '-');",
];

const line = (turn: number, i: number) =>
  `export function f${turn}_${i}(a: number, b?: string): Map<string, number> { return new Map([[b!, a]]); }`;
/** Close to the largest file that is transpiled. */
const LINES = 1_400;
const LIST = JSON.stringify(Array.from({ length: 50_000 }, (_, i) => `text ${i}`));

/** A program that takes long to read: a large file of TypeScript and one of JSON. No two are the same. */
export const largeSource = (turn: number): HostileProgram => ({
  language: "typescript",
  files: {
    "main.ts": 'import "./code.ts"; import list from "./list.json"; export default list.length;',
    "code.ts": Array.from({ length: LINES }, (_, i) => line(turn, i)).join("\n"),
    "list.json": LIST,
  },
});

export const HOSTILE_GROUPS: Readonly<Record<"loops" | "natives" | "naps", readonly HostileProgram[]>> = {
  loops: Array.from({ length: 10 }, () => script("for (;;) ;")),
  natives: NATIVES.map(script),
  // They sleep just before they would be made to pause.
  naps: Array.from({ length: 10 }, () =>
    script("for (;;) { for (let i = 0; i < 50_000; i++); await new Promise((done) => setTimeout(done, 1)); }"),
  ),
};
