/** Writes utterances as the files that services export: the other direction of the product's readers. */
import type { TranscriptFormat, Utterance } from "../../worker/domain/transcript.ts";
import { wordDocument } from "./word-document.ts";

/** `01:02:03.450`, with the separator of the format. */
export function clockTime(ms: number, separator = "."): string {
  const part = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, "0");
  return `${part(ms / 3_600_000)}:${part((ms / 60_000) % 60)}:${part((ms / 1000) % 60)}${separator}${part(ms % 1000, 3)}`;
}

const inVtt = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const WRITERS: Readonly<Record<TranscriptFormat, (utterances: readonly Utterance[]) => string | Uint8Array>> = {
  txt: (all) => all.map(({ startMs, speaker, text }) => `[${clockTime(startMs ?? 0)}] ${speaker}: ${text}`).join("\n"),
  vtt: (all) =>
    `WEBVTT\n\n${all
      .map(({ index, startMs, endMs, speaker, text }) => {
        const times = `${clockTime(startMs ?? 0)} --> ${clockTime(endMs ?? startMs ?? 0)}`;
        return `${index}\n${times}\n<v ${inVtt(speaker ?? "")}>${inVtt(text)}</v>`;
      })
      .join("\n\n")}\n`,
  srt: (all) =>
    all
      .map(({ index, startMs, endMs, speaker, text }) => {
        const times = `${clockTime(startMs ?? 0, ",")} --> ${clockTime(endMs ?? startMs ?? 0, ",")}`;
        return `${index + 1}\n${times}\n${speaker}: ${text}\n`;
      })
      .join("\n"),
  docx: (all) =>
    wordDocument(all.map(({ speaker, startMs, text }) => [`${speaker}   ${clockTime(startMs ?? 0)}`, text])),
  json: (all) =>
    JSON.stringify({ utterances: all.map(({ speaker, startMs, endMs, text }) => ({ speaker, startMs, endMs, text })) }),
};

/** The file's bytes. Formats without ends of utterances leave them out. */
export function transcriptFile(format: TranscriptFormat, utterances: readonly Utterance[]): Uint8Array {
  const written = WRITERS[format](utterances);
  return typeof written === "string" ? new TextEncoder().encode(written) : written;
}
