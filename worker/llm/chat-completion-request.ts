/**
 * What the gateway takes as a chat completion, and the request of ours that it stands for. OpenAI's shape
 * (platform.openai.com/docs/api-reference/chat/create), so that clients of OpenAI need no change.
 * Invariant: a field that would change the meaning of the answer is obeyed or refused, never left out in silence.
 */
import * as z from "zod";
import { type Failure, fail, type Result } from "../domain/errors.ts";
import { type Effort, thinkingTokensOf } from "./effort.ts";
import { type MessagePart, type ModelMessage, type ModelRequest, partsOf, type ToolChoice } from "./provider.ts";
import { toolCallOf } from "./tool-call.ts";

/** Answers as long as a page of code. Who wants more says so: the bound is what a budget must hold ready. */
export const DEFAULT_ANSWER_TOKENS = 8_192;
/** More than any model writes at once. */
const ANSWER_TOKENS_MAX = 1_000_000;
/** Least budget that every provider takes. */
const THINKING_TOKENS_MIN = 1_024;
const MESSAGES_MAX = 10_000;
const TOOLS_MAX = 128;
const NO_MODEL = "must name a model: GET /v1/models lists them";
/** The model of this name is whichever the workspace has chosen. */
export const DEFAULT_MODEL_ALIAS = "default";

const textPartSchema = z.object({
  type: z.literal("text", "must be text: images, sound and files are not taken"),
  text: z.string(),
});
const contentSchema = z.union(
  [z.string(), z.array(textPartSchema)],
  "must be text, or a list of parts of type text: images, sound and files are not passed on",
);
const toolCallSchema = z.object({
  id: z.string().min(1).max(256),
  type: z.literal("function").default("function"),
  function: z.object({ name: z.string().min(1).max(64), arguments: z.string() }),
});
const messageSchema = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "developer"]), content: contentSchema }),
  z.object({ role: z.literal("user"), content: contentSchema }),
  z.object({
    role: z.literal("assistant"),
    content: contentSchema.nullish(),
    tool_calls: z.array(toolCallSchema).nullish(),
  }),
  z.object({ role: z.literal("tool"), tool_call_id: z.string().min(1).max(256), content: contentSchema }),
]);
const nameSchema = z.string().regex(/^[\w-]{1,64}$/, "must be 1 to 64 letters, digits, _ and -");

/** A field that may only have the value that it has anyway. */
const only = <T extends z.ZodType>(schema: T, name: string) =>
  schema.nullish().describe(`The gateway does not offer ${name}.`);

export const chatCompletionSchema = z.object({
  model: z.string(NO_MODEL).trim().min(1, NO_MODEL).max(200, "is longer than 200 characters"),
  messages: z
    .array(messageSchema, "must be a list of messages")
    .min(1, "must have at least one message")
    .max(MESSAGES_MAX, `must have ${MESSAGES_MAX} messages at most`),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).max(ANSWER_TOKENS_MAX).nullish(),
  max_completion_tokens: z.int().min(1).max(ANSWER_TOKENS_MAX).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  reasoning_effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]).nullish(),
  tools: z
    .array(
      z.object({
        type: z.literal("function", "must be function"),
        function: z.object({
          name: nameSchema,
          description: z.string().optional(),
          parameters: z.record(z.string(), z.unknown()).optional(),
        }),
      }),
    )
    .max(TOOLS_MAX)
    .nullish(),
  tool_choice: z
    .union([
      z.enum(["auto", "required", "none"]),
      z.object({ type: z.literal("function"), function: z.object({ name: nameSchema }) }),
    ])
    .nullish(),
  n: only(z.literal(1, "must be 1: ask again for another answer"), "several answers at once"),
  stop: only(z.array(z.string()).max(0, "is not taken: cut the answer where you need it"), "stop sequences"),
  response_format: only(
    z.object({ type: z.literal("text", "must be text: offer a tool with a schema instead") }),
    "formats of the whole answer",
  ),
  logprobs: only(z.literal(false, "must be false"), "log probabilities"),
});
export type ChatCompletionRequest = z.output<typeof chatCompletionSchema>;

/**
 * The request of ours. A failure names the field in `errors`, as a check of the schema does.
 * @param model what the body's name means
 */
