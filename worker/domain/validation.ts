/** Checks data from outside against a schema. Every field that is wrong is named. */
import type * as z from "zod";
import { type FieldError, fail, type Result, succeed } from "./errors.ts";

export function check<T extends z.ZodType>(value: unknown, schema: T): Result<z.output<T>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return succeed(parsed.data);
  const errors = parsed.error.issues.flatMap(fieldErrors);
  const summary = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
  return fail("invalid-request", summary, errors);
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key].join("."), message: "is not a known field" }));
  }
  // The issue itself only says that a key is invalid; what is wrong with it is one level below.
  const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ path: path.join("."), message }];
}
