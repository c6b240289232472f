/**
 * A program's manifest: which capabilities it may call, how many writes it may ask for, and how they happen. Enforced by
 * the host; a program cannot widen it.
 */
import * as z from "zod";
import { EFFECT_MODES, type EffectMode, WRITES_MAX } from "./effect.ts";
import type { JsonValue } from "./guest-outcome.ts";

export interface CodeGrants {
  /** Names of capabilities, such as `stories.update`. */
  readonly capabilities: readonly string[];
  readonly writesMax: number;
  readonly mode: EffectMode;
  /** The meeting whose transcript the program may read and quote; null for none. */
  readonly meetingId: string | null;
  /** What the program finds as the global `context`. */
  readonly context: JsonValue;
}

/** A capability, or all of an entity: `stories.update`, `stories.*`. */
const CAPABILITY_PATTERN = /^[a-z][A-Za-z]*\.(?:\*|[a-z][A-Za-z]*)$/;
const CONTEXT_CHARS = 100_000;

export const manifestSchema = z.strictObject({
  capabilities: z.array(z.string().regex(CAPABILITY_PATTERN, "must look like stories.update or stories.*")).max(100),
  writesMax: z.number().int().min(0).max(WRITES_MAX).default(WRITES_MAX),
  mode: z.enum(EFFECT_MODES).default("review"),
  meetingId: z.string().max(60).nullable().default(null),
  context: z
    .json()
    .refine(
      (value) => JSON.stringify(value).length <= CONTEXT_CHARS,
      `must be at most ${CONTEXT_CHARS} characters of JSON`,
    )
    .default({}),
});

/** Which of `known` the patterns name. Answers a pattern that names none as `unknown`. */
export function expandCapabilities(
  patterns: readonly string[],
  known: readonly string[],
): { readonly names: readonly string[]; readonly unknown: readonly string[] } {
  const fits = (pattern: string) =>
    known.filter((name) => (pattern.endsWith(".*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
  return {
    names: known.filter((name) => patterns.some((pattern) => fits(pattern).includes(name))),
    unknown: patterns.filter((pattern) => fits(pattern).length === 0),
  };
}

/** As a run shows it. */
export const codeGrantsSchema = z.strictObject({
  capabilities: z.array(z.string()),
  writesMax: z.number(),
  mode: z.enum(EFFECT_MODES),
  meetingId: z.string().nullable(),
  context: z.json(),
}) satisfies z.ZodType<CodeGrants>;
