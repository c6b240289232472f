/**
 * Text from the workspace's model: a program's `generate({ prompt, maxTokens })`. What it costs counts in the run and in
 * every budget that it falls under. Owns the declaration; who is asked, and what a budget lets through, is the port's.
 */
import * as z from "zod";
import { type Capability, defineCapability } from "../domain/capability.ts";

/** A book's chapter. What is charged for it at worst is counted by its bytes. */
const PROMPT_CHARS = 200_000;
const SYSTEM_CHARS = 20_000;
/** Some pages of prose. */
const MAX_TOKENS = { default: 1_024, max: 16_000 };

const request = z.strictObject({
  prompt: z.string().min(1).max(PROMPT_CHARS),
  system: z.string().max(SYSTEM_CHARS).default(""),
  maxTokens: z.number().int().min(1).max(MAX_TOKENS.max).default(MAX_TOKENS.default),
});
export type GenerateRequest = z.output<typeof request>;

const answer = z.strictObject({
  text: z.string(),
  /** False where the model reached `maxTokens`, or ended for another reason than that it had said everything. */
  isWhole: z.boolean(),
  model: z.string(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  /** US dollars; null where the price is not known. */
  cost: z.number().nullable(),
});
export type GenerateAnswer = z.output<typeof answer>;

/** @throws CapabilityError for what the program may catch: a refusal of the budget, a fault of the provider */
export type GeneratePort = (request: GenerateRequest, signal: AbortSignal) => Promise<GenerateAnswer>;

export function createGenerate(generate: GeneratePort): Capability {
  return defineCapability({
    name: "generate",
    summary: "Asks the workspace's model for a text. Its cost counts in the run and in its budgets.",
    input: request,
    output: answer,
    implementation: (asked, { signal }) => generate(asked, signal),
  });
}
