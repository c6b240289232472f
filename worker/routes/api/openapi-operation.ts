/** One operation of the API, as `/openapi.json` describes it. */
import type * as z from "zod";
import type { ErrorCode } from "../../domain/errors.ts";

export interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  readonly path: string;
  readonly summary: string;
  readonly isOpen?: true;
  readonly body?: z.ZodType;
  readonly isBodyOptional?: true;
  readonly query?: z.ZodObject;
  readonly headers?: readonly { name: string; description: string }[];
  /** Status to what it answers: a schema for JSON, a text for anything else. */
  readonly answers: Readonly<Record<number, z.ZodType | string>>;
  readonly problems: readonly ErrorCode[];
}

/** What every operation with a JSON body may answer. */
export const BODY_PROBLEMS = [
  "malformed-json",
  "unsupported-media-type",
  "payload-too-large",
  "invalid-request",
] as const satisfies readonly ErrorCode[];
