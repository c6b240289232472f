/**
 * A modal `<dialog>`. Opens through a button with `data-dialog={id}` and closes with Escape, or with its own button.
 */
import type { Child } from "hono/jsx";
import { Icon } from "./icon.tsx";

export interface DialogProps {
  readonly id: string;
  readonly title: string;
  readonly children: Child;
}

export function Dialog({ id, title, children }: DialogProps) {
  return (
    <dialog id={id} class="dialog" aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        <form method="dialog">
          <button class="icon-button" type="submit" aria-label="Close">
            <Icon name="x" />
          </button>
        </form>
      </header>
      {children}
    </dialog>
  );
}
