/**
 * Which beginnings of lines are names of speakers: `Dana Ruiz: …` is one, `Action: …` and `PAY-12: …` are none. A file says
 * nowhere which is which, so this is where the rules stand.
 */
import { TRANSCRIPT_BOUNDS } from "../../domain/transcript.ts";

const NAME_WORDS_MAX = 6;
const LOWER_CASE_WORDS_MAX = 2;

/** What people write before a colon in minutes and notes, and nobody is called. */
const LABELS: ReadonlySet<string> = new Set([
  ...["action", "actions", "action item", "action items", "todo", "to do", "to-do", "owner", "due", "deadline"],
  ...["decision", "decisions", "blocker", "blockers", "blocked", "risk", "risks", "issue", "issues", "status"],
  ...["note", "notes", "agenda", "attendees", "participants", "present", "absent", "apologies", "summary", "topic"],
  ...["topics", "title", "subject", "meeting", "date", "time", "location", "duration", "follow up", "follow-up"],
  ...["next step", "next steps", "question", "questions", "answer", "warning", "important", "re", "fyi", "ps"],
  ...["update", "story", "stories", "ticket", "result", "outcome", "transcript", "recording", "file", "link"],
  ...["http", "https", "example", "agreed", "decided", "okay", "ok", "so", "but", "and"],
]);

/** A full stop within a name follows an initial or a title, and no longer word: `Ada M. King`, `Mrs. Bell`. */
const SENTENCE = /[\p{L}\p{N}]{4,}\.\s/u;
/** Parts of names that are written small. */
const PARTICLES = new Set(
  "al am an bin da das de del den der di do dos du el la le los of ter van von y zu".split(" "),
);

const ISSUE_KEY = /^[A-Z][A-Z0-9_]*-\d+$/;
/** A word of a name: from a capital, a digit, or a letter of a script that has no capitals; in brackets, too. */
const NAME_WORD = /^[("'“]?[\p{Lu}\p{Lt}\p{Lo}\p{N}][\p{L}\p{M}\p{N}.'’&/@_+-]*[)"'”]?,?$/u;
const LOWER_CASE_WORD = /^[\p{Ll}][\p{L}\p{M}\p{N}._-]*$/u;

/** What stands before the first colon that is followed by a space or ends the line. */
const LABELLED = /^([^:]{1,120}?)\s*:(?:\s+(.*))?$/su;

export interface Labelled {
  readonly label: string;
  readonly rest: string;
}

/** `label: rest`, whoever or whatever the label names; null where the line has none. */
export function labelled(line: string): Labelled | null {
  const match = LABELLED.exec(line);
  return match ? { label: match[1]!.trim(), rest: match[2] ?? "" } : null;
}

/** Whether a text is written as names are. */
export function isNameShaped(text: string): boolean {
  if (text.length > TRANSCRIPT_BOUNDS.speakerChars || LABELS.has(text.toLowerCase()) || ISSUE_KEY.test(text))
    return false;
  const words = text.split(/\s+/);
  if (words.length > NAME_WORDS_MAX || SENTENCE.test(text) || !/\p{L}/u.test(text)) return false;
  return NAME_WORD.test(words[0]!) && words.every((word) => NAME_WORD.test(word) || PARTICLES.has(word));
}

/** Reads speakers off the lines of one file. A name in small letters counts where it stands before two lines or more. */
export class SpeakerNames {
  readonly #lowerCase: ReadonlySet<string>;

  constructor(lines: Iterable<string>) {
    const counts = new Map<string, number>();
    for (const line of lines) {
      const label = labelled(line)?.label;
      if (label !== undefined && isLowerCaseName(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    this.#lowerCase = new Set([...counts].filter(([, count]) => count > 1).map(([label]) => label));
  }

  /** Who speaks in a line, and what they say; null where it names nobody. */
  read(line: string): { speaker: string; text: string } | null {
    const parts = labelled(line);
    if (!parts || !(isNameShaped(parts.label) || this.#lowerCase.has(parts.label))) return null;
    return { speaker: parts.label, text: parts.rest };
  }
}

function isLowerCaseName(label: string): boolean {
  const words = label.split(/\s+/);
  if (words.length > LOWER_CASE_WORDS_MAX || LABELS.has(label)) return false;
  return words.every((word) => LOWER_CASE_WORD.test(word));
}