export function modelRequestOf(body: ChatCompletionRequest, model: string, signal: AbortSignal): Result<ModelRequest> {
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? DEFAULT_ANSWER_TOKENS;
  const messages = conversationOf(body.messages);
  if (!messages.ok) return messages;
  const tools = (body.tools ?? []).map(({ function: { name, description = "", parameters } }) => ({
    ...{ name, description },
    inputSchema: parameters ?? { type: "object", properties: {} },
  }));
  const choice = toolChoiceOf(body.tool_choice);
  if (typeof choice === "object" && !tools.some(({ name }) => name === choice.name)) {
    return invalid("tool_choice.function.name", "names none of the tools");
  }
  if (choice === "required" && tools.length === 0) return invalid("tool_choice", "asks for tools, and there are none");
  const thinkingTokens = thinkingOf(body.reasoning_effort, maxTokens);
  return {
    ok: true,
    value: {
      ...{ model, maxTokens, signal },
      system: body.messages.flatMap((each) => (isSystem(each) ? [textOf(each.content)] : [])).join("\n\n"),
      messages: messages.value,
      ...(tools.length === 0 ? {} : { tools }),
      ...(choice === undefined ? {} : { toolChoice: choice }),
      ...(thinkingTokens === null ? {} : { thinkingTokens }),
      ...(typeof body.temperature === "number" ? { temperature: body.temperature } : {}),
      cacheSystem: true,
    },
  };
}

type ChatMessage = ChatCompletionRequest["messages"][number];

function isSystem(message: ChatMessage): message is Extract<ChatMessage, { role: "system" | "developer" }> {
  return message.role === "system" || message.role === "developer";
}

/** Neighbours of one role become one message: results of tools are parts of the user's next one. */
function conversationOf(messages: readonly ChatMessage[]): Result<ModelMessage[]> {
  const conversation: { role: ModelMessage["role"]; parts: MessagePart[] }[] = [];
  for (const [at, message] of messages.entries()) {
    if (isSystem(message)) continue;
    const parts =
      message.role === "assistant" ? assistantParts(message, at) : { ok: true as const, value: userParts(message) };
    if (!parts.ok) return parts;
    const role = message.role === "assistant" ? "assistant" : "user";
    const last = conversation.at(-1);
    if (last?.role === role) last.parts.push(...parts.value);
    else conversation.push({ role, parts: parts.value });
  }
  if (conversation[0]?.role !== "user") return invalid("messages", "must begin with a message of the user");
  return { ok: true, value: conversation.map(plainWherePossible) };
}

function userParts(message: Extract<ChatMessage, { role: "user" | "tool" }>): MessagePart[] {
  const text = textOf(message.content);
  if (message.role === "tool") return [{ type: "tool-result", id: message.tool_call_id, text }];
  return [{ type: "text", text }];
}

function assistantParts(message: Extract<ChatMessage, { role: "assistant" }>, at: number): Result<MessagePart[]> {
  const text = textOf(message.content ?? "");
  const parts: MessagePart[] = text === "" ? [] : [{ type: "text", text }];
  for (const [index, { id, function: called }] of (message.tool_calls ?? []).entries()) {
    const call = toolCallOf({ id, name: called.name, inputText: called.arguments });
    if (call.type !== "tool-call")
      return invalid(`messages.${at}.tool_calls.${index}.function.arguments`, call.problem);
    parts.push(call);
  }
  return { ok: true, value: parts };
}

function plainWherePossible({ role, parts }: { role: ModelMessage["role"]; parts: MessagePart[] }): ModelMessage {
  const [first, ...others] = partsOf({ role, parts });
  return first?.type === "text" && others.length === 0 ? { role, text: first.text } : { role, parts };
}

function textOf(content: z.output<typeof contentSchema>): string {
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
}

function toolChoiceOf(choice: ChatCompletionRequest["tool_choice"]): ToolChoice | undefined {
  if (choice === null || choice === undefined) return undefined;
  return typeof choice === "string" ? choice : { name: choice.function.name };
}

const EFFORT_OF: Readonly<Record<string, Effort>> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
};

/** Null where nothing is asked for, or where the answer is too short to think in it. */
function thinkingOf(effort: ChatCompletionRequest["reasoning_effort"], maxTokens: number): number | null {
  const asked = EFFORT_OF[effort ?? ""];
  if (asked === undefined) return null;
  const tokens = Math.min(thinkingTokensOf(asked), maxTokens - 1);
  return tokens < THINKING_TOKENS_MIN ? null : tokens;
}

function invalid(path: string, message: string): Failure {
  return { ...fail("invalid-request", `${path} ${message}.`), errors: [{ path, message }] };
}
