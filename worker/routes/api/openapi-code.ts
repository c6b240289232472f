/** Programs of code mode and the effects of their writes in `/openapi.json`. */
import { codeExecuteSchema } from "../../domain/code-execution.ts";
import { decisionRequestSchema, effectSheetSchema, effectsSummarySchema } from "../../domain/effect-sheet-schema.ts";
import { acceptedAnswerSchema, executeAnswerSchema } from "../../domain/run-schema.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";

export const codeExecuteAnswerSchema = executeAnswerSchema.extend({ effects: effectsSummarySchema });

export const CODE_OPERATIONS: readonly Operation[] = [
  {
    method: "post",
    path: "/api/code/execute",
    summary:
      "Run a TypeScript program that calls capabilities. In review its writes wait on the run's effect sheet; in auto they are made at once. A token needs items:read and items:write for what the manifest names.",
    body: codeExecuteSchema,
    headers: [
      { name: "Prefer", description: "respond-async: answer 202 as soon as the run is accepted." },
      { name: "Idempotency-Key", description: "A repeated request with the same key finds its run." },
    ],
    answers: { 200: codeExecuteAnswerSchema, 202: acceptedAnswerSchema },
    problems: [...BODY_PROBLEMS, "idempotency-key-reused", "lane-full"],
  },
  {
    method: "get",
    path: "/api/runs/{id}/effects",
    summary: "The effect sheet of a run: each write that its program asked for, and what became of it.",
    answers: { 200: effectSheetSchema },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: "/api/runs/{id}/effects/decisions",
    summary:
      "Approve, reject or take back effects by their numbers, or all that are not written; edit the fields of one.",
    body: decisionRequestSchema,
    answers: { 200: effectSheetSchema },
    problems: ["not-found", ...BODY_PROBLEMS, "run-active", "effect-settled", "sheet-superseded"],
  },
  {
    method: "post",
    path: "/api/runs/{id}/effects/apply",
    summary: "Write what was approved. What was changed meanwhile is not written: it shows as drifted.",
    answers: { 200: effectSheetSchema },
    problems: ["not-found", "run-active", "nothing-to-do", "sheet-superseded"],
  },
  {
    method: "post",
    path: "/api/runs/{id}/effects/undo",
    summary: "Take back what was written. What was changed since stays, and shows as kept.",
    answers: { 200: effectSheetSchema },
    problems: ["not-found", "run-active", "nothing-to-do", "sheet-superseded"],
  },
];
