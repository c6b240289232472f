/** Programs of code mode and the effects of their writes in `/openapi.json`. */
import * as z from "zod";
import { codeExecuteSchema } from "../../domain/code-execution.ts";
import { decisionRequestSchema, effectSheetSchema, effectsSummarySchema } from "../../domain/effect-sheet-schema.ts";
import { forkRequestSchema, hostCallPageSchema } from "../../domain/fork.ts";
import { acceptedAnswerSchema, executeAnswerSchema } from "../../domain/run-schema.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";
import { hostCallQuerySchema } from "./run-forks.ts";

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
    summary:
      "Write what was approved. What was changed meanwhile is not written: it shows as drifted. Where something approved depends on what was rejected, nothing is written: 202, and the program runs again without that, as the run that is named.",
    answers: { 200: effectSheetSchema, 202: acceptedAnswerSchema.extend({ without: z.number() }) },
    problems: ["not-found", "run-active", "nothing-to-do", "sheet-superseded"],
  },
  {
    method: "post",
    path: "/api/runs/{id}/effects/undo",
    summary: "Take back what was written. What was changed since stays, and shows as kept.",
    answers: { 200: effectSheetSchema },
    problems: ["not-found", "run-active", "nothing-to-do", "sheet-superseded"],
  },
  {
    method: "get",
    path: "/api/runs/{id}/calls",
    summary: "What the program of an ended run asked of the host, in order, with the answers. Long texts are cut.",
    query: hostCallQuerySchema,
    answers: { 200: hostCallPageSchema },
    problems: ["not-found", "run-active", "not-replayable", "invalid-request"],
  },
  {
    method: "post",
    path: "/api/runs/{id}/fork",
    summary:
      "Start a run that begins as this one did: the same program, seed and answers up to one host call, which may get another answer; or another program, as far as it makes the same calls. Its writes wait for review.",
    body: forkRequestSchema,
    answers: { 202: acceptedAnswerSchema },
    problems: ["not-found", ...BODY_PROBLEMS, "run-active", "not-replayable", "lane-full"],
  },
];
