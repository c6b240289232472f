/**
 * Measures the checker Worker alone, behind a Worker that hands requests on: `npm run bench:checker`. What a start costs,
 * what a program of 200 lines and those of real meetings cost a Worker that is warm, and how long the longest check lasts.
 */
import { readFileSync } from "node:fs";
import { companionWorkers } from "../../scripts/companion-workers.ts";
import { convertV4MiniflareOptions, Miniflare } from "../../scripts/miniflare.ts";
import { CODE_CAPABILITY_NAMES } from "../../worker/capabilities/code/declarations.ts";
import { meetingProgram } from "../../worker/llm/mock-meeting-program.ts";
import { renderDeclarations } from "../../worker/program/declarations.ts";
import type { TypeCheck, TypeCheckRequest } from "../../worker/program/type-check.ts";
import { MEETING_FIXTURES } from "../fixtures/meetings/meetings.ts";
import { findingsOf, meetingOf } from "../support/expected-findings.ts";
import { ms, printTable, quantile, repeat, timed } from "./measure.ts";

const DOOR = `export default { async fetch(request, env) {
  const asked = await request.json();
  return asked === null ? new Response("") : Response.json(await env.CHECKER.check(asked));
} };`;

const DECLARATIONS = `
interface Story { readonly key: string; title: string; status: "todo" | "doing" | "done"; points: number | null; assignedTo: string | null }
interface Line { readonly speaker: string; readonly atMs: number; readonly text: string }
declare const meeting: { readonly title: string; readonly lines: readonly Line[] };
declare const stories: {
  list(filter?: { status?: Story["status"] }): Promise<Story[]>;
  create(story: { title: string; points?: number; evidence?: Line }): Promise<Story>;
  update(key: string, change: Partial<Omit<Story, "key">> & { evidence?: Line }): Promise<Story>;
};
declare const blockers: { create(blocker: { story: string; reason: string; evidence: Line }): Promise<{ id: string }> };
declare const actionItems: { create(item: { title: string; owner: string | null; evidence: Line }): Promise<{ id: string }> };
`;

/** Twenty lines as a model writes them for a part of a meeting. */
const part = (i: number) => `
// Part ${i} of the meeting.
const lines${i} = meeting.lines.filter(({ atMs }) => atMs >= ${i} * 60_000 && atMs < ${i + 1} * 60_000);
const known${i} = new Map((await stories.list()).map((story) => [story.key, story]));
const mentioned${i} = new Set<string>();
for (const line of lines${i}) {
  const keys = line.text.match(/[A-Z]+-\\d+/g) ?? [];
  for (const key of keys) {
    const story = known${i}.get(key);
    if (!story) continue;
    mentioned${i}.add(key);
    if (/\\b(?:done|finished|merged)\\b/i.test(line.text)) await stories.update(key, { status: "done", evidence: line });
    else if (/\\bblocked by\\b/i.test(line.text)) await blockers.create({ story: key, reason: line.text.trim(), evidence: line });
  }
  const action = /^action(?: item)?:\\s*(.+)$/i.exec(line.text)?.[1];
  if (action) await actionItems.create({ title: action, owner: line.speaker || null, evidence: line });
}
const bySpeaker${i} = Object.groupBy(lines${i}, ({ speaker }) => speaker);
const words${i} = Object.entries(bySpeaker${i}).map(([speaker, said = []]) => ({ speaker, words: said.reduce((sum, { text }) => sum + text.split(" ").length, 0) }));
console.log(words${i}.toSorted((a, b) => b.words - a.words).slice(0, 3), mentioned${i}.size);`;

const PROGRAM = Array.from({ length: 10 }, (_, i) => part(i)).join("\n");
const LINES = PROGRAM.split("\n").length;

const ENDLESS = [
  'type A<T extends any[]> = T["length"] extends 100000 ? T : A<[...T, 1]>; export const a: A<[]> = [];',
  Array.from(
    { length: 600 },
    (_, i) =>
      `type B${i}<T extends any[]> = T["length"] extends 900 ? T : B${i}<[...T, ${i}]>; export const b${i}: B${i}<[]> = [];`,
  ).join("\n"),
];
/** Together less than a minute, also on a machine with other work. */
const REPEATS = 60;
const WARM_UP = 30;

/** What is written for each of the long meetings, against what a run about a meeting is granted. */
function meetingPrograms(): readonly { readonly code: string; readonly declarations: string }[] {
  const declarations = renderDeclarations(CODE_CAPABILITY_NAMES);
  const long = MEETING_FIXTURES.filter(({ utterances }) => utterances.length > LONG_UTTERANCES);
  return long.map((fixture) => {
    const code = meetingProgram(findingsOf(fixture, meetingOf(fixture)), null);
    return { code, declarations };
  });
}

const LONG_UTTERANCES = 100;

async function main(): Promise<void> {
  const door = { name: "door", modules: true, script: DOOR, serviceBindings: { CHECKER: "runyard-checker" } };
  const startedAt = performance.now();
  const [checker] = companionWorkers();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [{ ...door, compatibilityDate: checker!.compatibilityDate }, checker!],
    } as never),
  );
  const url = await miniflare.ready;
  const startMs = performance.now() - startedAt;
  const ask = async (code: string, declarations = DECLARATIONS): Promise<TypeCheck> => {
    const request: TypeCheckRequest = { files: { "main.ts": code }, entry: "main.ts", declarations };
    return (await (await fetch(url, { method: "POST", body: JSON.stringify(request) })).json()) as TypeCheck;
  };
  const check = async (code = PROGRAM, declarations = DECLARATIONS): Promise<void> => {
    const answer = await ask(code, declarations);
    if (answer.kind !== "checked" || answer.diagnostics.length > 0) throw new Error(JSON.stringify(answer));
  };
  try {
    await fetch(url, { method: "POST", body: "null" });
    const firstMs = await timed(() => ask("1;"));
    const coldMs = await timed(() => check());
    await repeat(WARM_UP, () => check());
    const warm = await repeat(REPEATS, () => check());
    const programs = meetingPrograms();
    const real: number[] = [];
    for (let round = 0; round < REPEATS / programs.length; round++) {
      for (const { code, declarations } of programs) real.push(await timed(() => check(code, declarations)));
    }
    const small = await repeat(REPEATS, () => ask("await stories.list();"));
    const endless = [];
    for (const code of ENDLESS) endless.push(await timed(() => ask(code)));
    const answer = await ask(PROGRAM);
    const fuel = answer.kind === "checked" ? answer.fuel : 0;
    printTable(
      ["figure", "value"],
      [
        ["Miniflare with the Worker, until it is ready", ms(startMs)],
        ["the first check: the compiler and its library are read", ms(firstMs)],
        [`the first check of ${LINES} lines`, ms(coldMs)],
        [`${LINES} lines, warm: p50, p95, p99`, [0.5, 0.95, 0.99].map((share) => ms(quantile(warm, share))).join(", ")],
        [
          `programs of ${programs.length} real meetings (${programs.map(({ code }) => code.split("\n").length).join(", ")} lines), warm: p50, p95`,
          [0.5, 0.95].map((share) => ms(quantile(real, share))).join(", "),
        ],
        ["one line, warm: p50, p95", [0.5, 0.95].map((share) => ms(quantile(small, share))).join(", ")],
        ["types without an end, until they are given up", endless.map(ms).join(", ")],
        [`fuel of ${LINES} lines`, String(fuel)],
        ["bundle", `${Math.round(readFileSync(checker!.modules[0]!.path).length / 1_024)} KiB`],
      ],
    );
  } finally {
    await miniflare.dispose();
  }
}

await main();
