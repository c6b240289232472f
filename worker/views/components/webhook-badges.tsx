/** States of endpoints and of their messages, each as icon, word and colour. */
import { messageLook, type ShownMessage } from "../webhook-words.ts";
import { Icon } from "./icon.tsx";
import type { StateLook } from "./status-badge.tsx";

function Badge({ look, large }: { readonly look: StateLook; readonly large?: boolean | undefined }) {
  return (
    <span class={large ? "status status-large" : "status"} data-tone={look.tone}>
      <Icon name={look.icon} /> {look.word}
    </span>
  );
}

export function EndpointBadge({ isEnabled, large }: { readonly isEnabled: boolean; readonly large?: boolean }) {
  const look: StateLook = isEnabled
    ? { tone: "success", icon: "circle-check", word: "Enabled" }
    : { tone: "cancelled", icon: "ban", word: "Disabled" };
  return <Badge look={look} large={large} />;
}

export function MessageBadge({ message, large }: { readonly message: ShownMessage; readonly large?: boolean }) {
  return <Badge look={messageLook(message)} large={large} />;
}
