/** What a run of the kind `issue` is about: an issue as it was when the run was accepted, or last amended while it waited. */
import * as z from "zod";

export const ISSUE_SOURCES = ["github", "jira", "console", "api"] as const;

const BOUNDS = {
  keyChars: 200,
  titleChars: 1_000,
  urlChars: 2_000,
  typeChars: 100,
  labels: 100,
  labelChars: 200,
} as const;

export const issueSchema = z.strictObject({
  source: z.enum(ISSUE_SOURCES),
  /** `KEY-12` in Jira, `owner/name#12` on GitHub. */
  key: z.string().min(1).max(BOUNDS.keyChars),
  title: z.string().max(BOUNDS.titleChars),
  /** Where people read it; null when that is not known. */
  url: z.string().max(BOUNDS.urlChars).nullable(),
  /** As its source calls it, in lower case: `bug`, `story`, `epic`, `issue`. */
  type: z.string().max(BOUNDS.typeChars),
  labels: z.array(z.string().max(BOUNDS.labelChars)).max(BOUNDS.labels),
  /** When its source last changed it, in ISO 8601; null when that is not known. */
  updatedAt: z.iso.datetime({ offset: true }).nullable(),
});

export type Issue = z.output<typeof issueSchema>;
