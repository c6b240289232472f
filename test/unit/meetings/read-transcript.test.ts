import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  TRANSCRIPT_BOUNDS,
  TRANSCRIPT_FORMATS,
  type TranscriptFormat,
  type Utterance,
} from "../../../worker/domain/transcript.ts";
import {
  formatOfName,
  readTranscript,
  readTranscriptText,
} from "../../../worker/meetings/transcript/read-transcript.ts";
import { TranscriptError } from "../../../worker/meetings/transcript/transcript-error.ts";
import { processorSeconds } from "../../support/processor-seconds.ts";
import { transcriptFile } from "../../support/transcript-files.ts";
import { documentXml, wordDocument, zipOf } from "../../support/word-document.ts";

type Row = readonly [speaker: string | null, startMs: number | null, text: string];

const rows = (text: string, format: TranscriptFormat | null = null): Row[] =>
  readTranscriptText(text, format).utterances.map(({ speaker, startMs, text: said }) => [speaker, startMs, said]);

/** What reading these bytes throws. */
async function refusal(bytes: Uint8Array | string, format: TranscriptFormat | null = null): Promise<TranscriptError> {
  const sent = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return readTranscript(sent, format).then(
    () => expect.unreachable("it was read"),
    (error) => {
      expect(error).toBeInstanceOf(TranscriptError);
      return error;
    },
  );
}

const SHAPES: readonly (readonly [title: string, text: string, expected: readonly Row[]])[] = [
  [
    "names and colons",
    "Dana Ruiz: Hello.\nBob: Hi,\nagain.",
    [
      ["Dana Ruiz", null, "Hello."],
      ["Bob", null, "Hi, again."],
    ],
  ],
  [
    "times in brackets",
    "[00:12:03] Dana: One.\n(1:00:05) Bob: Two.",
    [
      ["Dana", 723_000, "One."],
      ["Bob", 3_605_000, "Two."],
    ],
  ],
  [
    "times without brackets",
    "00:12 - Dana: One.\n00:15\tBob:\tTwo.",
    [
      ["Dana", 12_000, "One."],
      ["Bob", 15_000, "Two."],
    ],
  ],
  [
    "names with times above",
    "Dana Ruiz  0:03\nOne.\n\nStill I.\n\nBob (Acme) 1:02:03\nTwo.",
    [
      ["Dana Ruiz", 3000, "One. Still I."],
      ["Bob (Acme)", 3_723_000, "Two."],
    ],
  ],
  [
    "names with bracketed times above",
    "Dana (00:12):\nOne.\n\nBob [00:15:00]: Two.",
    [
      ["Dana", 12_000, "One."],
      ["Bob", 900_000, "Two."],
    ],
  ],
  [
    "names, times, texts on lines of their own",
    "Dana\n00:12\nOne.\nBob\n00:15\nTwo.",
    [
      ["Dana", 12_000, "One."],
      ["Bob", 15_000, "Two."],
    ],
  ],
  [
    "times before names",
    "0:12 Dana Ruiz\nOne.\n0:15 Bob\nTwo.",
    [
      ["Dana Ruiz", 12_000, "One."],
      ["Bob", 15_000, "Two."],
    ],
  ],
  [
    "times as headings",
    "00:00:00\n\nDana: One.\nBob: Two.\n\n00:05:00\nBob: Three.",
    [
      ["Dana", 0, "One."],
      ["Bob", null, "Two."],
      ["Bob", 300_000, "Three."],
    ],
  ],
  [
    "spans above names",
    "0:0:1.5 --> 0:0:2.440\nDana Ruiz\nOne.\n\n0:0:3.0 --> 0:0:4.0\nBob\nTwo.",
    [
      ["Dana Ruiz", 1500, "One."],
      ["Bob", 3000, "Two."],
    ],
  ],
  [
    "spans before texts",
    "[00:00.000 --> 00:04.000]  One.\n[00:04.000 --> 00:06.000]  Two.",
    [
      [null, 0, "One."],
      [null, 4000, "Two."],
    ],
  ],
  ["times of day", "Dana 10:03 AM\nOne.", [["Dana", null, "One."]]],
  [
    "bold names",
    "**Dana:** One.\n\n**Bob**: Two.",
    [
      ["Dana", null, "One."],
      ["Bob", null, "Two."],
    ],
  ],
  [
    "small names",
    "dana: One.\nbob: Two.\ndana: see: this\nbob: Three.",
    [
      ["dana", null, "One."],
      ["bob", null, "Two."],
      ["dana", null, "see: this"],
      ["bob", null, "Three."],
    ],
  ],
  [
    "names in other scripts",
    "Øyvind Ås: Hei.\n山田太郎: はい。\nMaría de la Cruz: Sí.",
    [
      ["Øyvind Ås", null, "Hei."],
      ["山田太郎", null, "はい。"],
      ["María de la Cruz", null, "Sí."],
    ],
  ],
  [
    "labels and keys in what is said",
    "Dana: Fine.\nAction: Bob ships it.\nPAY-12: done.\nOne more thing: tests.",
    [["Dana", null, "Fine. Action: Bob ships it. PAY-12: done. One more thing: tests."]],
  ],
  [
    "no names at all",
    "One paragraph,\ntwo lines.\n\nAnother, at 10:30",
    [
      [null, null, "One paragraph, two lines."],
      [null, null, "Another, at 10:30"],
    ],
  ],
  [
    "labels in what is said below times",
    "Dana Ruiz  0:03\nOkay. Decided: no.\nThanks: a lot.\nBob  0:09\nWell.\nDana Ruiz  0:12\nEnd.\nBob: Still I.\nBob  0:15\nBye.\nBob  0:16\nBye.\nBob  0:17\nBye.\nBob  0:18\nBye.\nBob  0:19\nBye.\nBob  0:20\nBye.",
    [
      ["Dana Ruiz", 3000, "Okay. Decided: no. Thanks: a lot."],
      ["Bob", 9000, "Well."],
      ["Dana Ruiz", 12_000, "End."],
      ["Bob", null, "Still I."],
      ...[15, 16, 17, 18, 19, 20].map((seconds): Row => ["Bob", seconds * 1000, "Bye."]),
    ],
  ],
  [
    "what stands before the first name",
    "Date: today\n\nDana: One.",
    [
      [null, null, "Date: today"],
      ["Dana", null, "One."],
    ],
  ],
];

