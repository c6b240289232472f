import { Icon } from "./icon.tsx";
import { RelativeTime } from "./time.tsx";

export interface UpdatedProps {
  /** Of the element whose time each answer to the poll moves on. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
}

/** When what a page polls for was looked at, and the switch that stops its looking. */
export function Updated({ id, at }: UpdatedProps) {
  return (
    <span class="updated">
      <span class="muted">
        updated <RelativeTime id={id} at={at} />
      </span>
      <button type="button" class="button quiet needs-script" data-poll-toggle aria-pressed="false">
        <Icon name="pause" /> Pause
      </button>
    </span>
  );
}
