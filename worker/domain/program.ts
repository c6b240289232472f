/**
 * What a person or a machine submits to be executed, and the limits under which it runs.
 * Owns the bounds of a program; knows nothing of how it is run or stored.
 */
import * as z from "zod";
import { type Grants, grantsSchema, NO_GRANTS } from "./grants.ts";
import { PRIORITIES, REPOSITORY_KEY, repositoryOf } from "./lane.ts";
import { LANGUAGE_TABLE, LANGUAGES, type Language } from "./languages.ts";

/** Bounds of one submission, in UTF-16 code units unless named otherwise. */
export const PROGRAM_BOUNDS = {
  /** All files together: room for a 1 MB data file beside its program, far below what an isolate can hold. */
  totalChars: 4_000_000,
  files: 50,
  fileNameChars: 200,
  stdinChars: 1_000_000,
  args: 100,
  argChars: 10_000,
} as const;

export interface Limits {
  /** Wall time of the guest, in milliseconds. */
  readonly timeoutMs: number;
  /** Work of the guest in fuel units (one unit for each loop turn inside the engine). Deterministic. */
  readonly fuel: number;
  /** Linear memory of the guest, engine included, in bytes. */
  readonly memoryBytes: number;
  /** UTF-8 bytes of stdout and stderr together. */
  readonly outputBytes: number;
  /** Calls from the guest to capabilities of the host. */
  readonly hostCalls: number;
}

/** One row for each limit: what a run gets by default and what it may ask for. */
export const LIMIT_RANGES: { readonly [K in keyof Limits]: { min: number; default: number; max: number } } = {
  timeoutMs: { min: 10, default: 30_000, max: 300_000 },
  fuel: { min: 1_000, default: 20_000_000_000, max: 200_000_000_000 },
  // An isolate has 128 MB, the Worker itself included.
  memoryBytes: { min: 8 * 2 ** 20, default: 64 * 2 ** 20, max: 96 * 2 ** 20 },
  outputBytes: { min: 1_024, default: 1_048_576, max: 8 * 2 ** 20 },
  hostCalls: { min: 0, default: 10_000, max: 100_000 },
};

export const DEFAULT_LIMITS: Limits = {
  timeoutMs: LIMIT_RANGES.timeoutMs.default,
  fuel: LIMIT_RANGES.fuel.default,
  memoryBytes: LIMIT_RANGES.memoryBytes.default,
  outputBytes: LIMIT_RANGES.outputBytes.default,
  hostCalls: LIMIT_RANGES.hostCalls.default,
};

/** The longest time for which a run may be told to wait: a month. */
const WAIT_MAX_MS = 31 * 24 * 3_600_000;

/** A program ready to run: every bound was checked, the entry is one of the files. */
export interface Program {
  readonly language: Language;
  readonly entry: string;
  /** File name (relative, forward slashes) to its text. Data files (`.csv`, `.txt`, `.json`) lie beside the code. */
  readonly files: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly args: readonly string[];
}

/** Parts that a path cannot have; the last one is no name for a property of an object, which files become. */
const REFUSED_PARTS: readonly string[] = ["", ".", "..", "__proto__"];

/** A relative path below the program's root: no empty, `.` or `..` part, no backslash, no control character. */
export function isFileName(name: string): boolean {
  return (
    name.length <= PROGRAM_BOUNDS.fileNameChars &&
    name.isWellFormed() &&
    /^[^\\:\u0000-\u001f\u007f]+$/.test(name) &&
    !name.split("/").some((part) => REFUSED_PARTS.includes(part))
  );
}

const limitsSchema = z
  .strictObject({
    timeoutMs: limit("timeoutMs"),
    fuel: limit("fuel"),
    memoryBytes: limit("memoryBytes"),
    outputBytes: limit("outputBytes"),
    hostCalls: limit("hostCalls"),
  })
  .partial();

function limit(name: keyof Limits) {
  const { min, max } = LIMIT_RANGES[name];
  return z.number().int().min(min).max(max);
}

export const fileNameSchema = z
  .string()
  .refine(
    isFileName,
    `must be a relative path like lib/util.ts, without .. or backslashes, of at most ${PROGRAM_BOUNDS.fileNameChars} characters`,
  );

/** What is stored and handed over as UTF-8, which half of a surrogate pair has no place in. */
const textSchema = z
  .string()
  .refine(
    (text) => text.isWellFormed(),
    "is not text: it has half of a surrogate pair. Send binary data as base64, and decode it in the program",
  );

