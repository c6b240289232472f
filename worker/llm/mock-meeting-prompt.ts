/**
 * The meeting in a prompt, as the mock provider reads it: from the text alone, the way a model would. What it cannot read
 * it does not invent.
 */

export interface ReadUtterance {
  readonly index: number;
  /** Null where the transcript does not say who spoke. */
  readonly speaker: string | null;
  readonly text: string;
}

export interface ReadMeeting {
  /** Epoch milliseconds at the start of the day on which it was held; null where that is not known. */
  readonly day: number | null;
  /** People who were there, each once. */
  readonly people: readonly string[];
  readonly utterances: readonly ReadUtterance[];
  /** Keys of stories that the prompt says exist. */
  readonly stories: ReadonlySet<string>;
}

const LINE = /^\[(\d+)\](?: \d{2,}:\d\d:\d\d)? ([^:]{1,120}): (.*)$/;

const STORY_LINE = /^([A-Z][A-Z0-9]+-\d+) \[/;

/** Null for a prompt without a transcript. */
export function meetingOf(prompt: string): ReadMeeting | null {
  const transcript = /<transcript>\n([\s\S]*?)\n<\/transcript>/.exec(prompt)?.[1];
  if (transcript === undefined) return null;
  const utterances = transcript.split("\n").flatMap((line): ReadUtterance[] => {
    const [, index, speaker, text] = LINE.exec(line) ?? [];
    if (index === undefined || speaker === undefined || text === undefined) return [];
    return [{ index: Number(index), speaker: speaker === "Unknown speaker" ? null : speaker, text }];
  });
  const facts = /<meeting>\n([\s\S]*?)\n<\/meeting>/.exec(prompt)?.[1] ?? "";
  const named = fact(facts, "Participants");
  const listed = named === null || named === "not known" ? [] : named.split(", ");
  const people = [...new Set([...listed, ...utterances.flatMap(({ speaker }) => speaker ?? [])])];
  const listing = /<stories>\n([\s\S]*?)\n<\/stories>/.exec(prompt)?.[1] ?? "";
  const stories = new Set(listing.split("\n").flatMap((line) => STORY_LINE.exec(line)?.[1] ?? []));
  return { day: dayOf(fact(facts, "Held")), people, utterances, stories };
}

function fact(facts: string, name: string): string | null {
  return new RegExp(`^${name}: (.*)$`, "m").exec(facts)?.[1] ?? null;
}

function dayOf(held: string | null): number | null {
  const day = /^\d{4}-\d\d-\d\d/.exec(held ?? "")?.[0];
  const instant = day === undefined ? Number.NaN : Date.parse(day);
  return Number.isNaN(instant) ? null : instant;
}

/** The one person of that name or first name; null where nobody is called so, or two are. */
export function personCalled(name: string, people: readonly string[]): string | null {
  const wanted = name.toLowerCase();
  const whole = people.filter((person) => person.toLowerCase() === wanted);
  const found = whole.length > 0 ? whole : people.filter((person) => person.toLowerCase().startsWith(`${wanted} `));
  return found.length === 1 ? found[0]! : null;
}