describe("plain text", () => {
  it.each(SHAPES)("reads %s", (_, text, expected) => {
    expect(rows(text)).toEqual(expected);
    expect(rows(text.replaceAll("\n", "\r\n")), "with Windows line breaks").toEqual(expected);
  });
});

describe("WebVTT", () => {
  it("reads voices, several in a cue, and leaves tags, notes and styles out", () => {
    const text = `WEBVTT - made by a service
Kind: captions

STYLE
::cue { color: red }

NOTE
00:00 is not said

intro
00:01.000 --> 00:02.500 align:left
<v.loud Dana Ruiz>One <i>and</i> <00:01.500>half &amp; &lt;more&gt;</v>
<v Bob>Two

00:00:03.000 --> 00:00:04.000
Eve Ong: Three
is long`;
    expect(rows(text)).toEqual([
      ["Dana Ruiz", 1000, "One and half & <more>"],
      ["Bob", 1000, "Two"],
      ["Eve Ong", 3000, "Three is long"],
    ]);
    expect(readTranscriptText(text, "vtt").durationMs).toBe(4000);
  });

  it.each([
    ["no header", "00:01.000 --> 00:02.000\nOne", "vtt", "line 1"],
    ["a cue without times", "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nlost words\nand more", "vtt", "line 6"],
    ["times that are none", "WEBVTT\n\n1\n00:01.000 --> later\nOne", "vtt", "line 4"],
    ["a minute with 75 seconds", "WEBVTT\n\n00:75.000 --> 00:76.000\nOne", "vtt", "line 3"],
    ["an end before its beginning", "WEBVTT\n\n00:02.000 --> 00:01.000\nOne", "vtt", "line 3"],
    ["a cue within a cue", "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n00:02.000 --> 00:03.000\nTwo", "vtt", "line 5"],
    ["SubRip without times", "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\nTwo", "srt", "line 5"],
    ["JSON that ends early", '{"utterances": [\n{"text": "a"},\n', "json", "line 3"],
    ["JSON without text", '{"utterances": [{"text": "a"}, {"speaker": "Dana"}]}', "json", "utterances[1]"],
    ["JSON with no time", '{"utterances": [{"text": "a", "start": "soon"}]}', "json", "utterances[0] (start)"],
  ] as const)("names the place of %s", async (_, text, format, where) => {
    expect(await refusal(text, format)).toMatchObject({ fault: "broken", where });
  });
});

