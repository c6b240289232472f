/** The body of `POST /api/code/execute`: a program with its manifest. Owns its shape; who may ask for what is decided elsewhere. */
import type * as z from "zod";
import { manifestSchema } from "./code-grants.ts";
import { grantsSchema } from "./grants.ts";
import { checkFiles, programShape } from "./program.ts";

export const codeExecuteSchema = manifestSchema
  .extend({
    ...programShape,
    /** Origins that `http.get` may reach, of those that the operator allows. */
    origins: grantsSchema.shape.fetch,
  })
  .superRefine((body, context) => checkFiles({ ...body, language: "typescript" }, context));

export type CodeExecuteRequest = z.output<typeof codeExecuteSchema>;
