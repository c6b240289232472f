/**
 * A repository as its workspace configures it: where it lies, which issues become its runs, how urgent they are, and
 * how a change to it is made and checked. Owns the shape and its limits, not where it is stored.
 */
import * as z from "zod";
import { PRIORITIES } from "./lane.ts";

/** Repositories of one workspace: all of them are read whenever an issue is looked at. */
export const REPOSITORIES_MAX = 200;
/** Names, labels, components: what trackers allow is shorter. */
const NAME_CHARS = 255;
const LIST_MAX = 50;
const COMMAND_CHARS = 2_000;
const URL_CHARS = 500;

/** Takes every open issue, whatever its labels are. */
export const EVERY_LABEL = "*";

export const TEST_MODES = ["quick", "full", "none"] as const;
export const VERIFICATION_BACKENDS = ["auto", "in-worker", "host-ci", "container"] as const;

/** Paths of the console and the API that a key would hide. */
const RESERVED_KEYS = ["new", "import", "export"];

export const repositoryKeySchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,47}$/,
    "must be 1 to 48 lower-case letters, digits and hyphens, and begin with no hyphen",
  )
  .refine((key) => !RESERVED_KEYS.includes(key), `must not be one of ${RESERVED_KEYS.join(", ")}`);

const nameSchema = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(NAME_CHARS, `must have at most ${NAME_CHARS} characters`);

/** A list without repeats; case does not tell two names apart. */
const namesSchema = z
  .array(nameSchema)
  .max(LIST_MAX, `must have at most ${LIST_MAX} entries`)
  .superRefine((names, context) => {
    const seen = new Set<string>();
    names.forEach((name, index) => {
      const folded = name.toLowerCase();
      if (seen.has(folded)) context.addIssue({ code: "custom", path: [index], message: `"${name}" is listed twice` });
      seen.add(folded);
    });
  });

const gitUrlSchema = z
  .string()
  .trim()
  .max(URL_CHARS, `must have at most ${URL_CHARS} characters`)
  .superRefine((url, context) => {
    if (hasPassword(url)) {
      context.addIssue({
        code: "custom",
        message: "must hold no user name or password: an address is shown to people",
      });
    } else if (remoteOf(url) === null) {
      context.addIssue({
        code: "custom",
        message: "must be like https://github.com/acme/api.git or git@github.com:acme/api.git",
      });
    }
  });

/** What git refuses in the name of a branch (git-check-ref-format), as far as it matters for one that people type. */
const NOT_IN_BRANCH = /[\s~^:?*[\\\x00-\x1f\x7f]|\.\.|@\{|\/\/|^[/.-]|[/.]$|\.lock(?:\/|$)|\/\./;
const BRANCH_MESSAGE = "is not a name that git takes for a branch";

const branchSchema = nameSchema.refine((name) => !NOT_IN_BRANCH.test(name), BRANCH_MESSAGE);

/** Stands for the issue's key in the name of a branch. */
const BRANCH_KEY = "{key}";
const branchTemplateSchema = nameSchema
  .refine((text) => text.includes(BRANCH_KEY), `must contain ${BRANCH_KEY}, or all issues would share a branch`)
  .refine((text) => !NOT_IN_BRANCH.test(text.replaceAll(BRANCH_KEY, "KEY-1")), BRANCH_MESSAGE);

const projectKeySchema = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z][A-Z0-9_]{0,31}$/, "must be a Jira project key, like PROJ");

/** Empty means: the repository's own convention decides. */
const commandSchema = z.string().trim().max(COMMAND_CHARS, `must have at most ${COMMAND_CHARS} characters`).default("");

const priorityRulesSchema = z
  .record(nameSchema, z.enum(PRIORITIES, `must be ${PRIORITIES.slice(0, -1).join(", ")} or ${PRIORITIES.at(-1)}`))
  .refine((rules) => Object.keys(rules).length <= LIST_MAX, `must have at most ${LIST_MAX} entries`);

export const repositorySchema = z.strictObject({
  key: repositoryKeySchema,
  name: nameSchema,
  gitUrl: gitUrlSchema,
  defaultBranch: branchSchema.default("main"),
  /** Which Jira issues are this repository's. Without components and labels: those that no other repository claims. */
  jira: z
    .strictObject({
      projects: z
        .array(projectKeySchema)
        .max(LIST_MAX, `must have at most ${LIST_MAX} entries`)
        .refine((keys) => new Set(keys).size === keys.length, "must list each project once")
        .default([]),
      components: namesSchema.default([]),
      labels: namesSchema.default([]),
    })
    .prefault({}),
  /** An open issue with one of these labels gets a run. */
  takeLabels: namesSchema
    .min(1, `must name at least one label, or "${EVERY_LABEL}" for every open issue`)
    .default(["runyard"]),
  /** Label to priority, before the common table. */
  priorityRules: priorityRulesSchema.default({}),
  branchTemplate: branchTemplateSchema.default("runyard/{key}"),
  commands: z.strictObject({ install: commandSchema, build: commandSchema, test: commandSchema }).prefault({}),
  testMode: z.enum(TEST_MODES, `must be ${TEST_MODES.join(", ")}`).default("quick"),
  verification: z.enum(VERIFICATION_BACKENDS, `must be ${VERIFICATION_BACKENDS.join(", ")}`).default("auto"),
});

export type Repository = z.output<typeof repositorySchema>;

/** Whether a URL of the form `scheme://…@host` carries more than a user's bare name for SSH. */
function hasPassword(url: string): boolean {
  const parsed = URL.parse(url);
  if (!parsed) return false;
  return parsed.password !== "" || (parsed.username !== "" && parsed.protocol !== "ssh:");
}

/** As SSH takes it: with the name of a user, which tells it from a scheme. */
const SCP_LIKE = /^[\w.-]+@([\w.-]+):(?!\/)(.+)$/;

/**
 * What a git address points at, without how it is reached: `github.com/acme/api`. Two addresses of one repository give
 * the same; null when it is no git address.
 */
export function remoteOf(url: string): string | null {
  const parsed = URL.parse(url);
  const isWeb = parsed !== null && /^(?:https?|ssh|git):$/.test(parsed.protocol);
  const scp = isWeb ? null : SCP_LIKE.exec(url);
  const [host, path] = isWeb ? [parsed.host, parsed.pathname] : [scp?.[1] ?? "", scp?.[2] ?? ""];
  const trimmed = path.replace(/^\/+|\/+$/g, "").replace(/\.git$/i, "");
  if (host === "" || trimmed === "" || /\s/.test(trimmed)) return null;
  return `${host}/${trimmed}`.toLowerCase();
}
