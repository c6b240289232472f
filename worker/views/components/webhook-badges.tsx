/** States of endpoints and of their messages, each as icon, word and colour. */
import { messageLook, type ShownMessage } from "../webhook-words.ts";
import { StateBadge, type StateLook } from "./status-badge.tsx";

export function EndpointBadge({ isEnabled, large }: { readonly isEnabled: boolean; readonly large?: boolean }) {
  const look: StateLook = isEnabled
    ? { tone: "success", icon: "circle-check", word: "Enabled" }
    : { tone: "cancelled", icon: "ban", word: "Disabled" };
  return <StateBadge look={look} large={large} />;
}

export function MessageBadge({ message, large }: { readonly message: ShownMessage; readonly large?: boolean }) {
  return <StateBadge look={messageLook(message)} large={large} />;
}
