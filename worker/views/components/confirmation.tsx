/**
 * A button that asks first: it opens the sentence that says what goes with it, and the button that does it. Works without
 * scripts and by keyboard; there for those alone who may.
 */
import type { Child } from "hono/jsx";
import { Allowed, PostForm } from "./allowed.tsx";

interface ConfirmationProps {
  readonly action: string;
  /** What stands on the button that asks, and how quiet it is. */
  readonly ask: Child;
  readonly tone?: "danger" | "quiet";
  /** What goes with it, in a sentence. */
  readonly consequence: Child;
  /** What stands on the button that does it. */
  readonly submit: Child;
  /** Hidden fields. */
  readonly children?: Child;
}

export function Confirmation({ action, ask, tone = "quiet", consequence, submit, children }: ConfirmationProps) {
  return (
    <Allowed post={action}>
      <details class="confirmation">
        <summary class={`button ${tone}`}>{ask}</summary>
        <PostForm action={action}>
          {children}
          <p>{consequence}</p>
          <button type="submit" class="button danger">
            {submit}
          </button>
        </PostForm>
      </details>
    </Allowed>
  );
}
