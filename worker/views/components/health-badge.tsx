/** How a part or the whole is, as icon, word and colour. */
import type { HealthState } from "../../domain/health.ts";
import { Icon } from "./icon.tsx";
import type { StateLook } from "./status-badge.tsx";

const LOOKS: Readonly<Record<HealthState, StateLook>> = {
  ok: { tone: "success", icon: "circle-check", word: "Well" },
  degraded: { tone: "warning", icon: "triangle-alert", word: "Degraded" },
  down: { tone: "failed", icon: "circle-x", word: "Down" },
};

export function HealthBadge({ status, large }: { readonly status: HealthState; readonly large?: boolean }) {
  const look = LOOKS[status];
  return (
    <span class={large ? "status status-large" : "status"} data-tone={look.tone}>
      <Icon name={look.icon} /> {look.word}
    </span>
  );
}
