/** What was just done, as a sentence; nothing for null. */
import { Icon } from "./icon.tsx";

export function DoneNotice({ text }: { readonly text: string | null }) {
  if (text === null) return null;
  return (
    <p class="notice notice-succeeded" role="status">
      <Icon name="check" /> {text}
    </p>
  );
}