describe("JSON", () => {
  it.each([
    [
      "the own shape",
      { utterances: [{ speaker: "Dana", start: 1.5, end: "00:02", text: "One" }] },
      ["Dana", 1500, "One"],
    ],
    ["a bare list", [{ speaker: "Dana", startMs: 1500, text: "One" }], ["Dana", 1500, "One"]],
    [
      "AssemblyAI",
      { audio_duration: 3, utterances: [{ speaker: "A", start: 1500, end: 2000, text: "One" }] },
      ["A", 1500, "One"],
    ],
    [
      "Deepgram",
      { results: { utterances: [{ speaker: 0, start: 1.5, end: 2, transcript: "One" }] } },
      ["Speaker 0", 1500, "One"],
    ],
    ["Whisper", { text: "One", segments: [{ id: 0, start: 1.5, end: 2, text: " One" }] }, [null, 1500, "One"]],
    [
      "Fireflies",
      { sentences: [{ index: 0, speaker_name: "Dana", start_time: 1.5, end_time: 2, text: "One" }] },
      ["Dana", 1500, "One"],
    ],
    [
      "Rev AI",
      {
        monologues: [
          {
            speaker: 1,
            elements: [
              { type: "text", value: "One", ts: 1.5, end_ts: 1.8 },
              { type: "punct", value: "." },
            ],
          },
        ],
      },
      ["Speaker 1", 1500, "One."],
    ],
    [
      "Recall.ai",
      [
        {
          participant: { id: 1, name: "Dana" },
          words: [{ text: "One", start_timestamp: { relative: 1.5 } }, { text: "two" }],
        },
      ],
      ["Dana", 1500, "One two"],
    ],
  ])("reads %s", (_, value, expected) => {
    expect(rows(JSON.stringify(value))).toEqual([expected]);
  });

  it("says what to send where it knows no list", async () => {
    expect((await refusal('{"words": []}')).message).toContain('{"utterances": [');
  });
});

describe("Word documents", () => {
  it("reads what Teams exports", async () => {
    const file = wordDocument([["Weekly"], ["Dana Ruiz   0:03", "One & <two>."], ["Bob   1:02:03", "Three."]]);
    const { format, utterances } = await readTranscript(file, "docx");
    expect(format).toBe("docx");
    expect(utterances.map(({ speaker, startMs, text }) => [speaker, startMs, text])).toEqual([
      [null, null, "Weekly"],
      ["Dana Ruiz", 3000, "One & <two>."],
      ["Bob", 3_723_000, "Three."],
    ]);
  });

  it("leaves out what was deleted", async () => {
    const said = "<w:p><w:r><w:t>Dana: One</w:t></w:r><w:del><w:r><w:delText> and lies</w:delText></w:r></w:del></w:p>";
    const xml = documentXml([["x"]]).replace(/<w:p>.*<\/w:p>/s, said);
    const file = zipOf([{ name: "word/document.xml", bytes: Buffer.from(xml) }]);
    expect((await readTranscript(file, null)).utterances).toMatchObject([{ speaker: "Dana", text: "One" }]);
  });

  it("gives a bomb up at the bound, whatever size the archive claims", async () => {
    const bytes = Buffer.alloc(64 * 2 ** 20, "A");
    for (const claimedSize of [bytes.length, 10]) {
      const bomb = zipOf([{ name: "word/document.xml", bytes, claimedSize }]);
      expect(bomb.length).toBeLessThan(100_000);
      expect(await refusal(bomb, "docx")).toMatchObject({ fault: "too-large" });
    }
  });

  it("names what is wrong with others", async () => {
    const file = wordDocument([["Dana: One"]]);
    expect(await refusal(file.subarray(0, file.length - 30))).toMatchObject({ fault: "broken" });
    expect(await refusal(zipOf([{ name: "a.txt", bytes: Buffer.from("x") }]))).toMatchObject({ fault: "wrong-type" });
    expect(await refusal(file, "vtt")).toMatchObject({ fault: "wrong-type" });
    const entity = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>';
    expect(await refusal(zipOf([{ name: "word/document.xml", bytes: Buffer.from(entity) }]))).toMatchObject({
      fault: "broken",
    });
  });
});

