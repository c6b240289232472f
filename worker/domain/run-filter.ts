/** Which runs somebody asks for: the filters of lists and of what is done to many runs at once. */
import * as z from "zod";
import { ERROR_CATEGORIES } from "./guest-outcome.ts";
import { PRIORITIES } from "./lane.ts";
import { RUN_KINDS, RUN_STATES, type RunStateName } from "./run.ts";

const SEARCH_CHARS = 200;
const LANE_CHARS = 200;

const day = z.union([z.iso.date(), z.iso.datetime({ offset: true })], "must be a day or an instant in ISO 8601");

/** As query parameters and in bodies. */
export const runFilterSchema = z.strictObject({
  state: z.enum(RUN_STATES).optional(),
  kind: z.enum(RUN_KINDS).optional(),
  priority: z.enum(PRIORITIES).optional(),
  lane: z.string().min(1).max(LANE_CHARS).optional(),
  /** The class of the error with which the run ended. */
  error: z.enum(ERROR_CATEGORIES).optional(),
  /** Accepted at this instant or later; a day begins at midnight UTC. */
  since: day.optional(),
  /** Accepted before this instant. */
  until: day.optional(),
  /** A part of the title, or the start of the id. */
  q: z.string().max(SEARCH_CHARS).optional(),
});

export type RunFilter = z.output<typeof runFilterSchema>;

/** Runs that have not ended. */
export const ACTIVE_STATES = ["queued", "running"] as const satisfies readonly RunStateName[];
/** Runs that ended without success: what a retry is for. */
export const UNSUCCESSFUL_STATES = ["failed", "timed-out", "cancelled"] as const satisfies readonly RunStateName[];
