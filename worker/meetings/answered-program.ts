/**
 * The one program of a model's answer. Nothing is guessed: two programs, half a program or none is an outcome of its own,
 * with a sentence that the model can act on.
 */
import { fencedBlocks } from "../llm/fenced-program.ts";
import type { StopReason } from "../llm/provider.ts";

/** The longest program that is checked and run. */
export const PROGRAM_CHARS = 120_000;

export type AnsweredProgram =
  | { readonly kind: "program"; readonly program: string }
  /** The answer may be mended: the model is told once. */
  | { readonly kind: "unusable"; readonly problem: string }
  | { readonly kind: "refused" }
  /** The answer reached its limit. */
  | { readonly kind: "cut" };

export function answeredProgram(answer: string, stopReason: StopReason): AnsweredProgram {
  if (stopReason === "refusal") return { kind: "refused" };
  if (stopReason === "max-tokens") return { kind: "cut" };
  const blocks = fencedBlocks(answer);
  const [first, ...others] = blocks;
  if (first === undefined) {
    return unusable("The answer has no fenced code block. Answer with exactly one that holds the whole program.");
  }
  if (others.length > 0) {
    return unusable(
      `The answer has ${blocks.length} fenced code blocks. Answer with exactly one that holds the whole program.`,
    );
  }
  if (!first.isClosed) {
    return unusable(
      "The code block of the answer was never closed, so that its end may be missing. Answer with all of it.",
    );
  }
  if (first.code.length > PROGRAM_CHARS) {
    return unusable(
      `The program has ${first.code.length} characters; at most ${PROGRAM_CHARS} are taken. Write a shorter one.`,
    );
  }
  return { kind: "program", program: first.code };
}

function unusable(problem: string): AnsweredProgram {
  return { kind: "unusable", problem };
}
