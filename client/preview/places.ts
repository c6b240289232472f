/**
 * Places in the files of a page under preview. Browsers name them by address and each in its own way: here they become
 * `script.js:3:9`, as the person knows their files.
 */

/** The part of the page's address before its file name, for example `http://host/previews/SECRET/`. */
export function baseOf(address: string): string {
  return /^.*?\/previews\/[^/]+\//.exec(address)?.[0] ?? "";
}

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A file of the page by its address; null for what is not its own. */
export function fileOf(address: string, base: string): string | null {
  if (base === "" || !address.startsWith(base)) return null;
  const path = address.slice(base.length).replace(/[?#].*$/, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A frame of a stack: `at f (address:3:9)` in Chromium, `f@address:3:9` elsewhere. */
const FRAME = /^(?:\s*at (?:(?<callee>.*?) \()?|(?<caller>[^@]*)@)(?<address>\S+?):(?<line>\d+):(?<column>\d+)\)?$/;

function readFrame(line: string, base: string): (Place & { readonly caller: string }) | null {
  const found = line.length > 2_000 ? undefined : FRAME.exec(line)?.groups;
  const file = found ? fileOf(found["address"]!, base) : null;
  if (!found || file === null) return null;
  const caller = found["callee"] ?? found["caller"] ?? "";
  return { file, line: Number(found["line"]), column: Number(found["column"]), caller };
}

/** The topmost place of a stack that is in the page's own files. */
export function placeOf(stack: string | undefined, base: string): Place | null {
  for (const line of (stack ?? "").split("\n", 50)) {
    const frame = readFrame(line, base);
    if (frame) return { file: frame.file, line: frame.line, column: frame.column };
  }
  return null;
}

/** `Name: message` and the frames of the page's own files below it. */
export function errorText(error: Error, base: string): string {
  const head = error.message === "" ? error.name : `${error.name}: ${error.message}`;
  const frames = (error.stack ?? "").split("\n", 50).flatMap((line) => {
    const frame = readFrame(line, base);
    if (!frame) return [];
    const place = `${frame.file}:${frame.line}:${frame.column}`;
    return [frame.caller === "" ? `    at ${place}` : `    at ${frame.caller} (${place})`];
  });
  return [head, ...frames].join("\n");
}
