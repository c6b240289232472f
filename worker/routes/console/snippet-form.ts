/** The form of a snippet, read into what the API takes and back, so that one schema judges both. */
import { EFFECT_MODES, WRITES_MAX } from "../../domain/effect.ts";
import type { Failure } from "../../domain/errors.ts";
import { LANGUAGES } from "../../domain/languages.ts";
import { DEFAULT_LIMITS } from "../../domain/program.ts";
import type { SnippetContent } from "../../domain/snippet.ts";
import { PARAMETER_TYPES, type Parameter, parameterOfText } from "../../domain/snippet-parameter.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";
import type { ParameterRow, SnippetValues } from "../../views/snippet-values.ts";
import { textOf } from "./form.ts";

/** More rows than a snippet may have parameters are left out unread. */
const ROWS_MAX = 40;

export function snippetValues(name: string, { manifest, ...content }: SnippetContent): SnippetValues {
  const { description, language, entry, files, limits } = content;
  return {
    ...{ name, description, language, entry, files, limits },
    parameters: content.parameters.map(rowOf),
    capabilities: manifest.capabilities.join("\n"),
    writesMax: String(manifest.writesMax),
    ...{ mode: manifest.mode, fetch: manifest.fetch, model: manifest.model, note: "" },
  };
}

function rowOf({ name, type, options, required, default: value, description }: Parameter): ParameterRow {
  return {
    name,
    type,
    options: options.join(", "),
    required,
    default: value === null ? "" : String(value),
    description,
  };
}

export function readSnippetForm(form: FormData): SnippetValues {
  const text = (name: string) => textOf(form, name).replaceAll("\r\n", "\n");
  const entry = text("entry");
  return {
    ...{ name: text("name").trim(), description: text("description").trim(), entry, note: text("note") },
    language: LANGUAGES.find((each) => each === text("language")) ?? "typescript",
    // The script sends all files; without it the form has the text of the entry alone.
    files: jsonOf(text("files")) ?? { [entry]: text("code") },
    limits: { ...DEFAULT_LIMITS, ...jsonOf<number>(text("limits")) },
    parameters: Array.from({ length: ROWS_MAX }, (_, index) => readRow(text, `parameter-${index}`)).filter(isFilled),
    ...{ capabilities: text("capabilities"), writesMax: text("writesMax"), model: text("model") !== "" },
    mode: EFFECT_MODES.find((each) => each === text("mode")) ?? "review",
    fetch: form.getAll("fetch").map(String),
  };
}

function readRow(text: (name: string) => string, row: string): ParameterRow {
  return {
    ...{ name: text(`${row}-name`).trim(), options: text(`${row}-options`), default: text(`${row}-default`) },
    type: PARAMETER_TYPES.find((type) => type === text(`${row}-type`)) ?? "string",
    ...{ required: text(`${row}-required`) !== "", description: text(`${row}-description`) },
  };
}

const isFilled = ({ name, default: value, description }: ParameterRow) => `${name}${value}${description}` !== "";

/** Null for what is no object. */
function jsonOf<T = string>(text: string): Record<string, T> | null {
  try {
    const value: unknown = text === "" ? null : JSON.parse(text);
    return typeof value === "object" ? (value as Record<string, T> | null) : null;
  } catch {
    return null;
  }
}

/** As `PUT /api/snippets/:name` takes it. */
export function changeOf({ name, capabilities, writesMax, mode, fetch, model, ...values }: SnippetValues) {
  const manifest = {
    capabilities: capabilities.split(/[\s,]+/).filter((each) => each !== ""),
    writesMax: writesMax.trim() === "" ? WRITES_MAX : Number(writesMax),
    ...{ mode, fetch, model },
  };
  const parameters = values.parameters.map(({ options, ...row }) => ({
    ...row,
    options:
      row.type === "enum"
        ? options
            .split(",")
            .map((each) => each.trim())
            .filter((each) => each !== "")
        : [],
    default: row.default === "" ? null : parameterOfText({ type: row.type }, row.default),
  }));
  return { ...values, manifest, parameters };
}

/** By the form's fields: a parameter's is that of its row. */
export function snippetErrors({ errors, detail }: Failure): readonly FieldError[] {
  if (!errors || errors.length === 0) return [{ field: "", message: detail }];
  return errors.map(({ path, message }) => {
    const [first = "", second = "", third = ""] = path.split(".");
    if (first === "manifest") return { field: second, message };
    if (first === "parameters") return { field: `parameter-${second}-${third || "name"}`, message };
    return { field: first === "files" || first === "entry" ? "code" : first, message };
  });
}
