/** Bytes to text: UTF-8, or UTF-16 that begins with a mark; and what other files are, by their first bytes. */
import { TranscriptError } from "./transcript-error.ts";

/** What people send by mistake, by its first bytes. */
const SIGNATURES: readonly (readonly [signature: string, name: string])[] = [
  ["%PDF", "a PDF"],
  ["{\\rtf", "a document in Rich Text Format"],
  ["\xd0\xcf\x11\xe0", "a document of an old version of Office (.doc)"],
  ["\x89PNG", "a picture"],
  ["\xff\xd8\xff", "a picture"],
  ["GIF8", "a picture"],
  ["ID3", "a sound recording"],
  ["RIFF", "a recording"],
  ["OggS", "a recording"],
  ["fLaC", "a recording"],
  ["\x1aE\xdf\xa3", "a video"],
  ["\x1f\x8b", "a compressed file"],
  ["7z\xbc\xaf", "a compressed file"],
  ["<!DOCTYPE", "a web page"],
  ["<html", "a web page"],
];
const SIGNATURE_BYTES = 16;
/** Where a video in MPEG-4 says what it is. */
const MPEG4 = /^.{4}ftyp/s;

/** What a file is that is no text, in words; null for text, and for archives. */
export function knownKind(bytes: Uint8Array): string | null {
  const start = String.fromCharCode(...bytes.subarray(0, SIGNATURE_BYTES));
  if (MPEG4.test(start)) return "a recording";
  return SIGNATURES.find(([signature]) => start.startsWith(signature))?.[1] ?? null;
}

/** Every Word document is an archive. */
export function isArchive(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/** @throws TranscriptError for bytes that are no text */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  const text = decoded(bytes, encoding);
  const zero = text?.indexOf("\0") ?? -1;
  if (text === null || zero >= 0) {
    const advice = "Save it as text in UTF-8.";
    throw new TranscriptError("not-text", null, `The file is no text in UTF-8, nor in UTF-16 with a mark. ${advice}`);
  }
  return text;
}

function decoded(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