const LANGUAGE_NAMES = LANGUAGES.join(", ");

/** Pages are shown by the browser, so nothing of theirs could be executed here: the refusal says where they belong. */
const languageSchema = z.enum(LANGUAGES, {
  error: ({ input }) =>
    input === "html"
      ? `"html" is not executed by the server: the playground shows a page as a preview in the browser. Executed are ${LANGUAGE_NAMES}`
      : `must be one of ${LANGUAGE_NAMES}`,
});

/** The fields of `POST /api/execute`, each for itself. */
const programFields = z.strictObject({
  language: languageSchema,
  code: textSchema.optional(),
  files: z.record(fileNameSchema, textSchema).optional(),
  entry: fileNameSchema.optional(),
  stdin: textSchema.max(PROGRAM_BOUNDS.stdinChars).optional(),
  args: z.array(textSchema.max(PROGRAM_BOUNDS.argChars)).max(PROGRAM_BOUNDS.args).optional(),
  limits: limitsSchema.optional(),
  grants: grantsSchema.optional(),
  lane: z
    .string()
    .refine((lane) => REPOSITORY_KEY.test(repositoryOf(lane) ?? ""), "must look like repository:NAME")
    .optional(),
  priority: z.enum(PRIORITIES).optional(),
  /** The run ends if it has not started after so long. */
  waitMaxMs: z.number().int().min(1).max(WAIT_MAX_MS).optional(),
});

/** What a program is, without its language and what it may reach. */
export const programShape = programFields.pick({
  ...{ code: true, files: true, entry: true, stdin: true, args: true, limits: true },
}).shape;

/** The body of `POST /api/execute`, before it becomes a {@link Program}. */
export const executeRequestSchema = programFields.superRefine(checkFiles);

/** What no field shows by itself: there is one program, within its bounds, and its entry has something to run. */
export function checkFiles(
  body: Pick<z.output<typeof programFields>, "language" | "code" | "files" | "entry">,
  context: z.RefinementCtx,
): void {
  const say = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  if ((body.code === undefined) === (body.files === undefined)) {
    return say("code", "give either code or files, and not both");
  }
  const files = body.files ?? { [body.entry ?? LANGUAGE_TABLE[body.language].entry]: body.code ?? "" };
  const names = Object.keys(files);
  const field = body.files ? "files" : "code";
  if (names.length === 0) return say("files", "is empty: give at least one file");
  if (names.length > PROGRAM_BOUNDS.files) say("files", `has ${names.length} files; at most ${PROGRAM_BOUNDS.files}`);
  const total = names.reduce((sum, name) => sum + files[name]!.length, 0);
  if (total > PROGRAM_BOUNDS.totalChars) {
    say(field, `has ${total} characters; at most ${PROGRAM_BOUNDS.totalChars} in all files together`);
  }
  const entry = body.entry ?? (names.length === 1 ? names[0]! : LANGUAGE_TABLE[body.language].entry);
  if (!Object.hasOwn(files, entry)) return say("entry", `names no file: "${entry}" is not among files`);
  if (files[entry]!.trim() === "") say(body.files ? `files.${entry}` : "code", "is empty: there is nothing to run");
}

export type ExecuteRequest = z.output<typeof executeRequestSchema>;

/** What may be changed of a program that is run again; the body of `POST /api/runs/{id}/retry`. */
export const retryEditsSchema = programFields.pick({
  ...{ files: true, entry: true, stdin: true, args: true, limits: true, priority: true },
});

export type RetryEdits = z.output<typeof retryEditsSchema>;

/** Turns a checked request into what is stored and run. */
export function programOf(request: ExecuteRequest): { program: Program; limits: Limits; grants: Grants } {
  const fallback = request.entry ?? LANGUAGE_TABLE[request.language].entry;
  const files = request.files ?? { [fallback]: request.code ?? "" };
  const names = Object.keys(files);
  const entry = request.entry ?? (names.length === 1 ? names[0]! : fallback);
  const asked = Object.entries(request.limits ?? {}).filter(([, value]) => value !== undefined);
  return {
    program: { language: request.language, entry, files, stdin: request.stdin ?? "", args: request.args ?? [] },
    limits: { ...DEFAULT_LIMITS, ...Object.fromEntries(asked) },
    grants: request.grants ?? NO_GRANTS,
  };
}
