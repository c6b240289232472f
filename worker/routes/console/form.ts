/** Reading a submitted form, and what was wrong with it as its page shows it. */
import type { Context } from "hono";
import type { Failure } from "../../domain/errors.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";

/** A wrong entry of a list is named by the list that it stands in. */
export function shownErrors({ detail, errors }: Failure): readonly FieldError[] {
  if (!errors) return [{ field: "", message: detail }];
  return errors.map(({ path, message }) => ({ field: path.split(".")[0]!, message }));
}

/** The form that was sent. A body that is none counts as an empty one: its page says what is missing. */
export async function formOf(c: Pick<Context, "req">): Promise<FormData> {
  try {
    return await c.req.formData();
  } catch {
    return new FormData();
  }
}

/** A field of a form as it was typed; empty when it is missing, or a file. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
