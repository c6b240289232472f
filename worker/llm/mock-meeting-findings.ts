/**
 * What the mock provider finds in a meeting: fixed rules that look for words, and nothing that thinks. It prefers to miss
 * something over making something up: nobody is an owner who is not named for it, and each finding has the sentence that
 * it was found in. The last word counts.
 */
import { QUOTE_CHARS } from "../domain/evidence.ts";
import { storyKeysIn } from "../domain/item.ts";
import { DUE_WORDS, dueOf } from "./mock-meeting-due.ts";
import { personCalled, type ReadMeeting, type ReadUtterance } from "./mock-meeting-prompt.ts";
import { type StoryWords, storyWords } from "./mock-meeting-stories.ts";
import {
  actionTitle,
  asOrder,
  blockerTitle,
  decisionTitle,
  newStoryTitle,
  storyCalled,
  titleOf,
} from "./mock-meeting-titles.ts";

export interface Said {
  readonly quote: string;
  readonly utterance: number;
}

export type Finding = { readonly said: Said; readonly story: string | null } & (
  | { readonly kind: "story"; readonly fields: StoryWords }
  | { readonly kind: "new-story"; readonly title: string }
  | { readonly kind: "blocker"; readonly title: string }
  | { readonly kind: "unblocked" }
  | { readonly kind: "action"; readonly title: string; readonly owner: string | null; readonly due: string | null }
  | { readonly kind: "decision"; readonly title: string }
);

export interface Findings {
  /** In the order of the meeting. */
  readonly findings: readonly Finding[];
  /** Where each story was named, by its key: first, or where somebody said what it is. */
  readonly named: ReadonlyMap<string, Said>;
  /** What stories were called then. */
  readonly called: ReadonlyMap<string, string>;
  /** Keys of stories that need not be looked for: the prompt says that they exist. */
  readonly known: ReadonlySet<string>;
}

/** More would be no notes of a meeting. */
const FINDINGS_MAX = 300;
const QUOTED_CHARS = 300;

/** Written like keys, and none. */
const NO_KEYS = /^(?:UTF|ISO|SHA|AES|RSA|GPT|HTTP|RFC|COVID|TLS|MD|ECMA|ES|CVE|UTC|GMT|RS|HS|F|B|A|Q|P)-/;

/** One sentence, with what the rules look at. */
interface Sentence {
  /** As it was said, and with one kind of apostrophe. */
  readonly said: Said;
  readonly text: string;
  readonly speaker: string | null;
  readonly keys: readonly string[];
  /** The story that it is about: the first one it names, or the one before where it says "it". */
  readonly story: string | null;
  readonly meeting: ReadMeeting;
}

export function findingsIn(meeting: ReadMeeting): Findings {
  const named = new Map<string, Said>();
  const called = new Map<string, string>();
  const found: Finding[] = [];
  let lastKey: string | null = null;
  for (const utterance of meeting.utterances) {
    for (const sentence of sentencesOf(utterance, meeting, lastKey)) {
      lastKey = sentence.keys.at(-1) ?? lastKey;
      for (const key of sentence.keys) {
        const title = called.has(key) ? null : storyCalled(sentence.text, key);
        if (title !== null) called.set(key, title);
        if (title !== null || !named.has(key)) named.set(key, sentence.said);
      }
      takeBack(sentence, found);
      found.push(...findingsOf(sentence));
    }
    // A story that was named is meant by "it" in this utterance and in the next one.
    if (!keysIn(utterance.text).length && lastKeyIsOld(utterance, meeting)) lastKey = null;
  }
  return { findings: lastWords(found).slice(0, FINDINGS_MAX), named, called, known: meeting.stories };
}

function lastKeyIsOld({ index }: ReadUtterance, { utterances }: ReadMeeting): boolean {
  const before = utterances[index - 1];
  return before === undefined || keysIn(before.text).length === 0;
}

function keysIn(text: string): string[] {
  return storyKeysIn(text).filter((key) => !NO_KEYS.test(key));
}

function* sentencesOf({ index, speaker, text }: ReadUtterance, meeting: ReadMeeting, lastKey: string | null) {
  let story = lastKey;
  for (const raw of text.split(/(?<=[.!?;])\s+/)) {
    const quote = quoteOf(raw.length < QUOTE_CHARS.min ? text : raw);
    if (quote.length < QUOTE_CHARS.min) continue;
    const keys = keysIn(raw);
    const isAboutIt = keys.length > 0 || /\b(?:it|it's|that|that's|this|this one)\b/i.test(raw.replace(/’/g, "'"));
    story = keys[0] ?? story;
    const sentence: Sentence = {
      ...{ said: { quote, utterance: index }, text: raw.replace(/’/g, "'"), speaker, keys, meeting },
      story: isAboutIt ? story : null,
    };
    yield sentence;
  }
}

