/**
 * Asks a model for one program and hands its text out as it is written. Owns the prompt, the bounds of question and
 * answer, and what counts as an answer; does not run, check or store the program; retry.ts retries.
 * Invariant: the text events, joined, are the program of `done`; without `done` there is no program.
 */
import type { PlaygroundMode } from "../domain/playground-modes.ts";
import { createFencedProgramReader } from "./fenced-program.ts";
import { systemPrompt, userPrompt } from "./program-prompt.ts";
import {
  ModelError,
  type ModelEvent,
  type ModelUsage,
  type Provider,
  type ProviderName,
  type Retry,
} from "./provider.ts";

export const GENERATION_BOUNDS = {
  /** A page of prose: what a person types, and far below what any model takes. */
  descriptionChars: 4_000,
  /** The program that is to be changed, in the prompt. */
  currentChars: 100_000,
  /** The whole answer, prose included. Longer than any program that a person would read. */
  answerChars: 200_000,
  /** Some 1,500 lines, with room for reasoning, and within what small local models allow. */
  answerTokens: 16_000,
} as const;

export interface GenerationRequest {
  readonly provider: Provider;
  /** What the program is to do, in the person's words. */
  readonly description: string;
  readonly language: PlaygroundMode;
  /** A program that is to be changed rather than written anew. */
  readonly current?: string | undefined;
  readonly signal: AbortSignal;
}

export type GenerationEvent =
  | { readonly type: "text"; readonly text: string }
  | Extract<ModelEvent, { type: "retry" | "wait" | "fallback" }>
  | {
      readonly type: "done";
      readonly program: string;
      readonly usage: ModelUsage;
      readonly model: string;
      readonly provider: ProviderName;
      /** True where no model was called: such a program must be labelled. */
      readonly isMock: boolean;
      /** The attempts that failed before. */
      readonly retries: readonly Retry[];
    };

/**
 * Throws {@link ModelError}: `bad-request` where the question is out of bounds, the model declined, or its answer is
 * empty or too long; otherwise the provider's own. Where the call was paid for, the error says what it used.
 */
export async function* generateProgram(request: GenerationRequest): AsyncGenerator<GenerationEvent> {
  checkQuestion(request);
  const { provider, language, description, current, signal } = request;
  const reader = createFencedProgramReader();
  let program = "";
  let answerChars = 0;
  for await (const event of provider.stream({
    model: provider.defaultModel,
    system: systemPrompt(language),
    messages: [{ role: "user", text: userPrompt(language, description, current) }],
    maxTokens: GENERATION_BOUNDS.answerTokens,
    signal,
  })) {
    if (event.type === "text") {
      answerChars += event.text.length;
      if (answerChars > GENERATION_BOUNDS.answerChars) throw tooLong();
      const text = reader.push(event.text);
      program += text;
      if (text !== "") yield { type: "text", text };
      continue;
    }
    // Thinking is not part of the program, and tools were not offered.
    if (event.type === "retry" || event.type === "wait" || event.type === "fallback") yield event;
    if (event.type !== "done") continue;
    const rest = reader.finish();
    program += rest;
    checkAnswer(event, program);
    if (rest !== "") yield { type: "text", text: rest };
    const { usage, model, retries = [] } = event;
    yield { type: "done", program, usage, model, provider: provider.name, isMock: provider.name === "mock", retries };
  }
}

function checkQuestion({ description, current }: GenerationRequest): void {
  const { descriptionChars, currentChars } = GENERATION_BOUNDS;
  if (description.trim() === "") throw new ModelError("bad-request", "Describe what the program is to do.");
  if (description.length > descriptionChars) {
    const text = `The description has ${description.length} characters; at most ${descriptionChars} are allowed.`;
    throw new ModelError("bad-request", text);
  }
  if (current !== undefined && current.length > currentChars) {
    const text = `The current program has ${current.length} characters; at most ${currentChars} are allowed.`;
    throw new ModelError("bad-request", text);
  }
}

function tooLong(): ModelError {
  const text = `The answer is longer than ${GENERATION_BOUNDS.answerChars} characters. Ask for a smaller program.`;
  return new ModelError("bad-request", text);
}

function checkAnswer({ stopReason, usage }: Extract<ModelEvent, { type: "done" }>, program: string): void {
  if (stopReason === "refusal")
    throw new ModelError("bad-request", "The model declined to write this program.", { usage });
  if (stopReason === "max-tokens") {
    const text =
      "The model reached the limit of its answer before the program was complete. Ask for a smaller program.";
    throw new ModelError("bad-request", text, { usage });
  }
  if (program.trim() === "") {
    throw new ModelError(
      "bad-request",
      "The model answered without a program. Describe it differently and try again.",
      {
        usage,
      },
    );
  }
}
