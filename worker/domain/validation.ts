/** Checks data from outside against a schema. Every field that is wrong is named. */
import type * as z from "zod";
import { type FieldError, fail, type Result, succeed } from "./errors.ts";

/** Fields lie no deeper than this in any schema with names of the sender's choice. */
const NAMES_DEPTH = 2;

/** The path of a property that schemas would leave out in silence, because it can be no property's name; null for none. */
function refusedName(value: unknown, depth = NAMES_DEPTH): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  if (Object.hasOwn(value, "__proto__")) return "__proto__";
  if (depth === 1) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = refusedName(inner, depth - 1);
    if (found !== null) return `${key}.${found}`;
  }
  return null;
}

export function check<T extends z.ZodType>(value: unknown, schema: T): Result<z.output<T>> {
  const refused = refusedName(value);
  if (refused !== null) {
    const message = "is a name that nothing can have";
    return fail("invalid-request", `${refused}: ${message}`, [{ path: refused, message }]);
  }
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
