/**
 * A run that begins as another one did and then goes its own way: the answers of its host calls are those of the other
 * run up to one call, which may get another answer; or as far as a changed program makes the same calls.
 */
import * as z from "zod";
import type { Effect } from "./effect.ts";
import type { SheetEntry } from "./effect-sheet.ts";
import { fileNameSchema } from "./program.ts";

/** What came of a host call, as JSON text or as the error that the program saw. */
export type RecordedAnswer =
  | { readonly value: string }
  | { readonly error: { readonly name: string; readonly message: string } };

export interface RecordedCall {
  readonly capability: string;
  /** As JSON text. */
  readonly input: string;
  /** Null where the run ended first. */
  readonly answer: RecordedAnswer | null;
}

/** What is known of a fork wherever its run is. */
export interface ForkPoint {
  readonly of: string;
  /** The host call, from 0, from which on the host is asked again. */
  readonly call: number;
}

export interface Fork extends ForkPoint {
  /** What that call is answered; null to ask the host. */
  readonly answer: RecordedAnswer | null;
  /** The calls before it. */
  readonly recorded: readonly RecordedCall[];
  /** When the other run's clock began, in milliseconds since 1970: this one's begins there, too. */
  readonly startedAt: number;
  /** What the other run has on its sheet from those calls. */
  readonly effects: readonly Effect[];
  /**
   * Numbers of effects that a person has rejected: the program gets the answers that it got, but what it reads from then
   * on is as if they had not been.
   */
  readonly rejected: readonly number[];
  /** What was decided there: it holds here for effects that are the same. */
  readonly decisions: readonly Pick<SheetEntry, "effect" | "decision" | "edited" | "decided" | "remembered">[];
}

/** How an object is asked for a fork: by people, or for what was rejected. */
export type ForkWish = ForkRequest & {
  /** Of the new run. */
  readonly id: string;
  readonly createdBy: string;
  readonly agent?: string;
  /** The effect that the program is to go on without. */
  readonly without?: number;
};

/** A host call as people see it: long texts are cut. */
export interface ShownHostCall extends RecordedCall {
  /** Counted from 0. */
  readonly call: number;
  /** In the program's entry, from 1. */
  readonly line: number | null;
}

export interface HostCallPage {
  readonly calls: readonly ShownHostCall[];
  readonly total: number;
}

export const hostCallPageSchema = z.strictObject({
  calls: z.array(
    z.strictObject({
      call: z.number(),
      capability: z.string(),
      line: z.number().nullable(),
      input: z.string(),
      answer: z
        .union([
          z.strictObject({ value: z.string() }),
          z.strictObject({ error: z.strictObject({ name: z.string(), message: z.string() }) }),
        ])
        .nullable(),
    }),
  ),
  total: z.number(),
}) satisfies z.ZodType<HostCallPage>;

const ANSWER_CHARS = 500_000;

/** The body of `POST /api/runs/{id}/fork`. */
export const forkRequestSchema = z
  .strictObject({
    /** Where the fork begins; after the last call where it is left out. */
    call: z.number().int().min(0).optional(),
    answer: z.json().optional(),
    error: z.strictObject({ name: z.string().min(1).max(100), message: z.string().max(2_000) }).optional(),
    /** Files that replace those of the same name. */
    files: z.record(fileNameSchema, z.string()).optional(),
  })
  .superRefine((asked, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    const answers = [asked.answer, asked.error].filter((each) => each !== undefined).length;
    if (answers > 1) say("error", "give either answer or error, and not both");
    if (answers > 0 && asked.call === undefined) say("call", "must name the host call that gets another answer");
    if (answers === 0 && asked.files === undefined && asked.call === undefined) {
      say("call", "name a host call, or give files: a fork without either would be a replay");
    }
    if (asked.answer !== undefined && JSON.stringify(asked.answer).length > ANSWER_CHARS) {
      say("answer", `must be at most ${ANSWER_CHARS} characters of JSON`);
    }
  });
export type ForkRequest = z.output<typeof forkRequestSchema>;
