/**
 * What a careful person would draw from the meetings of test/fixtures, as something that a program or tool calls can say;
 * and a transcript of any length, one meeting after another.
 */
import { findQuote } from "../../worker/domain/evidence.ts";
import { countWords, type Utterance } from "../../worker/domain/transcript.ts";
import { dueOf } from "../../worker/llm/mock-meeting-due.ts";
import type { Finding, Findings, Said } from "../../worker/llm/mock-meeting-findings.ts";
import { mentionedKeys } from "../../worker/meetings/mentioned-keys.ts";
import { KNOWN_STORIES_MAX, type ProcessedMeeting } from "../../worker/meetings/ports.ts";
import { MEETING_FIXTURES, type MeetingFixture } from "../fixtures/meetings/meetings.ts";

export function meetingOf({ name, title, heldAt, utterances, expected }: MeetingFixture): ProcessedMeeting {
  const participants = [...new Set(utterances.flatMap(({ speaker }) => speaker ?? []))];
  const keys = new Set(expected.stories.flatMap(({ key }) => key ?? []));
  // A team's tracker has the stories that it talks about; those that are named by their keys are told.
  const stories = mentionedKeys(utterances, KNOWN_STORIES_MAX)
    .filter((key) => keys.has(key))
    .map((key) => ({ key, title: key, status: "todo", points: null }));
  return { id: `mtg_${name}`, title, heldAt: new Date(heldAt).toISOString(), participants, utterances, stories };
}

/** @param utterances with all that is quoted */
export function findingsOf(
  { expected, heldAt }: Pick<MeetingFixture, "expected" | "heldAt">,
  { utterances, stories: told }: Pick<ProcessedMeeting, "utterances" | "stories">,
): Findings {
  const said = (quote: string): Said => ({ quote, utterance: findQuote(utterances as never, quote)!.index });
  const day = Date.parse(heldAt);
  const stories = expected.stories.map(({ key, title, quote, ...fields }): Finding => {
    const where = { said: said(quote), story: key };
    if (key === null) return { kind: "new-story", title: title ?? quote, ...where };
    const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
    return { kind: "story", fields: Object.fromEntries(given), ...where };
  });
  const findings = [
    ...stories.filter((finding) => finding.kind !== "story" || Object.keys(finding.fields).length > 0),
    ...expected.blockers.map(
      ({ title, story, quote }): Finding => ({ kind: "blocker", title, story, said: said(quote) }),
    ),
    ...expected.actionItems.map(({ title, owner, due, quote }): Finding => {
      const date = due === null ? null : dueOf(`by ${due}`, day);
      return { kind: "action", title, owner, due: date, story: null, said: said(quote) };
    }),
    ...expected.decisions.map(
      ({ title, quote }): Finding => ({ kind: "decision", title, story: null, said: said(quote) }),
    ),
  ];
  const named = new Map(
    findings.flatMap(({ story, said: first }) => (story === null ? [] : [[story, first] as const])),
  );
  return { findings, named, called: new Map(), known: new Set(told.map(({ key }) => key)) };
}

/** One meeting after another, until there are so many words. */
export function longTranscript(words: number): Utterance[] {
  const all: Utterance[] = [];
  let counted = 0;
  let offsetMs = 0;
  for (const { utterances } of MEETING_FIXTURES) {
    for (const { speaker, startMs, endMs, text } of utterances) {
      if (counted >= words) return all;
      const times = { startMs: offsetMs + (startMs ?? 0), endMs: offsetMs + (endMs ?? startMs ?? 0) };
      all.push({ index: all.length, speaker, ...times, text });
      counted += countWords(text);
    }
    offsetMs = all.at(-1)!.endMs!;
  }
  return all;
}

/** All that is expected of the meetings in such a transcript, as far as it goes. */
export function longFindings(utterances: readonly Utterance[]): Findings {
  const isSaid = ({ quote }: { readonly quote: string }) => findQuote(utterances as never, quote) !== null;
  const each = MEETING_FIXTURES.map(({ expected, heldAt }) => {
    const said = {
      stories: expected.stories.filter(isSaid),
      blockers: expected.blockers.filter(isSaid),
      actionItems: expected.actionItems.filter(isSaid),
      decisions: expected.decisions.filter(isSaid),
    };
    return findingsOf({ expected: said, heldAt }, { utterances, stories: [] });
  });
  const named = new Map(each.flatMap((findings) => [...findings.named]));
  return { findings: each.flatMap(({ findings }) => findings), named, called: new Map(), known: new Set() };
}
