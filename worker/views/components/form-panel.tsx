/** A form in a panel of its own, with its heading and its button; there for those alone who may send it. */
import type { Child } from "hono/jsx";
import { Allowed, PostForm, ReadableForm } from "./allowed.tsx";

interface FormPanelProps {
  /** Different for each panel of a page. */
  readonly name: string;
  readonly title: Child;
  readonly action: string;
  /** What stands on the button. */
  readonly submit: Child;
  /** Whether the button is what the page is for, or ends something for good. */
  readonly tone?: "primary" | "danger";
  /** Before the form. */
  readonly intro?: Child;
  /** Beside the button. */
  readonly more?: Child;
  /** Its fields are worth reading also for those who may not send it. */
  readonly isReadable?: boolean;
  readonly children?: Child;
}

export function FormPanel({ isReadable = false, ...props }: FormPanelProps) {
  if (isReadable) return <Panel {...props} Form={ReadableForm} />;
  return (
    <Allowed post={props.action}>
      <Panel {...props} Form={PostForm} />
    </Allowed>
  );
}

type PanelProps = Omit<FormPanelProps, "isReadable"> & { readonly Form: typeof PostForm };

function Panel({ name, title, action, submit, tone, intro, more, children, Form }: PanelProps) {
  return (
    <section class="panel" aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{title}</h2>
      {intro}
      <Form class="settings-form" action={action}>
        {children}
        <Allowed post={action}>
          <div class="actions">
            <button type="submit" class={tone === undefined ? "button" : `button ${tone}`}>
              {submit}
            </button>
            {more}
          </div>
        </Allowed>
      </Form>
    </section>
  );
}
