/**
 * Reads the playground's form into a checked program. People type limits as text and the script sends files as JSON:
 * both become the same request that the API takes, so that one schema judges both.
 */

import type { FieldError as DomainError, Result } from "../../domain/errors.ts";
import { type Grants, NO_GRANTS } from "../../domain/grants.ts";
import { readOrigin } from "../../domain/origin.ts";
import { type EditedProgram, PLAYGROUND_MODES, type PlaygroundMode } from "../../domain/playground-modes.ts";
import { previewFilesSchema } from "../../domain/preview.ts";
import {
  DEFAULT_LIMITS,
  type ExecuteRequest,
  executeRequestSchema,
  type Limits,
  programOf,
} from "../../domain/program.ts";
import { check } from "../../domain/validation.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";

export interface SubmittedProgram {
  readonly program: EditedProgram;
  readonly limits: Limits;
  readonly grants: Grants;
}

export type FormReading =
  | { readonly ok: true; readonly value: SubmittedProgram }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

const LIMIT_FIELDS = ["timeoutMs", "fuel", "memoryBytes", "outputBytes"] as const satisfies readonly (keyof Limits)[];

type Field = (name: string) => string;

export function readPlaygroundForm(form: FormData): FormReading {
  const text: Field = (name) => {
    const value = form.get(name);
    // A form sends line ends as CR LF; programs are kept as they were written.
    return typeof value === "string" ? value.replaceAll("\r\n", "\n") : "";
  };
  const checked = text("language") === "html" ? readPage(text) : readExecuted(text, readGrants(form));
  return checked.ok ? checked : { ok: false, errors: shownErrors(checked.errors ?? []) };
}

/** What is wrong with a request, by the form's fields. */
export function shownErrors(errors: readonly DomainError[]): readonly FieldError[] {
  return errors.map(({ path, message }) => ({ field: fieldOf(path), message }));
}

/** A mode without network leaves its choice behind: without a script the boxes stay in the form. */
export function readGrants(form: FormData): Grants {
  return PLAYGROUND_MODES[readFormMode(form)].noFetch === null
    ? { fetch: form.getAll("fetch").map(String), model: form.get("model") !== null }
    : NO_GRANTS;
}

/** What the form's program was made from; null when it says nothing that could be. */
export const readFormOrigin = (form: FormData) => readOrigin(String(form.get("forkedFrom") ?? ""));

/** The mode that the form was in, as far as it names one. */
export function readFormMode(form: FormData): PlaygroundMode {
  const language = String(form.get("language"));
  return Object.hasOwn(PLAYGROUND_MODES, language) ? (language as PlaygroundMode) : "typescript";
}

function readPage(text: Field): Result<SubmittedProgram> {
  const entry = text("entry") || PLAYGROUND_MODES.html.entry;
  const checked = check({ entry, files: parseFiles(text("files")) ?? { [entry]: text("code") } }, previewFilesSchema);
  if (!checked.ok) return checked;
  const program: EditedProgram = { language: "html", ...checked.value, stdin: "", args: [] };
  return { ok: true, value: { program, limits: DEFAULT_LIMITS, grants: NO_GRANTS } };
}

function readExecuted(text: Field, grants: Grants): Result<SubmittedProgram> {
  const files = parseFiles(text("files"));
  const entry = text("entry") || undefined;
  const limits = LIMIT_FIELDS.flatMap((name) => (text(name) === "" ? [] : [[name, Number(text(name))]]));
  const request = {
    language: text("language"),
    ...(files ? { files, entry } : { code: text("code"), entry }),
    stdin: text("stdin"),
    args: text("args") === "" ? [] : text("args").replace(/\n$/, "").split("\n"),
    limits: Object.fromEntries(limits),
    grants,
  };
  const checked = check(request, executeRequestSchema);
  return checked.ok ? { ok: true, value: programOf(checked.value as ExecuteRequest) } : checked;
}

function parseFiles(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // The schema then says that files is not an object.
    return text;
  }
}

/** A limit's path is `limits.fuel`, a grant's `grants.fetch.0`, a file's `files.main.ts`: the form has one field for each. */
function fieldOf(path: string): string {
  const [first = "", second = ""] = path.split(".");
  if (first === "limits" || first === "grants") return second;
  return first === "files" || first === "entry" ? "code" : first;
}
