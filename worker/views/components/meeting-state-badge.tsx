/** What has become of a meeting, at the top of its page: answers about its runs bring it along. */
import type { Meeting } from "../../domain/meeting.ts";
import { ELEMENT_ID } from "../element-id.ts";
import { MEETING_LOOKS } from "../meeting-words.ts";
import { StateBadge } from "./status-badge.tsx";

export interface MeetingStateBadgeProps {
  readonly state: Meeting["state"];
  /** As a part of an answer that is about something else. */
  readonly isApart?: boolean;
}

export function MeetingStateBadge({ state, isApart = false }: MeetingStateBadgeProps) {
  return (
    <span id={ELEMENT_ID.meetingState} {...(isApart ? { "hx-swap-oob": "true" } : {})}>
      <StateBadge look={MEETING_LOOKS[state]} large />
    </span>
  );
}
