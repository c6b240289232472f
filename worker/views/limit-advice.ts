/**
 * What people can do about a limit that a run reached. Apart from run-words.ts, which the client loads too: the ranges
 * of limits come with the schema of a whole request.
 */
import type { LimitName } from "../domain/guest-outcome.ts";
import { LIMIT_RANGES, type Limits } from "../domain/program.ts";
import { limitSentence, limitValue } from "./run-words.ts";

/** What can be done about a limit, and which field of the playground's form sets it. */
const LIMIT_ADVICE: Readonly<Record<LimitName, { readonly field: keyof Limits | null; readonly advice: string }>> = {
  time: { field: "timeoutMs", advice: "Look for a loop or a wait that does not end, or allow more time" },
  fuel: { field: "fuel", advice: "Look for a loop that does not end, or allow more work" },
  memory: {
    field: "memoryBytes",
    advice: "Keep less at once, for example by going through input line by line, or allow more memory",
  },
  stack: { field: null, advice: "Look for a recursion that does not end, or turn a deep one into a loop" },
  output: { field: "outputBytes", advice: "Print less, or allow more output" },
  "host-calls": { field: null, advice: "Ask for more at once rather than often" },
};

export interface LimitAdvice {
  readonly sentence: string;
  readonly advice: string;
  /** The field of the playground's form that raises it; null where none does, or where it is at its most. */
  readonly field: keyof Limits | null;
}

export function limitAdvice(limit: LimitName, limits: Limits): LimitAdvice {
  const { field, advice } = LIMIT_ADVICE[limit];
  const sentence = limitSentence(limit, limits);
  if (field === null) return { sentence, advice: `${advice}.`, field };
  const { max } = LIMIT_RANGES[field];
  if (limits[field] >= max)
    return { sentence, advice: `${advice.split(", or allow")[0]}: this is the most there is.`, field: null };
  return { sentence, advice: `${advice}: up to ${limitValue(limit, { ...limits, [field]: max })}.`, field };
}
