/**
 * A run whose call of a model does not fit its budget, and waits for a person: what is shown of it, and what may be chosen.
 */
import * as z from "zod";

/** Somebody who does not come back within this time has decided nothing: the program then sees an error. */
export const DECISION_MS = 30 * 60_000;

export const modelSpendingSchema = z.strictObject({
  calls: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  costMicros: z.number().nullable(),
});

export const budgetWaitSchema = z.strictObject({
  /** A sentence on which budget stands in the way of what. */
  sentence: z.string(),
  /** The cap's id, as the list of budgets has it. */
  budget: z.string(),
  neededMicros: z.number(),
  leftMicros: z.number(),
  since: z.iso.datetime(),
  /** When the program sees an error instead. */
  until: z.iso.datetime(),
});
export type BudgetWait = z.output<typeof budgetWaitSchema>;

export const BUDGET_DECISIONS = ["stop", "raise", "finish-cheaply"] as const;

const DOLLARS_MAX = 1_000_000;

export const budgetDecisionSchema = z.discriminatedUnion("decision", [
  z.strictObject({ decision: z.literal("stop") }),
  z.strictObject({ decision: z.literal("finish-cheaply") }),
  z.strictObject({
    decision: z.literal("raise"),
    /** US dollars that the limit grows by. */
    by: z
      .number("must be a number of US dollars")
      .positive("must be more than 0")
      .max(DOLLARS_MAX, `must be ${DOLLARS_MAX} or less`),
  }),
]);
export type BudgetDecision = z.output<typeof budgetDecisionSchema>;
