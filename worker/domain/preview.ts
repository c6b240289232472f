/**
 * A web page as the playground previews it: its bounds, and what kind of file each of its files is. Owns nothing of how
 * it is isolated or stored.
 */
import * as z from "zod";
import { isPage } from "./playground-modes.ts";
import { fileNameSchema, PROGRAM_BOUNDS } from "./program.ts";

export const PREVIEW_BOUNDS = {
  /** All files together, in UTF-16 code units: a page with a few pictures, and cheap to store anew at each run. */
  totalChars: 1_000_000,
  /** How long a preview's address works. */
  lifetimeMs: 3_600_000,
  /** Previews kept for one person; a new one takes the place of the oldest. */
  perPerson: 10,
  /** Expired previews that one new preview clears away. */
  sweep: 50,
} as const;

export interface PreviewFiles {
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
}

export const previewFilesSchema = z
  .object({ entry: fileNameSchema, files: z.record(fileNameSchema, z.string()) })
  .superRefine(({ entry, files }, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const names = Object.keys(files);
    if (names.length > PROGRAM_BOUNDS.files) say("files", `has ${names.length} files; at most ${PROGRAM_BOUNDS.files}`);
    const total = names.reduce((sum, name) => sum + files[name]!.length, 0);
    if (total > PREVIEW_BOUNDS.totalChars) {
      say("files", `has ${total} characters; a page has at most ${PREVIEW_BOUNDS.totalChars} in all files together`);
    }
    if (!Object.hasOwn(files, entry)) return say("entry", `names no file: "${entry}" is not among files`);
    if (!isPage(entry)) return say("entry", `"${entry}" is no page: the first file must end in .html`);
    if (files[entry]!.trim() === "") say("files", "is empty: there is nothing to show");
  });

const TEXT_TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  htm: "text/html",
  css: "text/css",
  js: "text/javascript",
  mjs: "text/javascript",
  cjs: "text/javascript",
  json: "application/json",
  svg: "image/svg+xml",
  xml: "application/xml",
  csv: "text/csv",
};

/** A file that holds a `data:` address stands for the bytes in it: pictures and fonts among text files. */
const DATA_ADDRESS = /^data:((?:image|font|audio|video)\/[\w.+-]+);base64,([A-Za-z0-9+/=\s]+)$/;

export interface ServedFile {
  readonly type: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

export function serve(name: string, text: string): ServedFile {
  const data = DATA_ADDRESS.exec(text.trim());
  const bytes = data ? decode(data[2]!) : null;
  if (data && bytes) return { type: data[1]!, body: bytes };
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const type = Object.hasOwn(TEXT_TYPES, ending) ? TEXT_TYPES[ending]! : "text/plain";
  return { type: `${type}; charset=utf-8`, body: text };
}

function decode(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64.replace(/\s+/g, "")), (char) => char.charCodeAt(0));
  } catch {
    // Cut short or miswritten: then it is served as the text that it is.
    return null;
  }
}
