/**
 * Where a list has nothing to show: what it is, why it is empty, and one thing to do.
 */
import type { Child } from "hono/jsx";
import type { IconName } from "../icon-names.ts";
import { Allowed } from "./allowed.tsx";
import { Icon } from "./icon.tsx";

export interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children: Child;
  readonly action?: { readonly href: string; readonly label: string };
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      <p class="muted">{children}</p>
      {action ? (
        <Allowed get={action.href}>
          <a class="button" href={action.href}>
            {action.label}
          </a>
        </Allowed>
      ) : null}
    </div>
  );
}
