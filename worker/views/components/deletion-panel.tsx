/** The panel that deletes what its page is about. Its children are the field in which the name is typed. */
import type { Child } from "hono/jsx";
import { FormPanel } from "./form-panel.tsx";
import { Icon } from "./icon.tsx";

interface DeletionPanelProps {
  readonly title?: string;
  readonly action: string;
  readonly submit?: string;
  readonly children: Child;
}

export function DeletionPanel({ title = "Delete it", action, submit = "Delete", children }: DeletionPanelProps) {
  const button = (
    <>
      <Icon name="trash-2" /> {submit}
    </>
  );
  return (
    <FormPanel name="deletion" title={title} action={action} submit={button} tone="danger">
      {children}
    </FormPanel>
  );
}