/** Whole words alone: a quote is compared word by word. */
function quoteOf(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= QUOTED_CHARS ? trimmed : trimmed.slice(0, QUOTED_CHARS).replace(/\s+\S*$/, "");
}

const isQuestion = ({ text }: Sentence) => text.trimEnd().endsWith("?");

function findingsOf(sentence: Sentence): Finding[] {
  const { said, story } = sentence;
  const stories = storyWords(sentence.text, sentence).map(
    ({ key, fields }): Finding => ({ kind: "story", story: key, fields, said }),
  );
  const other =
    newStory(sentence) ?? unblocked(sentence) ?? blocker(sentence) ?? decision(sentence) ?? action(sentence);
  const isAssignment = stories.some((finding) => finding.kind === "story" && finding.fields.assigned_to !== undefined);
  if (other === null || (other.kind === "action" && isAssignment)) return stories;
  return [...stories, { ...other, said, story } as Finding];
}

type Rule = (sentence: Sentence) => Pick<Finding, "kind"> | null;

const newStory: Rule = (sentence) => {
  const found =
    /\b(?:create|add|open|file|write)\s+(?:an?|another|one)\s+(?:new\s+)?(?:story|ticket)\s+(?:for|about|to|that)\s+(.+)/i.exec(
      sentence.text,
    ) ?? /^\W*new (?:story|ticket)\s*:\s*(.+)/i.exec(sentence.text);
  return found && sentence.keys.length === 0 ? titled("new-story", newStoryTitle(found[1]!)) : null;
};

const unblocked: Rule = (sentence) => {
  const isGone =
    /\b(?:no longer blocked|unblocked|not blocked any ?more|blocker (?:is|was) (?:gone|resolved|cleared))\b/i;
  const said = isGone.exec(sentence.text);
  if (sentence.story === null || !said || isQuestion(sentence)) return null;
  // Not yet: what is to happen then.
  return /\b(?:once|when|if|until|unless|after|before|as soon as)\b/i.test(sentence.text.slice(0, said.index))
    ? null
    : { kind: "unblocked" };
};

const BLOCKED =
  /\b((?:blocked (?:by|on)|waiting (?:for|on)|stuck (?:on|with|because of)|held up by)\s+(?!(?:a |the )?(?:code )?review\b))(.+)/i;
/** What people wait for at the beginning of a meeting. */
const CHATTER_WAIT = /\b(?:join|everyone|everybody|others|my turn|coffee|a (?:second|minute|moment))\b/i;

