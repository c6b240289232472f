/**
 * Reads where Python was from what it prints for a crash: one line for each call, the innermost first, such as
 * `  File "/program/main.py", line 3 in <module>`.
 */
import type { Trace } from "../protocol.ts";

export const NO_TRACE: Trace = { file: null, line: null, column: null, text: null };

const FRAME = /^ {2}File "([^"]*)", line (\d+) in (.*)$/gm;

export function readDump(printed: readonly Uint8Array[], root: string): Trace {
  const decoder = new TextDecoder();
  const text = printed.map((part) => decoder.decode(part, { stream: true })).join("");
  const frames = [...text.matchAll(FRAME)]
    .map(([, path, line, callee]) => ({ path: path!, line: Number(line), callee: callee! }))
    .filter(({ path }) => !path.startsWith("<"));
  const innermost = frames.find(({ path }) => path.startsWith(`${root}/`));
  if (innermost === undefined) return NO_TRACE;
  const shown = (path: string) => (path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path);
  const lines = frames.reverse().map(({ path, line, callee }) => `  File "${shown(path)}", line ${line}, in ${callee}`);
  return {
    file: shown(innermost.path),
    line: innermost.line,
    column: null,
    text: ["Traceback (most recent call last):", ...lines, ""].join("\n"),
  };
}
