/** Parameters of a snippet: how they are declared, and whether what somebody gives for a run is what was declared. */
import * as z from "zod";
import { type FieldError, fail, type Result, succeed } from "./errors.ts";

export const PARAMETER_TYPES = ["string", "number", "boolean", "enum"] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** Null where an optional parameter was not given. */
export type ParameterValue = string | number | boolean | null;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

export interface Parameter {
  /** What the program reads: `context.NAME`. */
  readonly name: string;
  readonly type: ParameterType;
  /** What may be chosen; empty but for an enum. */
  readonly options: readonly string[];
  readonly required: boolean;
  /** What an omitted parameter is; null for nothing. */
  readonly default: ParameterValue;
  readonly description: string;
}

const PARAMETERS_MAX = 30;
/** Together they stay far below what a context may have. */
const VALUE_CHARS = 2_000;
const OPTIONS_MAX = 50;

const value = z.union([z.string().max(VALUE_CHARS), z.number(), z.boolean()]).nullable();

const parameterSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z][A-Za-z0-9_]{0,39}$/,
        "must begin with a letter and have letters, digits and _ alone, 40 at most",
      ),
    type: z.enum(PARAMETER_TYPES, `must be one of ${PARAMETER_TYPES.join(", ")}`),
    options: z.array(z.string().min(1).max(100)).max(OPTIONS_MAX).default([]),
    required: z.boolean().default(false),
    default: value.default(null),
    description: z.string().trim().max(300).default(""),
  })
  .superRefine((parameter, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (parameter.type === "enum" && parameter.options.length === 0)
      return say("options", "is empty: an enum needs options");
    if (parameter.type !== "enum" && parameter.options.length > 0) say("options", "belongs to the type enum alone");
    if (new Set(parameter.options).size < parameter.options.length) say("options", "names one twice");
    const problem = parameter.default === null ? null : problemOf(parameter, parameter.default);
    if (problem !== null) say("default", problem);
  });

export const parametersSchema = z
  .array(parameterSchema)
  .max(PARAMETERS_MAX)
  .superRefine((parameters, context) => {
    for (const [index, { name }] of parameters.entries()) {
      if (parameters.findIndex((other) => other.name === name) < index) {
        context.addIssue({ code: "custom", path: [index, "name"], message: `"${name}" is declared twice` });
      }
    }
  });

/** What is wrong with a value; null for nothing. */
function problemOf({ type, options }: Pick<Parameter, "type" | "options">, given: unknown): string | null {
  switch (type) {
    case "enum":
      return typeof given === "string" && options.includes(given) ? null : `must be one of ${options.join(", ")}`;
    case "string":
      if (typeof given !== "string" || !given.isWellFormed()) return "must be a text";
      return given.length <= VALUE_CHARS ? null : `has ${given.length} characters; at most ${VALUE_CHARS}`;
    case "number":
      return typeof given === "number" && Number.isFinite(given) ? null : "must be a number";
    case "boolean":
      return typeof given === "boolean" ? null : "must be true or false";
  }
}

/** What a run gets: every declared parameter, with its default where nothing was given. Says all that is wrong at once. */
export function readParameters(
  declared: readonly Parameter[],
  given: Readonly<Record<string, unknown>>,
): Result<ParameterValues> {
  const errors: FieldError[] = [];
  const say = (name: string, message: string) => errors.push({ path: `parameters.${name}`, message });
  for (const name of Object.keys(given)) {
    if (!declared.some((parameter) => parameter.name === name)) say(name, `is no parameter. ${listOf(declared)}`);
  }
  const values = declared.map((parameter): [string, ParameterValue] => {
    const { name, required } = parameter;
    const own = Object.hasOwn(given, name) ? (given[name] ?? null) : null;
    const chosen = own ?? parameter.default;
    if (chosen === null) {
      if (required) say(name, "is required");
      return [name, null];
    }
    const problem = problemOf(parameter, chosen);
    if (problem !== null) say(name, problem);
    return [name, chosen as ParameterValue];
  });
  if (errors.length === 0) return succeed(Object.fromEntries(values));
  return fail("invalid-request", errors.map(({ path, message }) => `${path}: ${message}`).join("; "), errors);
}

const listOf = (declared: readonly Parameter[]) =>
  declared.length === 0 ? "The snippet has none" : `The snippet has ${declared.map(({ name }) => name).join(", ")}`;

/** A parameter as a form sends it: text, empty for nothing. What is no number stays a text, and is refused as one. */
export function parameterOfText({ type }: Pick<Parameter, "type">, text: string): ParameterValue {
  if (type === "boolean") return text === "" ? false : text === "true" || text === "on";
  if (text === "") return null;
  return type === "number" && Number.isFinite(Number(text)) ? Number(text) : text;
}
