/**
 * The tool calls by which the mock provider writes what it found: it looks first, then creates, then changes, then writes
 * the rest; one round trip each. Which round it is at, it reads from the conversation.
 */
import type { Finding, Findings } from "./mock-meeting-findings.ts";
import { countsOf, newStoryOf, writeOf } from "./mock-meeting-program.ts";

export interface MockCall {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly arguments: string;
}

/** The result of a call, by its id. */
export type CallResults = ReadonlyMap<string, string>;

export interface MeetingRound {
  readonly text: string;
  readonly calls: readonly MockCall[];
}

type Planned = Readonly<{ tool: string; input: Readonly<Record<string, unknown>> }>;

/** @param answered rounds of calls that the conversation has already */
export function meetingRound(
  findings: Findings,
  conversation: { readonly answered: number; readonly results: CallResults; readonly tools: readonly string[] },
): MeetingRound {
  const { answered, results, tools } = conversation;
  const lookups = lookupsOf(findings);
  const rounds = lookups.length === 0 ? writesOf(findings, []) : [lookups];
  if (lookups.length > 0 && answered > 0) {
    rounds.push(
      ...writesOf(
        findings,
        lookups.map((_, at) => readResult(results.get(callId(0, at)))),
      ),
    );
  }
  const planned = (rounds[answered] ?? []).filter(({ tool }) => tools.includes(tool));
  if (planned.length === 0) return { text: farewell(findings), calls: [] };
  const calls = planned.map(({ tool, input }, at) => ({
    id: callId(answered, at),
    name: tool,
    arguments: JSON.stringify(input),
  }));
  return { text: "", calls };
}

function callId(round: number, at: number): string {
  return `call_mock_${round + 1}_${at + 1}`;
}

/** Keys of stories that something is said about and that may not be there, then stories that are not blocked any more. */
function keysOf({ findings, known }: Findings): { readonly changed: string[]; readonly unblocked: string[] } {
  const of = (kind: Finding["kind"]) => [
    ...new Set(findings.filter((finding) => finding.kind === kind).map(({ story }) => story!)),
  ];
  return { changed: of("story").filter((key) => !known.has(key)), unblocked: of("unblocked") };
}

function lookupsOf(findings: Findings): Planned[] {
  const { changed, unblocked } = keysOf(findings);
  return [
    ...changed.map((key) => ({ tool: "stories_findByKey", input: { key } })),
    ...unblocked.map((story) => ({ tool: "blockers_list", input: { story, status: "open" } })),
  ];
}

/** @param found what each of the lookups gave */
function writesOf(findings: Findings, found: readonly unknown[]): Planned[][] {
  const { changed, unblocked } = keysOf(findings);
  const missing = changed.filter((_, at) => found[at] === null);
  const creates = missing.map((key) => ({
    tool: "stories_create",
    input: newStoryOf(key, findings),
  }));
  const write = (...kinds: Finding["kind"][]): Planned[] =>
    findings.findings.flatMap((finding) => {
      if (finding.kind === "unblocked" || !kinds.includes(finding.kind)) return [];
      const { capability, input } = writeOf(finding);
      return [{ tool: capability.replace(".", "_"), input }];
    });
  const resolves = findings.findings.flatMap((finding) => {
    if (finding.kind !== "unblocked") return [];
    const open = found[changed.length + unblocked.indexOf(finding.story!)];
    return idsIn(open).map((id) => ({ tool: "blockers_resolve", input: { id, evidence: finding.said } }));
  });
  const rounds = [
    [...creates, ...write("new-story")],
    [...write("story"), ...resolves],
    write("blocker", "action", "decision"),
  ];
  return rounds.filter((round) => round.length > 0);
}

function readResult(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    // A call that went wrong says so in words.
    return undefined;
  }
}

function idsIn(items: unknown): string[] {
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: { id?: unknown } | null) => (typeof item?.id === "string" ? [item.id] : []));
}

function farewell(findings: Findings): string {
  const { stories, blockers, actionItems, decisions } = countsOf(findings);
  return `The mock provider found ${stories} stories, ${blockers} blockers, ${actionItems} action items and ${decisions} decisions by fixed rules. No model was called.`;
}