/** People who wait, and words about waiting, block nothing. */
const SPEAKS_OF_WAITING = /(?:\b(?:who|what|whoever)(?:'s| is| are)?|\b(?:about|keep|that))\s*$/i;

const blocker: Rule = (sentence) => {
  const found = BLOCKED.exec(sentence.text);
  if (!found || isQuestion(sentence) || CHATTER_WAIT.test(found[2]!)) return null;
  if (SPEAKS_OF_WAITING.test(sentence.text.slice(0, found.index))) return null;
  if (/\b(?:not|no longer|never|n't|if|were|was)\b.{0,12}$/i.test(sentence.text.slice(0, found.index))) return null;
  return titled("blocker", blockerTitle(found[1]!, clauseOf(found[2]!)));
};

const DECIDED =
  /\b(?:(?:we|we've|we have)\s+(?:all\s+)?(?:decided|agreed)(?:\s+(?:that|to|on))?|decision\s*:|agreed\s*:|it's decided(?:\s+that)?\s*:?)\s*(.+)|\b(let's go with\s+.+)|\b(?:we're|we are) (going with\s+.+)/i;

const decision: Rule = (sentence) => {
  const found = DECIDED.exec(sentence.text);
  const what = found?.[1] ?? found?.[2]?.replace(/^let's /i, "") ?? found?.[3];
  return what === undefined || isQuestion(sentence) ? null : titled("decision", decisionTitle(what));
};

const MARKED_ACTION = /^\W*(?:action(?: item)?s?|todo|to-do|next step)\s*:\s*(.+)/i;
const PROMISE = /\b(?:I'll|I will|I'm going to|I am going to)\s+(.+)/;
const REQUEST =
  /^(?:(?:and|so|ok|okay|then)[, ]+)*(?:(\p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)?),? )?(?:can|could|would|will) you (?:please )?(.+)/iu;
const NAMED_PROMISE = /\b(\p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)?) (?:will|is going to|needs to|has to|should) (.+)/u;
/** What people say about the talk itself. */
const CHATTER =
  /^(?:be\b|just be\b|say\b|admit|mention|mute|unmute|stop\b|skip\b|go (?:first|next|ahead|back)\b|start (?:with|by|off)\b|let\b|see\b|think\b|wait\b|repeat|bet\b|assume|pass\b|hand\b|share my\b|keep (?:it|this)\b|never\b|not\b|probably\b|hear me\b|all join\b|give (?:you|us|everyone) (?:a |an )?(?:short|quick|update)|tell (?:us|me)\b|miss\b|have (?:to|said)\b|(?:all )?agree\b|like to\b|tell you what\b|surprise\b|want\b|forget\b|(?:simply |just )?stay\b|drop\b|leave (?:it|you)\b|speak\b)/i;

const action: Rule = (sentence) => {
  const { text, speaker, meeting } = sentence;
  const marked = MARKED_ACTION.exec(text)?.[1];
  if (marked !== undefined) return markedAction(sentence, marked);
  const request = REQUEST.exec(text);
  if (request && !/^(?:what|why|how|when|where|who|which)$/i.test(request[1] ?? "")) {
    const asked = request[1] === undefined ? null : personCalled(request[1], meeting.people);
    return isQuestion(sentence) || asked !== null
      ? todo(sentence, request[2]!, { owner: asked, asker: speaker })
      : null;
  }
  const promised = PROMISE.exec(text)?.[1];
  if (promised !== undefined && !isQuestion(sentence)) return todo(sentence, promised, { owner: speaker });
  const named = NAMED_PROMISE.exec(text);
  const person = named && personCalled(named[1]!, meeting.people);
  return person && !isQuestion(sentence) ? todo(sentence, named[2]!, { owner: person, asker: speaker }) : null;
};

/** `Action: Ana to write to the bank`, `Action: Ana writes to the bank`, with or without a name. */
function markedAction(sentence: Sentence, what: string): Pick<Finding, "kind"> | null {
  const named = /^(\p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)?)(?: to| will| should|:|(?= \p{Ll}+))[ ]+(.+)/u.exec(what);
  const owner = named && personCalled(named[1]!, sentence.meeting.people);
  return todo(sentence, owner ? asOrder(named[2]!) : what, { owner });
}

interface Whose {
  readonly owner: string | null;
  /** Who asks for it, where that is somebody else. */
  readonly asker?: string | null;
}

function todo(
  { text, meeting, story }: Sentence,
  what: string,
  { owner, asker = null }: Whose,
): Pick<Finding, "kind"> | null {
  if (CHATTER.test(what)) return null;
  const said = what.replace(DUE_WORDS, " ");
  // Of a story, "it" means something.
  const title = actionTitle(said, asker) ?? (story === null ? null : titleOf(said));
  return titled("action", title, { owner, due: dueOf(text, meeting.day) });
}

function titled<Kind extends Finding["kind"]>(kind: Kind, title: string | null, more: object = {}) {
  return title === null ? null : { kind, title, ...more };
}

function clauseOf(text: string): string {
  return text.split(/[,;]|\s(?:and|but|so|because|which)\s/i, 1)[0]!;
}

const CHANGED_MIND =
  /\b(?:actually|instead|on second thought|changed (?:my|our) minds?|scratch that|never mind|forget that)\b/i;
/** How far back somebody takes back what was said. */
const TAKEN_BACK_UTTERANCES = 40;

/** Removes what somebody changes their mind about: the decision before this one, or what they said a moment ago. */
function takeBack(sentence: Sentence, found: Finding[]): void {
  const { text, said, story } = sentence;
  if (!CHANGED_MIND.test(text)) return;
  const isNear = (finding: Finding) => said.utterance - finding.said.utterance <= TAKEN_BACK_UTTERANCES;
  const isDropped = /\b(?:scratch that|never mind|forget that)\b/i.test(text);
  const at = DECIDED.test(text)
    ? found.findLastIndex(
        (finding) => finding.kind === "decision" && isNear(finding) && (story ?? finding.story) === finding.story,
      )
    : isDropped
      ? found.findLastIndex((finding) => finding.kind !== "story" && isNear(finding))
      : -1;
  if (at >= 0) found.splice(at, 1);
}

/** Of what was said twice the last counts: each field of a story, and each item of the same words. */
function lastWords(found: readonly Finding[]): readonly Finding[] {
  const taken = new Set<string>();
  const isLast = (name: string) => !taken.has(name) && taken.add(name).has(name);
  return found
    .toReversed()
    .flatMap((finding): Finding[] => {
      if (finding.kind !== "story") {
        const words = "title" in finding ? finding.title.toLowerCase() : finding.story;
        return isLast(`${finding.kind}:${words}`) ? [finding] : [];
      }
      const fields = Object.fromEntries(
        Object.entries(finding.fields).filter(([field]) => isLast(`${finding.story}:${field}`)),
      );
      return Object.keys(fields).length === 0 ? [] : [{ ...finding, fields }];
    })
    .toReversed();
}
