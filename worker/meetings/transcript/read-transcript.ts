/**
 * A file, or text that was pasted, to a {@link Transcript}. No reading or writing of anything else.
 *
 * Invariant: what is returned is the whole transcript; a file that breaks its format's rules gives an error that says where,
 * and nothing. Whatever the bytes are, the only error is a {@link TranscriptError}.
 */
import {
  TRANSCRIPT_BOUNDS,
  TRANSCRIPT_FORMATS,
  type Transcript,
  type TranscriptFormat,
  transcriptOf,
} from "../../domain/transcript.ts";
import { decodeText, isArchive, knownKind } from "./decode-text.ts";
import { linesOfDocx } from "./docx.ts";
import { readJsonTranscript } from "./json.ts";
import { readPlainText } from "./plain-text.ts";
import { readSrt } from "./srt.ts";
import { TranscriptError } from "./transcript-error.ts";
import { UtteranceList } from "./utterance-list.ts";
import { readVtt } from "./vtt.ts";

/** The format that a file's name ends in; null for no or another ending. */
export function formatOfName(name: string): TranscriptFormat | null {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase();
  return TRANSCRIPT_FORMATS.find((format) => format === ending) ?? null;
}

/**
 * @param bytes the file
 * @param format what it is said to be; null to find out
 * @throws TranscriptError
 */
export async function readTranscript(bytes: Uint8Array, format: TranscriptFormat | null): Promise<Transcript> {
  if (bytes.length > TRANSCRIPT_BOUNDS.fileBytes) {
    const mebibytes = TRANSCRIPT_BOUNDS.fileBytes / 2 ** 20;
    throw new TranscriptError(
      "too-large",
      null,
      `The file is larger than ${mebibytes} MiB. Send the text alone, or split it.`,
    );
  }
  const kind = knownKind(bytes);
  if (kind !== null) {
    const named = format === null ? "" : `, though it is said to be .${format}`;
    throw new TranscriptError("wrong-type", null, `The file is ${kind}${named}. Export it as .docx or .txt.`);
  }
  if (isArchive(bytes)) return readArchive(bytes, format);
  if (format === "docx") {
    throw new TranscriptError(
      "wrong-type",
      null,
      "The file is no Word document, though it is said to be .docx. Save it as .docx or .txt.",
    );
  }
  return readTranscriptText(decodeText(bytes), format);
}

async function readArchive(bytes: Uint8Array, format: TranscriptFormat | null): Promise<Transcript> {
  if (format !== "docx" && format !== null) {
    throw new TranscriptError(
      "wrong-type",
      null,
      `The file is an archive or a Word document, though it is said to be .${format}.`,
    );
  }
  const lines = await linesOfDocx(bytes);
  refuseLong(lines.reduce((sum, line) => sum + line.length + 1, 0));
  return collect("docx", (list) => readPlainText(lines, list));
}

/** The same for what was pasted. @throws TranscriptError */
export function readTranscriptText(pasted: string, format: TranscriptFormat | null): Transcript {
  if (format === "docx") {
    throw new TranscriptError("wrong-type", null, "A Word document is no text. Send it as a file.");
  }
  const text = pasted.replace(/^\uFEFF/, "");
  refuseLong(text.length);
  const known = format === null || format === "txt" ? formatOfText(text) : format;
  return collect(known, (list) => {
    if (known === "json") return readJsonTranscript(text, list);
    const lines = text.split(/\r\n|\n|\r/);
    return READERS[known](lines, list);
  });
}

const READERS = { txt: readPlainText, vtt: readVtt, srt: readSrt } as const;

const SRT_START = /^\s*\d+[ \t]*\r?\n\s*\d{1,3}:\d{2}:\d{2}[.,]\d{1,3}\s*-->/;

/** What text is, by how it begins. Plain text is whatever is nothing else. */
function formatOfText(text: string): "txt" | "vtt" | "srt" | "json" {
  if (/^WEBVTT(?:\s|$)/.test(text)) return "vtt";
  if (SRT_START.test(text)) return "srt";
  return /^\s*(?:\{\s*"|\[\s*[{\]])/.test(text) ? "json" : "txt";
}

function refuseLong(chars: number): void {
  if (chars <= TRANSCRIPT_BOUNDS.textChars) return;
  const max = TRANSCRIPT_BOUNDS.textChars.toLocaleString("en");
  throw new TranscriptError("too-large", null, `The text has more than ${max} characters. Split it.`);
}

function collect(format: TranscriptFormat, read: (list: UtteranceList) => void): Transcript {
  const list = new UtteranceList();
  read(list);
  return transcriptOf(format, list.finish());
}
