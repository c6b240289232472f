/** What is fixed about a run when it is accepted. */
import type { Grants } from "./grants.ts";
import { isPage } from "./playground-modes.ts";
import type { Limits, Program } from "./program.ts";
import type { Priority, RunKind } from "./run.ts";

export interface RunSpec {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: RunKind;
  readonly title: string;
  readonly lane: string;
  readonly priority: Priority;
  /** Id of the person or token that started it. */
  readonly createdBy: string;
  readonly retryOf: string | null;
  /** Seeds the guest's randomness. */
  readonly seed: string;
  readonly limits: Limits;
  readonly grants: Grants;
  readonly program: Program;
}

const TITLE_CHARS = 80;
/** A page says its title near its top. */
const TITLE_SEARCH_CHARS = 10_000;
/** Comments of all languages; `#` only before a blank, since `#field` and `#!` are something else. */
const COMMENT_START = /^(?:\/\/+|\/\*+|\*+|#+(?=\s)|"""|<!--)\s*/;

/** A title from the program itself: a page's title, the text of its first comment, else its first line of code. */
export function titleOf({ entry, files }: Pick<Program, "entry" | "files">): string {
  const source = files[entry] ?? "";
  const title = isPage(entry) ? /<title>([^<]+)<\/title>/i.exec(source.slice(0, TITLE_SEARCH_CHARS))?.[1]?.trim() : "";
  const lines = source.split("\n", 50).map((line) => line.trim());
  const first = title || (lines.find((line) => /[\p{L}\p{N}]/u.test(line)) ?? entry);
  const text = first.replace(COMMENT_START, "").replace(/\s*(?:\*\/|-->|""")$/, "");
  return text.length > TITLE_CHARS ? `${text.slice(0, TITLE_CHARS - 1).trimEnd()}…` : text;
}
