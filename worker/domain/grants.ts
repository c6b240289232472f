/** What a run may reach beyond its own isolate. Nothing, unless whoever starts it asks for it and the operator allows it. */
import * as z from "zod";
import type { CodeGrants } from "./code-grants.ts";
import type { FieldError } from "./errors.ts";

const ORIGINS = 20;

export interface Grants {
  /** Origins that the program may send requests to, as `new URL(…).origin` writes them. */
  readonly fetch: readonly string[];
  /** Whether the program may ask the workspace's model. A run that was accepted before this existed has no word on it. */
  readonly model?: boolean | undefined;
  /** The manifest of a program of code mode; left out for any other. */
  readonly code?: CodeGrants | undefined;
}

export const NO_GRANTS: Grants = { fetch: [], model: false };

/** An HTTP origin: scheme, host, and a port that is not the scheme's own. Written as it is compared. */
export const originSchema = z
  .string()
  .max(300)
  .transform((text, context) => {
    const url = URL.parse(text);
    const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
    if (isOrigin) return url.origin;
    context.addIssue({ code: "custom", message: "must be an origin like https://api.example.com, without a path" });
    return z.NEVER;
  });

export const grantsSchema = z.strictObject({
  fetch: z.array(originSchema).max(ORIGINS).default([]),
  model: z.boolean().default(false),
});

/** What is wrong with grants that go beyond what the operator allows: one row for each. */
export function beyondAllowance(grants: Grants, allowed: Grants): FieldError[] {
  return grants.fetch.flatMap((origin, i) =>
    allowed.fetch.includes(origin)
      ? []
      : [
          {
            path: `grants.fetch.${i}`,
            message: `${origin} is not an origin that this server lets programs reach; its operator lists them in RUNYARD_FETCH_ORIGINS`,
          },
        ],
  );
}
