/** What is fixed about a run when it is accepted. */
import type { Grants } from "./grants.ts";
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

/** A title from the program itself: the text of its first comment, else its first line of code. */
export function titleOf(program: Program): string {
  const lines = (program.files[program.entry] ?? "").split("\n", 50).map((line) => line.trim());
  const first = lines.find((line) => /[\p{L}\p{N}]/u.test(line)) ?? program.entry;
  const text = first.replace(/^(\/\/+|\/\*+|\*+)\s*/, "").replace(/\s*\*\/$/, "");
  return text.length > TITLE_CHARS ? `${text.slice(0, TITLE_CHARS - 1).trimEnd()}…` : text;
}
