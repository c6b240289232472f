/** Budgets as the API and the pages show them, and what may be asked of them. Amounts outside are in US dollars. */
import * as z from "zod";
import { type BudgetPeriod, type BudgetSubject, PERIODS } from "./budget-state.ts";

/** More than anybody means to spend on models: a slip of the keyboard. */
const DOLLARS_MAX = 1_000_000;

const usd = z
  .number("must be a number of US dollars")
  .min(0, "must be 0 or more")
  .max(DOLLARS_MAX, `must be ${DOLLARS_MAX} or less`);
/** No blanks: names of agents, keys of repositories, ids of runs. */
export const subjectIdSchema = z
  .string()
  .regex(/^[^\s]{1,100}$/, "must be a name without blanks, of at most 100 characters");

export const subjectSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("workspace") }),
  z.strictObject({ kind: z.enum(["agent", "repository", "run"]), id: subjectIdSchema }),
]);

export const setBudgetSchema = z
  .strictObject({ subject: subjectSchema, period: z.enum(["day", "month", "always"]), limit: usd })
  .refine(({ subject, period }) => PERIODS[subject.kind].includes(period), {
    path: ["period"],
    message: "must be day or month, or always for a run",
  });
export type SetBudget = z.output<typeof setBudgetSchema>;

export const settleCallSchema = z.strictObject({ cost: usd });

export const budgetSchema = z.strictObject({
  /** Names the subject and the period: `workspace:day`, `run:always:*` for each run. */
  id: z.string(),
  subject: subjectSchema,
  period: z.enum(["day", "month", "always"]),
  limit: z.number(),
  spent: z.number(),
  /** Held back for calls that are under way or of unknown outcome. */
  reserved: z.number(),
  /** 0 where more is spent than a limit that was lowered. */
  left: z.number(),
  /** Of the limit, in percent, rounded down; null for a limit of 0. */
  percent: z.number().nullable(),
  /** What must be known about it. */
  note: z.string().nullable(),
});
export type Budget = z.output<typeof budgetSchema>;

export const unknownCallSchema = z.strictObject({ id: z.string(), bound: z.number(), reservedAt: z.iso.datetime() });

export const budgetListSchema = z.strictObject({
  /** By the workspace, in this day and month of UTC, with budgets and without. */
  spent: z.strictObject({ day: z.number(), month: z.number() }),
  budgets: z.array(budgetSchema),
  /** The oldest calls of which nobody knows what became; each counts with its worst case until it is settled. */
  unknown: z.array(unknownCallSchema),
  unknownCount: z.number(),
});
export type BudgetList = z.output<typeof budgetListSchema>;

export function subjectWords(subject: BudgetSubject): string {
  if (subject.kind === "workspace") return "the workspace";
  if (subject.kind === "run") return subject.id === "*" ? "each run" : `the run ${subject.id}`;
  return `the ${subject.kind} ${subject.id}`;
}

export const PERIOD_WORDS: Readonly<Record<BudgetPeriod, string>> = {
  day: "a day",
  month: "a month",
  always: "in all",
};
