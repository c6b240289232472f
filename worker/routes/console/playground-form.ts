/**
 * Reads the playground's form into a checked program. People type limits as text and the script sends files as JSON:
 * both become the same request that the API takes, so that one schema judges both.
 */
import {
  type ExecuteRequest,
  executeRequestSchema,
  type Limits,
  type Program,
  programOf,
} from "../../domain/program.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";
import { check } from "../json-body.ts";

export interface SubmittedProgram {
  readonly program: Program;
  readonly limits: Limits;
}

export type FormReading =
  | { readonly ok: true; readonly value: SubmittedProgram }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

const LIMIT_FIELDS = ["timeoutMs", "fuel", "memoryBytes", "outputBytes"] as const satisfies readonly (keyof Limits)[];

export function readPlaygroundForm(form: FormData): FormReading {
  const text = (name: string) => {
    const value = form.get(name);
    // A form sends line ends as CR LF; programs are kept as they were written.
    return typeof value === "string" ? value.replaceAll("\r\n", "\n") : "";
  };
  const files = parseFiles(text("files"));
  const entry = text("entry") || undefined;
  const limits = LIMIT_FIELDS.flatMap((name) => (text(name) === "" ? [] : [[name, Number(text(name))]]));
  const request = {
    language: text("language"),
    ...(files ? { files, entry } : { code: text("code"), entry }),
    stdin: text("stdin"),
    args: text("args") === "" ? [] : text("args").replace(/\n$/, "").split("\n"),
    limits: Object.fromEntries(limits),
  };
  const checked = check(request, executeRequestSchema);
  if (checked.ok) return { ok: true, value: programOf(checked.value as ExecuteRequest) };
  const errors = (checked.errors ?? []).map(({ path, message }) => ({ field: fieldOf(path), message }));
  return { ok: false, errors };
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

/** A limit's path is `limits.fuel`, a file's `files.main.ts`: the form has one field for each. */
function fieldOf(path: string): string {
  const [first = "", second = ""] = path.split(".");
  if (first === "limits") return second;
  return first === "files" || first === "entry" ? "code" : first;
}
