/**
 * The program that the mock provider writes for a meeting: real TypeScript against the capabilities, one call for each
 * finding, on a line of its own.
 */
import type { Finding, Findings, Said } from "./mock-meeting-findings.ts";

const HEADER = "// Written by the mock provider: fixed rules looked for words in the transcript. No model was called.";

/** A mistake that somebody asked to see: the first program has it, the mended one does not. */
export type ProgramFlaw = "type-error" | "throws";

const FLAWS: Readonly<Record<ProgramFlaw, string>> = {
  "type-error": 'await stories.findByKey({ key: 12 }); // The transcript asks for a type error: "mock:type-error".',
  throws: 'throw new TypeError("the transcript asks for an error"); // It says "mock:throws".',
};

export function meetingProgram(findings: Findings, flaw: ProgramFlaw | null): string {
  const lines = [HEADER, ""];
  const known = new Set(findings.known);
  for (const finding of findings.findings) {
    const key = finding.kind === "story" ? finding.story : null;
    if (key !== null && !known.has(key)) {
      lines.push(...storyLines(key, findings));
      known.add(key);
    }
    lines.push(writeLine(finding));
  }
  if (flaw !== null) lines.push(FLAWS[flaw]);
  return [...lines, "", `export default ${JSON.stringify(countsOf(findings))};`].join("\n");
}

/** Looks for the story, and creates it where there is none. */
function storyLines(key: string, findings: Findings): string[] {
  const name = key.toLowerCase().replace("-", "_");
  return [
    `const ${name} = await stories.findByKey(${literal({ key })});`,
    `if (!${name}) await stories.create(${literal(newStoryOf(key, findings))});`,
  ];
}

/** What makes a story that the meeting names by its key. Where nobody says what it is, its title says that. */
export function newStoryOf(key: string, { named, called }: Findings) {
  return { key, title: called.get(key) ?? `${key}, as it was named in the meeting`, evidence: named.get(key)! };
}

function writeLine(finding: Finding): string {
  if (finding.kind === "unblocked") {
    const filter = literal({ story: finding.story, status: "open" });
    const resolve = `await blockers.resolve({ id: blocker.id, evidence: ${literal({ ...finding.said })} });`;
    return `for (const blocker of await blockers.list(${filter})) ${resolve}`;
  }
  const { capability, input } = writeOf(finding);
  return `await ${capability}(${literal(input)});`;
}

/** The one call that writes a finding. */
export function writeOf(finding: Exclude<Finding, { kind: "unblocked" }>): {
  readonly capability: string;
  readonly input: Readonly<Record<string, unknown>>;
} {
  const evidence: Said = finding.said;
  const story = finding.story === null ? {} : { story: finding.story };
  switch (finding.kind) {
    case "story":
      return { capability: "stories.update", input: { key: finding.story, ...finding.fields, evidence } };
    case "new-story":
      return { capability: "stories.create", input: { title: finding.title, evidence } };
    case "blocker":
      return { capability: "blockers.create", input: { title: finding.title, ...story, evidence } };
    case "decision":
      return { capability: "decisions.create", input: { title: finding.title, ...story, evidence } };
    case "action": {
      const { title, owner, due } = finding;
      const named = { ...(owner === null ? {} : { owner }), ...(due === null ? {} : { due }) };
      return { capability: "actionItems.create", input: { title, ...named, ...story, evidence } };
    }
  }
}

export interface FindingCounts {
  readonly stories: number;
  readonly blockers: number;
  readonly actionItems: number;
  readonly decisions: number;
}

/** What was written of each kind; a story counts once. */
export function countsOf({ findings }: Findings): FindingCounts {
  const count = (...kinds: Finding["kind"][]) => findings.filter(({ kind }) => kinds.includes(kind)).length;
  const changed = new Set(findings.filter(({ kind }) => kind === "story").map(({ story }) => story));
  return {
    stories: changed.size + count("new-story"),
    blockers: count("blocker", "unblocked"),
    actionItems: count("action"),
    decisions: count("decision"),
  };
}

/** Data as people write it in TypeScript: names without quotes. */
function literal(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, each]) => `${name}: ${literal(each)}`);
  return `{ ${fields.join(", ")} }`;
}
