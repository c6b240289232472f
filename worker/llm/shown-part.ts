/** Parts of a conversation as people read them in a record. */
import type { MessagePart } from "./provider.ts";

export function shownPart(part: MessagePart): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "thinking":
      return part.text === "" ? "" : `[thinking] ${part.text}\n`;
    case "tool-call":
      return `[calls ${part.name}] ${JSON.stringify(part.input)}\n`;
    case "tool-result":
      return `[${part.isError ? "error" : "result"} of ${part.id}] ${part.text}\n`;
  }
}
