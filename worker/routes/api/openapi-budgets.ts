/** Budgets in `/openapi.json`. */
import * as z from "zod";
import { budgetListSchema, budgetSchema, setBudgetSchema, settleCallSchema } from "../../domain/budget.ts";
import { budgetDecisionSchema } from "../../domain/budget-wait.ts";
import { runDetailSchema } from "../../domain/run-schema.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";

const BUDGETS = "/api/budgets";

export const BUDGET_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: BUDGETS,
    summary: "What the workspace may spend on models, what it has spent, and the calls of unknown cost.",
    answers: { 200: budgetListSchema },
    problems: [],
  },
  {
    method: "put",
    path: BUDGETS,
    summary: "Set a budget, or another limit of it. Below what is spent already, nothing more is spent.",
    body: setBudgetSchema,
    answers: { 200: budgetSchema },
    problems: [...BODY_PROBLEMS, "too-many-budgets"],
  },
  {
    method: "delete",
    path: `${BUDGETS}/{budget}`,
    summary: "Delete a budget. What was spent stays counted.",
    answers: { 204: "Deleted" },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: `${BUDGETS}/calls/{call}/settlement`,
    summary: "Say what a call of unknown cost did cost. Once: a repeat answers what counts.",
    body: settleCallSchema,
    answers: { 200: z.strictObject({ id: z.string(), cost: z.number() }) },
    problems: [...BODY_PROBLEMS, "not-found"],
  },
  {
    method: "post",
    path: "/api/runs/{id}/budget-decision",
    summary: "Decide what becomes of a run that waits because a call of a model does not fit its budget.",
    body: budgetDecisionSchema,
    answers: { 200: runDetailSchema },
    problems: [...BODY_PROBLEMS, "not-found", "not-waiting", "run-finished"],
  },
];
