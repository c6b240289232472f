/** The global of a run that may ask the workspace's model, as `worker/capabilities/model.ts` declares it. */

declare function generate(request: {
  prompt: string;
  system?: string;
  /** At most 16,000; 1,024 where it is left out. */
  maxTokens?: number;
}): Promise<{
  text: string;
  /** False where the model did not say everything. */
  isWhole: boolean;
  model: string;
  inputTokens: number;
  outputTokens: number;
  /** US dollars; null where the price is not known. */
  cost: number | null;
}>;
