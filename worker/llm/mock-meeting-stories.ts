/** What a sentence says about stories, by the mock provider's rules: their status, their points and who takes them. */
import type { Story } from "../domain/item.ts";
import { personCalled, type ReadMeeting } from "./mock-meeting-prompt.ts";

export type StoryWords = Partial<Pick<Story, "status" | "points" | "assigned_to">>;

interface Context {
  readonly keys: readonly string[];
  /** The story that is meant where none is named. */
  readonly story: string | null;
  readonly speaker: string | null;
  readonly meeting: ReadMeeting;
}

interface StoryFinding {
  readonly key: string;
  readonly fields: StoryWords;
}

export function storyWords(text: string, context: Context): readonly StoryFinding[] {
  if (context.story === null || text.trimEnd().endsWith("?")) return [];
  return partsOf(text, context).flatMap(({ keys, text: part }) => {
    const fields = { ...statusIn(part), ...pointsIn(part), ...ownerIn(part, context) };
    return Object.keys(fields).length === 0 ? [] : keys.map((key) => ({ key, fields }));
  });
}

/** The sentence in parts that are about one story each, or about several that are listed: "A-1 and A-2 are done, A-3 is not". */
function partsOf(text: string, { keys, story }: Context): { readonly keys: string[]; readonly text: string }[] {
  if (keys.length < 2) return [{ keys: [story!], text }];
  const parts: { keys: string[]; text: string }[] = [];
  let at = 0;
  for (const [index, key] of keys.entries()) {
    const from = text.indexOf(key, at);
    const next = keys[index + 1];
    const to = next === undefined ? text.length : text.indexOf(next, from + key.length);
    const part = text.slice(index === 0 ? 0 : from, to);
    const isListed = parts.length > 0 && /^\s*(?:,|and|or|&|,\s*and)?\s*$/i.test(text.slice(at, from));
    if (isListed) Object.assign(parts.at(-1)!, { keys: [...parts.at(-1)!.keys, key], text: parts.at(-1)!.text + part });
    else parts.push({ keys: [key], text: part });
    at = from + key.length;
  }
  return parts;
}

/** What makes a sentence say something about another time, or the opposite. */
const NOT_SO =
  /\b(?:not|never|almost|nearly|if|when|once|until|unless|before|after|would|should|could|might|will|going to|wants?|needs?|to be|no longer|un)\b|n't\b|'ll\b/i;

const STATUSES: readonly (readonly [words: RegExp, status: Story["status"]])[] = [
  [/\bback (?:to|in|into) (?:to-?do|the backlog)\b|\breopen(?:ed|ing)?\b/i, "todo"],
  [/\b(?:in|under|up for|ready for|out for|waiting for|waiting on) (?:a |the )?(?:code )?review\b/i, "in-review"],
  [/\b(?:blocked|stuck)\b/i, "blocked"],
  [
    /(?:\b(?:is|are|was|were|been|got)|'s|'re)\b[^,;]{0,25}\b(?:done|finished|completed?|merged|shipped|closed|deployed)\b|\b(?:I|we|I've|we've|have|has|just|\p{Lu}\p{Ll}+) (?:just |have |has |already )*(?:finished|completed|merged|shipped|closed|deployed)\b/u,
    "done",
  ],
  [/\b(?:in progress|working on|started|picked up|half ?way)\b/i, "in-progress"],
];

function statusIn(text: string): StoryWords {
  for (const [words, status] of STATUSES) {
    const found = words.exec(text);
    if (!found) continue;
    const before = text.slice(0, found.index + found[0].length);
    return NOT_SO.test(before) ? {} : { status };
  }
  return {};
}

const NUMBER_WORDS: Readonly<Record<string, number>> = {
  ...{ one: 1, two: 2, three: 3, four: 4, five: 5, eight: 8, thirteen: 13 },
};
const NUMBER = `(\\d{1,3}|${Object.keys(NUMBER_WORDS).join("|")})`;
const POINTS = [
  new RegExp(`\\b${NUMBER}[ -](?:story )?points?\\b`, "gi"),
  new RegExp(`\\b(?:make|call) it (?:an? )?${NUMBER}\\b(?! (?:day|week|hour|minute|percent|people))`, "gi"),
  new RegExp(`\\b(?:re-?)?estimated? (?:it |is |at |to |of )*(?:an? )?${NUMBER}\\b(?! (?:day|week|hour|minute))`, "gi"),
];
/** As much as a story may have. */
const POINTS_MAX = 100;

function pointsIn(text: string): StoryWords {
  const said = POINTS.flatMap((words) => [...text.matchAll(words)]).sort((a, b) => a.index - b.index);
  const number = said.at(-1)?.[1]?.toLowerCase();
  const points = number === undefined ? Number.NaN : (NUMBER_WORDS[number] ?? Number(number));
  return points <= POINTS_MAX ? { points } : {};
}

const WHAT = "(?:[A-Z][A-Z0-9]{1,9}-\\d+|it|that|this|that one|this one)\\b";
const NAME = "(\\p{Lu}[\\p{L}-]+(?: \\p{Lu}[\\p{L}-]+)?)";
const SPEAKER_TAKES = new RegExp(
  `\\b(?:I'll|I will|I can|I'm going to|let me) (?:take|pick up|grab|own)(?: over)? ${WHAT}|\\bassign(?:ed)? ${WHAT} to me\\b`,
  "u",
);
const PERSON_TAKES = [
  new RegExp(`${NAME} (?:takes?|will take|is taking|picks up|will pick up|owns|can take)(?: over)? ${WHAT}`, "u"),
  new RegExp(`\\b[Aa]ssign(?:ed)? ${WHAT} to ${NAME}`, "u"),
  new RegExp(`(?:[A-Z][A-Z0-9]{1,9}-\\d+|[Ii]t|[Tt]hat|[Tt]his) (?:goes to|is (?:now )?with|belongs to) ${NAME}`, "u"),
];

/** Only people whom the meeting knows: a name that nobody has makes nobody an owner. */
function ownerIn(text: string, { speaker, meeting }: Context): StoryWords {
  if (SPEAKER_TAKES.test(text)) return speaker === null ? {} : { assigned_to: speaker };
  for (const words of PERSON_TAKES) {
    const name = words.exec(text)?.[1];
    const person = name === undefined ? null : personCalled(name, meeting.people);
    if (person !== null) return { assigned_to: person };
  }
  return {};
}
