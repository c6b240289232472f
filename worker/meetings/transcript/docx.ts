/**
 * The text of a Word document (ISO/IEC 29500, WordprocessingML), line by line: paragraphs, line breaks and tabs, as Teams
 * and Word write transcripts. Looks, pictures, deleted text and comments are left out.
 */
import { SaxesParser } from "saxes";
import { TranscriptError } from "./transcript-error.ts";
import { readZipEntry } from "./zip-entry.ts";

const DOCUMENT = "word/document.xml";
/** Its markup is some ten times its text. */
const DOCUMENT_BYTES_MAX = 48 * 2 ** 20;

/** @throws TranscriptError for what is no Word document, is damaged, or is too large */
export async function linesOfDocx(archive: Uint8Array): Promise<string[]> {
  const document = await readZipEntry(archive, DOCUMENT, DOCUMENT_BYTES_MAX);
  if (!document) {
    throw new TranscriptError("wrong-type", null, "This archive holds no Word document. Save it as .docx or .txt.");
  }
  return linesOfXml(new TextDecoder().decode(document));
}

function linesOfXml(xml: string): string[] {
  const lines: string[] = [];
  let line = "";
  let isText = false;
  const endLine = () => {
    lines.push(line);
    line = "";
  };
  const starts: Readonly<Record<string, () => void>> = {
    "w:t": () => (isText = true),
    "w:tab": () => (line += "\t"),
    "w:br": endLine,
    "w:cr": endLine,
  };
  const ends: Readonly<Record<string, () => void>> = { "w:t": () => (isText = false), "w:p": endLine };
  // Handlers of its events may be exchanged while it runs: V8 then compiles them anew. These stay.
  const parser = new SaxesParser({ fragment: false });
  parser.on("opentag", ({ name }) => starts[name]?.());
  parser.on("closetag", ({ name }) => ends[name]?.());
  parser.on("text", (text) => {
    if (isText) line += text;
  });
  parser.on("error", ({ message }) => {
    throw new TranscriptError("broken", null, `The document's text is damaged (${message}). Save it again.`);
  });
  parser.write(xml).close();
  return lines;
}
