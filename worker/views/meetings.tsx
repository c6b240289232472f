/** `/meetings`: the workspace's meetings, newest first, with filters in the URL; samples where there is none. */

import { MEETING_STATES, type Meeting, type MeetingFilter } from "../domain/meeting.ts";
import { Choice, type Options } from "./components/choice.tsx";
import { DataTable } from "./components/data-table.tsx";
import { DoneNotice } from "./components/done-notice.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { DayRange, ListFilters, SearchField } from "./components/list-filters.tsx";
import { ListPage, ListResults } from "./components/list-page.tsx";
import { SampleMeetings } from "./components/sample-meetings.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { formatCount, formatDuration } from "./format.ts";
import type { Shell } from "./layout.tsx";
import { listHref } from "./list-href.ts";
import { MEETING_LOOKS, speakersWord } from "./meeting-words.ts";

export interface MeetingsProps {
  readonly filter: MeetingFilter;
  readonly meetings: readonly Meeting[];
  /** Cursor of this page; null on the first. */
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  /** Whether a meeting was just deleted. */
  readonly isDeleted: boolean;
}

const BASE = "/meetings";

export function MeetingsPage({ shell, ...props }: MeetingsProps & { readonly shell: Shell }) {
  return (
    <ListPage shell={shell} section="meetings" title="Meetings" add={{ href: `${BASE}/new`, label: "Add a meeting" }}>
      <DoneNotice text={props.isDeleted ? "The meeting was deleted." : null} />
      <FilterForm filter={props.filter} />
      <MeetingResults {...props} />
    </ListPage>
  );
}

const STATE_OPTIONS: Options = MEETING_STATES.map((state) => [state, MEETING_LOOKS[state].word]);

function FilterForm({ filter }: Pick<MeetingsProps, "filter">) {
  const { q = "", state = "", from = "", to = "" } = filter;
  return (
    <ListFilters action={BASE} results={ELEMENT_ID.meetingResults}>
      <SearchField name="q" value={q} label="Title or speaker" />
      <Choice name="state" label="State" any="Any state" value={state} options={STATE_OPTIONS} />
      <DayRange label="Added from" from={from} to={to} />
    </ListFilters>
  );
}

/** Answer to `GET /meetings` with `HX-Request-Type: partial`. */
export function MeetingResults({ filter, meetings, cursor, nextCursor }: Omit<MeetingsProps, "isDeleted">) {
  const isFiltered = Object.keys(filter).length > 0 || cursor !== null;
  return (
    <ListResults
      id={ELEMENT_ID.meetingResults}
      hrefAt={(at) => listHref(BASE, filter, { cursor: at })}
      cursor={cursor}
      nextCursor={nextCursor}
    >
      {meetings.length > 0 ? <MeetingTable meetings={meetings} /> : <NoMeetings isFiltered={isFiltered} />}
    </ListResults>
  );
}

function NoMeetings({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState icon="search" title="No meeting fits" action={{ href: "/meetings", label: "Show all meetings" }}>
        Titles and the names of speakers are searched, not what was said.
      </EmptyState>
    );
  }
  return (
    <>
      <EmptyState
        icon="messages-square"
        title="No meetings yet"
        action={{ href: "/meetings/new", label: "Add a transcript" }}
      >
        A meeting is a transcript: who said what, and when. Stories, blockers and tasks are drawn from it.
      </EmptyState>
      <SampleMeetings />
    </>
  );
}

function MeetingTable({ meetings }: Pick<MeetingsProps, "meetings">) {
  return (
    <DataTable
      caption="Meetings, newest first"
      columns={["State", "Meeting", { number: "Words" }, { number: "Length" }, { number: "Added" }]}
    >
      {meetings.map(({ id, title, state, speakers, heldAt, words, durationMs, createdAt }) => (
        <tr>
          <td class="cell-state">
            <StateBadge look={MEETING_LOOKS[state]} />
          </td>
          <td class="cell-run">
            <a class="row-link" href={`/meetings/${id}`}>
              {title}
            </a>
            <span class="cell-note muted">
              {[...(heldAt === null ? [] : [heldAt.slice(0, 10)]), speakersWord(speakers)].join(" · ")}
            </span>
          </td>
          <td class="number">{formatCount(words)}</td>
          <td class="cell-time number">{formatDuration(durationMs)}</td>
          <td class="cell-when number muted">
            <RelativeTime at={createdAt} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
