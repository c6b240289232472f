/** A text to paste elsewhere, with a button that copies it. */
import { CopyButton } from "./copy-button.tsx";

export function Command({ id, text }: { readonly id: string; readonly text: string }) {
  return (
    <div class="command">
      <pre id={`command-${id}`} tabindex={0}>
        {text}
      </pre>
      <CopyButton fromId={`command-${id}`} />
    </div>
  );
}
