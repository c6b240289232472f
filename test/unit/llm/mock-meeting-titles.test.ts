import { describe, expect, it } from "vitest";
import { type Finding, findingsIn } from "../../../worker/llm/mock-meeting-findings.ts";
import { MEETING_FIXTURES, meetingFixture } from "../../fixtures/meetings/meetings.ts";

function titlesOf(utterances: readonly { readonly speaker: string | null; readonly text: string }[]) {
  const people = [...new Set(utterances.flatMap(({ speaker }) => speaker ?? []))];
  const read = utterances.map(({ speaker, text }, index) => ({ index, speaker, text }));
  const { findings } = findingsIn({ day: Date.UTC(2026, 10, 20), people, utterances: read, stories: new Set() });
  return findings.flatMap((finding): (Finding & { title: string })[] => ("title" in finding ? [finding] : []));
}

const said = (...texts: string[]) =>
  titlesOf(texts.map((text, i) => ({ text, speaker: i % 2 ? "Ben Okafor" : "Ana Silva" }))).map(({ title }) => title);

describe("titles of what the mock finds", () => {
  it.each([
    ["I'll just send you the slides for the board, either way.", "Send the slides for the board"],
    ["I'll open the ticket, I think it's small.", "Open the ticket"],
    ["I'll raise the threshold to five seconds, and we look at it on Monday.", "Raise the threshold to five seconds"],
    ["Action: Ana tests the export with a terminal by Thursday.", "Test the export with a terminal"],
    ["I'll open the ticket by Friday, with the failure rate.", "Open the ticket, with the failure rate"],
    ["Decision: so, we should keep the vault.", "Keep the vault"],
    ["We agreed with the lab that the export stays.", "The export stays"],
    ["We decided yesterday in the chat, for the record: no deploys on Fridays.", "No deploys on Fridays"],
    ['New story: "Remove a saved card".', "Remove a saved card"],
    ["RUN-1 is blocked by the DNS team though.", "Blocked by the DNS team"],
  ])("say the point alone: %s", (text, title) => {
    expect(said(text)).toEqual([title]);
  });

  it("name who asks for something", () => {
    expect(said("Hello everybody, good morning.", "Ana, can you send me the list of buses, please?")).toEqual([
      "Send Ben the list of buses",
    ]);
  });

  it("of stories are what somebody says that they are", () => {
    const called = (...texts: string[]) => {
      const utterances = texts.map((text, index) => ({ index, text, speaker: "Ana Silva" }));
      const meeting = { day: null, people: ["Ana Silva", "Ben Okafor"], utterances, stories: new Set<string>() };
      const { called, named } = findingsIn(meeting);
      return [...called].map(([key, title]) => [key, title, named.get(key)!.utterance]);
    };
    const meant = called(
      "RUN-1 is done.",
      "Next, RUN-1, the retry on failed payments.",
      "RUN-2 is the move to S3, I'd say.",
    );
    expect(meant).toEqual([
      ["RUN-1", "Retry on failed payments", 1],
      ["RUN-2", "Move to S3", 2],
    ]);
    expect(called("RUN-3, Ben alone.", "RUN-4, I'll make it.", "RUN-5 is the old ticket.", "RUN-6, mostly.")).toEqual(
      [],
    );
  });

  it("are not made of what nobody could understand later", () => {
    const chatter = [
      "I'll send it to you.",
      "I'll call her today.",
      "I'll have to mute.",
      "What would you want instead?",
    ];
    expect(said(...chatter, "We decided that an hour ago.", "It's blocked by that at the moment.")).toEqual([]);
  });

  it("end where a clause does, when somebody goes on and on", () => {
    const long =
      "Decision: whoever gives the highest estimate explains it, and nobody talks an estimate down who isn't going to do the work with his own hands";
    expect(said(long)).toEqual(["Whoever gives the highest estimate explains it"]);
    const [endless] = said(`I'll write ${"a very long and winding report ".repeat(8)}`);
    expect(endless!.length).toBeLessThanOrEqual(122);
    expect(endless).toMatch(/ (?:a|very|long|and|winding|report)(?: …)?$/);
  });

  it.each(MEETING_FIXTURES.map(({ name }) => name))("are short, whole and without dots in %s", (name) => {
    const found = titlesOf(meetingFixture(name).utterances);
    expect(found.length).toBeGreaterThan(2);
    for (const {
      title,
      said: { quote },
    } of found) {
      expect(title.length).toBeLessThanOrEqual(122);
      expect(title).toMatch(/^\P{Ll}.*[\p{L}\p{N}…"”)]$/u);
      expect(title).not.toMatch(/ [,;:.]|\b(?:and|but|or|so)$|^(?:So|And|But|Then|Well|We should|I think)\b/);
      // No word is cut, and but for the form of a verb and who is meant none is new.
      const words = title.replace(" …", "").split(" ").slice(1);
      const bare = (text: string) => text.replace(/[^\p{L}\p{N} ]/gu, "");
      const spoken = new Set(bare(quote).split(" "));
      const isKnown = (word: string) => word === "" || spoken.has(word) || /^\p{Lu}/u.test(word);
      expect(
        words.map(bare).filter((word) => !isKnown(word)),
        `${title} <- ${quote}`,
      ).toEqual([]);
    }
  });
});
