/**
 * A state as icon, word and colour, never as colour alone. The one place that knows how each state looks.
 */
import type { RunStateName, StepState } from "../../domain/run.ts";
import type { IconName } from "../icon-names.ts";
import { Icon } from "./icon.tsx";

export type Tone = "success" | "running" | "queued" | "warning" | "failed" | "cancelled";

export interface StateLook {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly word: string;
}

export const RUN_LOOKS: Readonly<Record<RunStateName, StateLook>> = {
  queued: { tone: "queued", icon: "clock", word: "Queued" },
  running: { tone: "running", icon: "loader-circle", word: "Running" },
  succeeded: { tone: "success", icon: "circle-check", word: "Succeeded" },
  failed: { tone: "failed", icon: "circle-x", word: "Failed" },
  cancelled: { tone: "cancelled", icon: "ban", word: "Cancelled" },
  "timed-out": { tone: "warning", icon: "timer-off", word: "Timed out" },
};

export const STEP_LOOKS: Readonly<Record<StepState, StateLook>> = {
  pending: { tone: "queued", icon: "circle", word: "Pending" },
  running: { tone: "running", icon: "loader-circle", word: "Running" },
  succeeded: { tone: "success", icon: "circle-check", word: "Succeeded" },
  failed: { tone: "failed", icon: "circle-x", word: "Failed" },
  cancelled: { tone: "cancelled", icon: "ban", word: "Cancelled" },
};

export interface StatusBadgeProps {
  readonly state: RunStateName;
  readonly large?: boolean;
}

export function StatusBadge({ state, large }: StatusBadgeProps) {
  return <StateBadge look={RUN_LOOKS[state]} large={large} />;
}

/** Any state, by its look. */
export function StateBadge({ look, large }: { readonly look: StateLook; readonly large?: boolean | undefined }) {
  return (
    <span class={large ? "status status-large" : "status"} data-tone={look.tone}>
      <Icon name={look.icon} /> {look.word}
    </span>
  );
}

/** The state of a step: the icon is seen, the word is read out. */
export function StepIcon({ state }: { readonly state: StepState }) {
  const look = STEP_LOOKS[state];
  return (
    <span class="status" data-tone={look.tone}>
      <Icon name={look.icon} />
      <span class="visually-hidden">{look.word}</span>
    </span>
  );
}
