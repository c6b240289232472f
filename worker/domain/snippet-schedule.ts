/**
 * When a snippet runs by itself. Pure: a schedule, what can happen to it, and what it looks like to people.
 *
 * Invariants: a firing has the id of its run before the run is started, so that a start that is repeated finds the same run;
 * a firing that is written down has moved the next time on, so that a time that was missed runs once, however many went by.
 */
import * as z from "zod";
import { nextDue, nextDues, parseCron } from "./cron.ts";
import { EFFECT_MODES, type EffectMode } from "./effect.ts";
import { fail, type Result, succeed } from "./errors.ts";
import { toIso, toIsoOrNull } from "./instant.ts";
import { snippetRunSchema } from "./snippet.ts";
import type { ParameterValues } from "./snippet-parameter.ts";
import { timeZoneOf } from "./time-zone.ts";

/** All snippets of a workspace together. */
export const SCHEDULES_MAX = 100;
/** A start that fails for reasons that pass is tried for this long. */
export const START_RETRY_MS = 3_600_000;
const SHOWN_TIMES = 5;

export const DISABLED_WORDS = {
  "maker-left": "whoever made it has left the workspace",
  "maker-may-not-run": "whoever made it may not start runs any more",
  "snippet-gone": "the snippet is not there any more",
} as const;
export type ScheduleDisabled = keyof typeof DISABLED_WORDS;

export interface Schedule {
  readonly id: string;
  readonly snippet: string;
  /** Null for the newest, whichever that is when it fires. */
  readonly version: number | null;
  readonly parameters: ParameterValues;
  /** Of its writes; null for the manifest's own. */
  readonly mode: EffectMode | null;
  readonly cron: string;
  readonly timeZone: string;
  /** Whose runs they are. */
  readonly userId: string;
  readonly createdAt: number;
  readonly isPaused: boolean;
  readonly disabled: ScheduleDisabled | null;
  /** Null where it does not run by itself right now. */
  readonly nextAt: number | null;
  /** The run that is being started, since when. */
  readonly firing: { readonly runId: string; readonly dueAt: number; readonly since: number } | null;
  readonly last: { readonly dueAt: number; readonly runId: string | null; readonly problem: string | null } | null;
}

/** The body of `POST /api/snippets/:name/schedules`. */
export const scheduleSchema = snippetRunSchema.extend({
  cron: z.string().trim().max(200),
  timeZone: z.string().trim().max(60).default("UTC"),
});

export type ScheduleRequest = z.output<typeof scheduleSchema>;

/** The first time behind `after`. Fails with `invalid-request` where the plan cannot be read, or never comes due. */
export function firstTime({ cron, timeZone }: Pick<Schedule, "cron" | "timeZone">, after: number): Result<number> {
  const plan = parseCron(cron);
  if (!plan.ok) return plan;
  const zone = timeZoneOf(timeZone);
  if (zone === null) return wrong("timeZone", `"${timeZone}" is no time zone, such as Europe/Berlin or UTC`);
  const next = nextDue(plan.value, zone, after);
  return next === null ? wrong("cron", `"${cron}" never comes due`) : succeed(next);
}

function wrong(path: string, message: string) {
  return fail("invalid-request", `${path}: ${message}`, [{ path, message }]);
}

function timeAfter(schedule: Schedule, after: number): number | null {
  const next = firstTime(schedule, after);
  return next.ok ? next.value : null;
}

/** It is due: it has a run to start, and its next time lies behind now. */
export function fired(schedule: Schedule, runId: string, now: number): Schedule {
  return { ...schedule, firing: { runId, dueAt: schedule.nextAt!, since: now }, nextAt: timeAfter(schedule, now) };
}

/** @param problem why the run could not be started; null where it was */
export function settled(schedule: Schedule, problem: string | null): Schedule {
  if (schedule.firing === null) return schedule;
  const { dueAt, runId } = schedule.firing;
  return { ...schedule, firing: null, last: { dueAt, runId: problem === null ? runId : null, problem } };
}

export function disabled(schedule: Schedule, reason: ScheduleDisabled): Schedule {
  return { ...settled(schedule, DISABLED_WORDS[reason]), disabled: reason, nextAt: null };
}

export function paused(schedule: Schedule): Schedule {
  return { ...schedule, isPaused: true, nextAt: null };
}

/** As the person who resumes it: one that was disabled becomes theirs. What was missed meanwhile is not made up for. */
export function resumed(schedule: Schedule, userId: string, now: number): Schedule {
  const owner = schedule.disabled === null ? schedule.userId : userId;
  return { ...schedule, userId: owner, isPaused: false, disabled: null, nextAt: timeAfter(schedule, now) };
}

/** A schedule as the API and pages show it. Instants are ISO 8601. */
export const scheduleViewSchema = z.strictObject({
  id: z.string(),
  snippet: z.string(),
  version: z.number().nullable(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable()),
  mode: z.enum(EFFECT_MODES).nullable(),
  cron: z.string(),
  timeZone: z.string(),
  userId: z.string(),
  createdAt: z.iso.datetime(),
  isPaused: z.boolean(),
  disabledReason: z.enum(Object.keys(DISABLED_WORDS) as [ScheduleDisabled]).nullable(),
  nextAt: z.iso.datetime().nullable(),
  /** The next times, if nothing changes. */
  nextTimes: z.array(z.iso.datetime()),
  last: z
    .strictObject({ dueAt: z.iso.datetime(), runId: z.string().nullable(), problem: z.string().nullable() })
    .nullable(),
});

export type ScheduleView = z.output<typeof scheduleViewSchema>;

export function toScheduleView(schedule: Schedule): ScheduleView {
  const { createdAt, disabled: disabledReason, nextAt, last, firing: _, ...rest } = schedule;
  const [plan, zone] = [parseCron(schedule.cron), timeZoneOf(schedule.timeZone)];
  const behind = plan.ok && zone !== null && nextAt !== null ? nextDues(plan.value, zone, nextAt, SHOWN_TIMES - 1) : [];
  return {
    ...rest,
    createdAt: toIso(createdAt),
    disabledReason,
    nextAt: toIsoOrNull(nextAt),
    nextTimes: nextAt === null ? [] : [nextAt, ...behind].map(toIso),
    last: last && { ...last, dueAt: toIso(last.dueAt) },
  };
}
