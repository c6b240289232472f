/**
 * A snippet: a program that a workspace keeps under a name, with parameters, to be run, scheduled and imported. Owns its
 * shape and its bounds. Invariant: a version never changes; what is saved anew is a new version.
 */
import * as z from "zod";
import { manifestSchema } from "./code-grants.ts";
import { fail, type Result, succeed } from "./errors.ts";
import { grantsSchema } from "./grants.ts";
import { LANGUAGES, type Language } from "./languages.ts";
import { executeRequestSchema, type Limits, programOf } from "./program.ts";
import { type Parameter, parametersSchema } from "./snippet-parameter.ts";
import { check } from "./validation.ts";

export const SNIPPET_BOUNDS = {
  perWorkspace: 500,
  versions: 1_000,
  nameChars: 60,
  descriptionChars: 500,
  noteChars: 300,
  /** Of a version as JSON, in UTF-8: a row of the database has at most 2 MB. */
  bytes: 1_000_000,
} as const;

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

export const snippetNameSchema = z
  .string()
  .max(SNIPPET_BOUNDS.nameChars)
  .regex(NAME, "must be lower-case words with hyphens between them, like date-tools");

/** What a run of the snippet may do. Whoever imports the snippet grants it what they have themselves, and nothing more. */
const snippetManifestSchema = manifestSchema
  .pick({ writesMax: true, mode: true })
  .extend({ capabilities: manifestSchema.shape.capabilities.default([]), ...grantsSchema.shape });

export type SnippetManifest = z.output<typeof snippetManifestSchema>;

/** One version's content. */
export interface SnippetContent {
  readonly description: string;
  readonly language: Language;
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly parameters: readonly Parameter[];
  readonly manifest: SnippetManifest;
}

/** The body of `PUT /api/snippets/:name`. The program is written as in `POST /api/execute`. */
export const snippetChangeSchema = z.strictObject({
  description: z.string().trim().max(SNIPPET_BOUNDS.descriptionChars).default(""),
  language: z.unknown(),
  code: z.unknown().optional(),
  files: z.unknown().optional(),
  entry: z.unknown().optional(),
  limits: z.unknown().optional(),
  parameters: parametersSchema.default([]),
  manifest: snippetManifestSchema.prefault({}),
  /** Why there is a new version. */
  note: z.string().trim().max(SNIPPET_BOUNDS.noteChars).default(""),
});

/** The body of `POST /api/snippets`. */
export const newSnippetSchema = snippetChangeSchema.extend({ name: snippetNameSchema });

export interface SnippetDraft {
  readonly content: SnippetContent;
  readonly note: string;
}

/** Checks what somebody wants to save. Says all that is wrong with its fields, then all that is wrong with its program. */
export function readDraft({
  description,
  parameters,
  manifest,
  note,
  ...sent
}: z.output<typeof snippetChangeSchema>): Result<SnippetDraft> {
  const { language, code, files, entry, limits } = sent;
  const asked = Object.fromEntries(
    Object.entries({ language, code, files, entry, limits }).filter(([, value]) => value !== undefined),
  );
  const checked = check(asked, executeRequestSchema);
  if (!checked.ok) return checked;
  const { program, limits: chosen } = programOf(checked.value);
  const content: SnippetContent = {
    ...{ description, language: program.language, entry: program.entry, files: program.files },
    ...{ limits: chosen, parameters, manifest },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(content)).length;
  if (bytes <= SNIPPET_BOUNDS.bytes) return succeed({ content, note });
  const message = `has ${bytes} bytes with everything around it; at most ${SNIPPET_BOUNDS.bytes}`;
  return fail("invalid-request", `files: ${message}`, [{ path: "files", message }]);
}

/** A version as lists show it. Instants are ISO 8601. */
export interface SnippetVersionSummary {
  readonly version: number;
  readonly note: string;
  readonly createdBy: string;
  readonly createdAt: string;
}

export interface SnippetVersion extends SnippetVersionSummary, SnippetContent {
  readonly name: string;
}

/** A row of the list of snippets: its newest version, and its last run. */
export interface SnippetSummary {
  readonly name: string;
  readonly description: string;
  readonly language: Language;
  readonly latestVersion: number;
  readonly changedAt: string;
  readonly lastRun: { readonly id: string; readonly at: string } | null;
}

export const snippetSummarySchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  language: z.enum(LANGUAGES),
  latestVersion: z.number(),
  changedAt: z.iso.datetime(),
  lastRun: z.strictObject({ id: z.string(), at: z.iso.datetime() }).nullable(),
}) satisfies z.ZodType<SnippetSummary>;

export const snippetVersionSummarySchema = z.strictObject({
  version: z.number(),
  note: z.string(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
}) satisfies z.ZodType<SnippetVersionSummary>;

export const snippetVersionSchema = snippetVersionSummarySchema.extend({
  name: z.string(),
  description: z.string(),
  language: z.enum(LANGUAGES),
  entry: z.string(),
  files: z.record(z.string(), z.string()),
  limits: z.record(z.string(), z.number()),
  parameters: parametersSchema,
  manifest: snippetManifestSchema,
});

export const versionSchema = z.number().int().min(1).max(SNIPPET_BOUNDS.versions);

/** The body of `POST /api/snippets/:name/run`. */
export const snippetRunSchema = z.strictObject({
  parameters: z.record(z.string(), z.unknown()).default({}),
  /** The newest when it is not given. */
  version: versionSchema.optional(),
  /** Of its writes; the manifest's own when it is not given. */
  mode: manifestSchema.shape.mode.removeDefault().optional(),
});

export type SnippetRunRequest = z.output<typeof snippetRunSchema>;
