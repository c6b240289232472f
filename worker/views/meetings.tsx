/** `/meetings`: the workspace's meetings, newest first, with filters in the URL; samples where there is none. */

import { MEETING_STATES, type Meeting, type MeetingFilter } from "../domain/meeting.ts";
import { Allowed } from "./components/allowed.tsx";
import { Choice, type Options } from "./components/choice.tsx";
import { DataTable } from "./components/data-table.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { Icon } from "./components/icon.tsx";
import { Pagination } from "./components/pagination.tsx";
import { SampleMeetings } from "./components/sample-meetings.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { byId, ELEMENT_ID } from "./element-id.ts";
import { formatCount, formatDuration } from "./format.ts";
import { hx } from "./hx.ts";
import { Layout, type Shell } from "./layout.tsx";
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

function hrefOf(filter: MeetingFilter, more: Readonly<Record<string, string>> = {}): string {
  return `/meetings?${new URLSearchParams({ ...filter, ...more } as Record<string, string>)}`;
}

export function MeetingsPage({ shell, ...props }: MeetingsProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="meetings" title="Meetings">
      <div class="page-head">
        <h1>Meetings</h1>
        <Allowed get="/meetings/new">
          <a class="button primary" href="/meetings/new">
            <Icon name="plus" /> Add a meeting
          </a>
        </Allowed>
      </div>
      {props.isDeleted ? (
        <p class="notice notice-succeeded" role="status">
          <Icon name="check" /> The meeting was deleted.
        </p>
      ) : null}
      <FilterForm filter={props.filter} />
      <MeetingResults {...props} />
    </Layout>
  );
}

const STATE_OPTIONS: Options = MEETING_STATES.map((state) => [state, MEETING_LOOKS[state].word]);

function FilterForm({ filter }: Pick<MeetingsProps, "filter">) {
  const { q = "", state = "", from = "", to = "" } = filter;
  const live = hx({
    get: "/meetings",
    target: byId(ELEMENT_ID.meetingResults),
    swap: "outerHTML",
    trigger: "submit, input delay:250ms",
    sync: "this:replace",
    indicator: byId(ELEMENT_ID.meetingResults),
    replaceUrl: true,
    status: { "4xx": "swap:innerHTML", "5xx": "swap:innerHTML" },
  });
  return (
    <search>
      <form class="filters" method="get" action="/meetings" {...live}>
        <label class="search-field">
          <Icon name="search" />
          <span class="visually-hidden">Title or speaker</span>
          <input type="search" name="q" value={q} placeholder="Title or speaker" />
        </label>
        <Choice name="state" label="State" any="Any state" value={state} options={STATE_OPTIONS} />
        <label class="day">
          Added from <input type="date" name="from" value={from} />
        </label>
        <label class="day">
          to <input type="date" name="to" value={to} />
        </label>
        <button type="submit" class="button">
          Filter
        </button>
      </form>
    </search>
  );
}

/** Answer to `GET /meetings` with `HX-Request-Type: partial`. */
export function MeetingResults({ filter, meetings, cursor, nextCursor }: Omit<MeetingsProps, "isDeleted">) {
  const isFiltered = Object.keys(filter).length > 0 || cursor !== null;
  return (
    <div id={ELEMENT_ID.meetingResults} class="results">
      {meetings.length > 0 ? <MeetingTable meetings={meetings} /> : <NoMeetings isFiltered={isFiltered} />}
      <Pagination
        olderHref={nextCursor === null ? null : hrefOf(filter, { cursor: nextCursor })}
        newestHref={cursor === null ? null : hrefOf(filter)}
      />
    </div>
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
