/**
 * `/meetings/:id`: what is known of a meeting, and its transcript. Each utterance has an anchor, `#u-12`, by which quotations
 * lead to it; a search shows those alone that have the text.
 */
import type { Child } from "hono/jsx";
import type { MeetingDetail } from "../domain/meeting.ts";
import type { Utterance } from "../domain/transcript.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { Dialog } from "./components/dialog.tsx";
import { Icon } from "./components/icon.tsx";
import { MeetingStateBadge } from "./components/meeting-state-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { byId, ELEMENT_ID, utteranceId } from "./element-id.ts";
import { formatCount, plural } from "./format.ts";
import { hx } from "./hx.ts";
import { Layout, type Shell } from "./layout.tsx";
import { lengthWord, recordingTime } from "./meeting-words.ts";

export interface MeetingProps {
  readonly meeting: MeetingDetail;
  /** Shows what has this text alone; empty for everything. */
  readonly search: string;
  /** How the reader came here: by adding it, or by adding it once more. */
  readonly arrival: "added" | "known" | null;
}

const DELETE_DIALOG = "delete-meeting";

/** @param children what is made of the meeting, between its facts and its transcript */
export function MeetingPage({
  shell,
  children,
  ...props
}: MeetingProps & { readonly shell: Shell; readonly children?: Child }) {
  const { meeting, arrival } = props;
  return (
    <Layout shell={shell} section="meetings" title={meeting.title}>
      <div class="page-head">
        <h1>{meeting.title}</h1>
        <MeetingStateBadge state={meeting.state} />
        <Allowed post={`/meetings/${meeting.id}/deletion`}>
          <button type="button" class="button danger needs-script" data-dialog={DELETE_DIALOG}>
            <Icon name="trash-2" /> Delete
          </button>
        </Allowed>
      </div>
      <Arrival arrival={arrival} />
      <Facts meeting={meeting} />
      {children}
      <TranscriptView {...props} />
      <Allowed post={`/meetings/${meeting.id}/deletion`}>
        <Dialog id={DELETE_DIALOG} title="Delete this meeting?">
          <DeleteForm meeting={meeting} />
        </Dialog>
        <noscript>
          <section class="panel">
            <h2>Delete</h2>
            <DeleteForm meeting={meeting} />
          </section>
        </noscript>
      </Allowed>
    </Layout>
  );
}

function Arrival({ arrival }: Pick<MeetingProps, "arrival">) {
  if (arrival === null) return null;
  return (
    <p class="notice notice-succeeded" role="status">
      <Icon name="check" />{" "}
      {arrival === "added"
        ? "The meeting was added."
        : "The workspace had this transcript already: this is the meeting. Nothing was added."}
    </p>
  );
}

function Facts({ meeting }: Pick<MeetingProps, "meeting">) {
  const { heldAt, createdAt, format, utterances } = meeting;
  return (
    <p class="meeting-facts muted">
      {heldAt === null ? null : <span>{heldAt.slice(0, 10)}</span>}
      <span>{lengthWord(meeting)}</span>
      <span>{plural(utterances, "utterance")}</span>
      <span>.{format}</span>
      <span>
        added <RelativeTime at={createdAt} />
      </span>
    </p>
  );
}

function DeleteForm({ meeting }: Pick<MeetingProps, "meeting">) {
  return (
    <PostForm action={`/meetings/${meeting.id}/deletion`}>
      <p>Its transcript is deleted with it, and quotations lead nowhere any more.</p>
      <div class="dialog-actions">
        <button type="submit" class="button danger">
          Delete meeting
        </button>
      </div>
    </PostForm>
  );
}

/** Speakers are told apart by their place among the speakers: so many colours, and then again from the first. */
const SPEAKER_COLOURS = 8;

function speakerClass(meeting: MeetingDetail, speaker: string): string {
  return `speaker speaker-${meeting.speakers.indexOf(speaker) % SPEAKER_COLOURS}`;
}

/** Answer to `GET /meetings/:id` with `HX-Request-Type: partial`. */
export function TranscriptView({ meeting, search }: Omit<MeetingProps, "arrival">) {
  const sought = search.toLowerCase();
  const shown = meeting.transcript.filter(({ text, speaker }) =>
    `${speaker ?? ""}\n${text}`.toLowerCase().includes(sought),
  );
  const address = `/meetings/${meeting.id}`;
  return (
    <section id={ELEMENT_ID.transcript} class="panel transcript-panel" aria-labelledby="transcript-title">
      <h2 id="transcript-title">Transcript</h2>
      <Speakers meeting={meeting} />
      <search>
        <form class="filters" method="get" action={address} {...searchAttributes(address)}>
          <label class="search-field">
            <Icon name="search" />
            <span class="visually-hidden">Search in the transcript</span>
            <input
              id="transcript-search"
              type="search"
              name="q"
              value={search}
              placeholder="Search in the transcript"
            />
          </label>
          <button type="submit" class="button">
            Search
          </button>
          <output class="muted">
            {search === "" ? "" : `${formatCount(shown.length)} of ${plural(meeting.utterances, "utterance")}`}
          </output>
        </form>
      </search>
      <ol class="transcript">
        {shown.map((utterance) => (
          <UtteranceRow meeting={meeting} utterance={utterance} search={sought} />
        ))}
      </ol>
    </section>
  );
}

function searchAttributes(address: string) {
  return hx({
    get: address,
    target: byId(ELEMENT_ID.transcript),
    swap: "outerMorph",
    trigger: "submit, input delay:250ms",
    sync: "this:replace",
    replaceUrl: true,
    status: { "4xx": "swap:none", "5xx": "swap:none" },
  });
}

function Speakers({ meeting }: Pick<MeetingProps, "meeting">) {
  if (meeting.speakers.length === 0) return null;
  const counts = Map.groupBy(meeting.transcript, ({ speaker }) => speaker);
  return (
    <ul class="speakers" aria-label="Speakers">
      {meeting.speakers.map((speaker) => (
        <li>
          <span class={speakerClass(meeting, speaker)}>{speaker}</span>{" "}
          <span class="muted">{formatCount(counts.get(speaker)?.length ?? 0)}</span>
        </li>
      ))}
    </ul>
  );
}

function UtteranceRow({
  meeting,
  utterance,
  search,
}: Pick<MeetingProps, "meeting" | "search"> & { readonly utterance: Utterance }) {
  const { index, speaker, startMs, text } = utterance;
  const id = utteranceId(index);
  // From among what was found a way to its surroundings: the whole transcript, at this place.
  const href = search === "" ? `#${id}` : `/meetings/${meeting.id}#${id}`;
  return (
    <li id={id}>
      <a class="utterance-time" href={href}>
        {startMs === null ? `#${index + 1}` : recordingTime(startMs)}
      </a>
      {speaker === null ? (
        <span class="speaker muted">Not named</span>
      ) : (
        <span class={speakerClass(meeting, speaker)}>{speaker}</span>
      )}
      <p>{search === "" ? text : marked(text, search)}</p>
    </li>
  );
}

/** The text with what was searched marked, by its small letters. */
function marked(text: string, search: string): Child[] {
  const small = text.toLowerCase();
  // Few letters change their length with their case: then nothing is marked rather than something else.
  if (small.length !== text.length) return [text];
  const parts: Child[] = [];
  let from = 0;
  for (let at = small.indexOf(search); at >= 0; at = small.indexOf(search, from)) {
    parts.push(text.slice(from, at), <mark>{text.slice(at, at + search.length)}</mark>);
    from = at + search.length;
  }
  return [...parts, text.slice(from)];
}
