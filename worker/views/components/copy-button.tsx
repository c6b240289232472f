/**
 * Copies a text that is known to the page. Hidden without a script, since it could do nothing.
 */
import { Icon } from "./icon.tsx";

export interface CopyButtonProps {
  /** The text itself, or the id of the element whose text is taken. */
  readonly text?: string;
  readonly fromId?: string;
  readonly label?: string;
}

export function CopyButton({ text, fromId, label = "Copy" }: CopyButtonProps) {
  return (
    <button type="button" class="button quiet needs-script" data-copy={text ?? ""} data-copy-from={fromId}>
      <Icon name="copy" /> <span data-copy-label>{label}</span>
    </button>
  );
}