describe("a file", () => {
  it("may be UTF-8 or UTF-16 with a mark, and nothing else", async () => {
    const text = "Dana: Größe";
    const little = new Uint8Array(Buffer.from(`\uFEFF${text}`, "utf16le"));
    const big = new Uint8Array(Buffer.from(`\uFEFF${text}`, "utf16le").swap16());
    const marked = new TextEncoder().encode(`\uFEFF${text}`);
    for (const bytes of [little, big, marked]) {
      expect((await readTranscript(bytes, "txt")).utterances).toMatchObject([{ speaker: "Dana", text: "Größe" }]);
    }
    expect(await refusal(Buffer.from(text, "latin1"), "txt")).toMatchObject({ fault: "not-text" });
    expect(await refusal(Buffer.from("Dana: a\0b"), "txt")).toMatchObject({ fault: "not-text" });
  });

  it("that is a PDF is called one, whatever its name", async () => {
    const { fault, message } = await refusal("%PDF-1.7\n…", formatOfName("minutes.DOCX"));
    expect([fault, message]).toEqual([
      "wrong-type",
      "The file is a PDF, though it is said to be .docx. Export it as .docx or .txt.",
    ]);
  });

  it("of 50 MB is refused unread, and so is text without end", async () => {
    expect(await refusal(new Uint8Array(50_000_000), "txt")).toMatchObject({ fault: "too-large" });
    const endless = "x".repeat(TRANSCRIPT_BOUNDS.utteranceChars + 1);
    expect(await refusal(`Dana: ${endless}`)).toMatchObject({ fault: "too-large", where: "line 1" });
  });

  it.each(["", " \n\t\n", "Dana:", "WEBVTT", "[]", '{"utterances": []}'])(
    "that says nothing is refused: %j",
    async (text) => {
      expect(await refusal(text)).toMatchObject({ fault: "empty" });
    },
  );

  it("is read in time that grows with its length alone", () => {
    const hostile = [
      `${"<v ".repeat(100_000)}`,
      `<v${" ".repeat(300_000)}`,
      "a ".repeat(130_000),
      `Dana${" ".repeat(300_000)}x`,
      ":".repeat(300_000),
      "{\\".repeat(130_000),
    ];
    const heads = ["", "WEBVTT\n\n00:01.000 --> 00:02.000\n", "1\n00:00:01,000 --> 00:00:02,000\n"];
    const readAll = () => {
      for (const text of hostile.flatMap((each) => heads.map((head) => head + each))) {
        try {
          readTranscriptText(text, null);
        } catch (error) {
          expect(error).toBeInstanceOf(TranscriptError);
        }
      }
    };
    // Some 1 s; with one pattern that goes back over its text, minutes.
    expect(processorSeconds(readAll)).toBeLessThan(10);
  });
});

/** What a file can hold in all formats: one line that is not taken for the beginning of another utterance. */
const word = fc.stringMatching(/^[a-zäß日][a-z'é-]{0,9}$/);
const text = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => `${words.join(" ")}.`);
const name = fc.constantFrom(
  "Dana Ruiz",
  "Bob",
  "Ada M. King",
  "María de la Cruz",
  "Speaker 3",
  "Smith, Jo (Acme)",
  "O’Neil",
);
const conversation = fc
  .array(fc.tuple(name, text, fc.nat(60_000)), { minLength: 1, maxLength: 40 })
  .map((parts): Utterance[] => {
    let at = 0;
    return parts.map(([speaker, said, ms], index) => {
      const startMs = at;
      at += ms;
      return { index, speaker, startMs, endMs: at, text: said };
    });
  });
const ENDLESS: readonly TranscriptFormat[] = ["txt", "docx"];

describe("any transcript", () => {
  it.each(TRANSCRIPT_FORMATS)("comes back from a %s file as it was", async (format) => {
    await fc.assert(
      fc.asyncProperty(conversation, async (utterances) => {
        const { utterances: read, words, speakers } = await readTranscript(transcriptFile(format, utterances), format);
        const expected = ENDLESS.includes(format) ? utterances.map((each) => ({ ...each, endMs: null })) : utterances;
        expect(read).toEqual(expected);
        expect(words).toBe(utterances.reduce((sum, each) => sum + each.text.split(" ").length, 0));
        expect(new Set(speakers)).toEqual(new Set(utterances.map(({ speaker }) => speaker)));
      }),
      { numRuns: 60 },
    );
  });

  it("gives a transcript or a TranscriptError, whatever the bytes are", async () => {
    const pieces = fc.constantFrom(
      "WEBVTT\n\n",
      "00:01 --> 00:02\n",
      "1\n",
      "Dana: ",
      "<v ",
      ">",
      "[00:12]",
      '{"utterances":[',
      "{}",
      "]}",
      "\n\n",
      "-->",
      "PK\u0003\u0004",
      "**",
      "\ud800",
      "&amp;",
    );
    const texts = fc
      .array(fc.oneof(pieces, fc.string()), { maxLength: 30 })
      .map((parts) => new TextEncoder().encode(parts.join("")));
    const document = wordDocument([["Dana: One"], ["Bob: Two"]]);
    const damaged = fc
      .array(fc.tuple(fc.nat(document.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = document.slice();
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    const format = fc.constantFrom(null, ...TRANSCRIPT_FORMATS);
    await fc.assert(
      fc.asyncProperty(fc.oneof(texts, damaged, fc.uint8Array({ maxLength: 300 })), format, async (bytes, said) => {
        const read = await readTranscript(bytes, said).catch((error) => error);
        if (read instanceof Error) expect(read).toBeInstanceOf(TranscriptError);
        else expect(read.utterances.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});
