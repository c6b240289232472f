/** Models for clients of OpenAI's API in `/openapi.json`. The answers are OpenAI's own shapes. */
import * as z from "zod";
import { chatCompletionSchema } from "../../llm/chat-completion-request.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";

/** What is refused under `/v1`, in place of a problem. */
export const openaiErrorSchema = z.object({
  error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() }),
});

export const MODEL_OPERATIONS: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/chat/completions",
    summary:
      "Ask a model of the workspace, as clients of OpenAI do: whole, or with `stream` as server-sent events. The name says by which key. Recorded and limited like every call.",
    body: chatCompletionSchema,
    answers: { 200: "A chat.completion, or chat.completion.chunk events that end with [DONE]" },
    problems: [...BODY_PROBLEMS, "model-not-found"],
  },
  {
    method: "get",
    path: "/v1/models",
    summary:
      "The models that can be named: `default`, those of the workspace's keys, and all known ones of their providers.",
    answers: { 200: "A list of models" },
    problems: [],
  },
  {
    method: "get",
    path: "/v1/models/{model}",
    summary: "One model by a name that can be asked for, with its slashes as they are or escaped.",
    answers: { 200: "A model" },
    problems: ["model-not-found"],
  },
];
