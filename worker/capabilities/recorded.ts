/**
 * Capabilities that answer as they did in another run, as far as the program makes the same calls. From the first call
 * that differs, or from the one at which the run is forked, the host is asked.
 */
import { type Capability, type CapabilityContext, CapabilityError } from "../domain/capability.ts";
import type { Fork, RecordedAnswer } from "../domain/fork.ts";
import type { JsonValue } from "../domain/guest-outcome.ts";

/** Told of each call that is answered without asking the host: a write among them is still on the sheet. */
export type OnRecorded = (capability: string, input: unknown, context: CapabilityContext) => Promise<void>;

export function withRecordedAnswers(
  capabilities: readonly Capability[],
  fork: Fork,
  onRecorded: OnRecorded,
): readonly Capability[] {
  let isSame = true;
  const recordedAnswer = (name: string, input: unknown, call: number): RecordedAnswer | null => {
    if (call > fork.call || !isSame) return null;
    if (call === fork.call) return fork.answer;
    const recorded = fork.recorded[call];
    isSame = recorded?.capability === name && inputOf(recorded) === JSON.stringify(input);
    return isSame ? recorded!.answer : null;
  };
  return capabilities.map((capability) => ({
    ...capability,
    async call(input, context) {
      const answer = recordedAnswer(capability.name, input, context.call);
      if (answer === null) return capability.call(input, context);
      await onRecorded(capability.name, input, context);
      if ("error" in answer) throw new CapabilityError(answer.error.name, answer.error.message);
      return JSON.parse(answer.value) as JsonValue;
    },
  }));
}

/** The line that asked is part of what is recorded, and may be another one in a changed program. */
function inputOf({ capability, input }: Fork["recorded"][number]): string {
  return capability.includes(".") ? JSON.stringify((JSON.parse(input) as { input?: unknown }).input ?? {}) : input;
}
