/** Calls of models in `/openapi.json`. */

import * as z from "zod";
import { executionListSchema, executionSchema } from "../../domain/execution.ts";
import { executionQuerySchema } from "./executions.ts";
import type { Operation } from "./openapi-operation.ts";

const textsSchema = executionSchema.extend({
  /** Null where they are not kept. */
  prompt: z.string().nullable(),
  answer: z.string().nullable(),
});

export const EXECUTION_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/api/executions",
    summary: "List the workspace's calls of models, newest first, by source, provider, model, outcome and days.",
    query: executionQuerySchema,
    answers: { 200: executionListSchema },
    problems: ["invalid-request", "bad-cursor"],
  },
  {
    method: "get",
    path: "/api/executions/{id}",
    summary: "One call, with its prompt and answer for as long as the workspace keeps them.",
    answers: { 200: textsSchema },
    problems: ["not-found"],
  },
];
