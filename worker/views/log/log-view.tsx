/**
 * The `<run-log>` element as the server renders it: its bar, and the first lines of the log. It reads well without a
 * script; with one, client/run-log.ts takes the rows over and goes on behind them.
 *
 * Invariant: a row here and a row made by client/log/rows.ts have the same structure.
 */
import { isTerminal, type RunEvent, type RunStateName } from "../../domain/run.ts";
import { Icon } from "../components/icon.tsx";
import { STEP_LOOKS, StepIcon } from "../components/status-badge.tsx";
import { ELEMENT_ID } from "../element-id.ts";
import { durationMs, formatCount, formatDuration, formatLogTime, plural } from "../format.ts";
import { STEP_WORDS } from "../run-words.ts";
import { parseAnsi } from "./ansi.ts";
import { CHUNK_LINES, drawnText, LogBook, type LogGroup, type LogLine } from "./log-book.ts";

/** Lines that a page carries itself; the rest comes over the socket. About 300 KB of HTML. */
export const RENDERED_LINES = 2_000;

export interface RunLogProps {
  readonly runId: string;
  readonly state: RunStateName;
  /** The run's first events, from sequence number 1 and without a gap; what exceeds the rendered lines is left out. */
  readonly events: readonly RunEvent[];
  /** Sequence number of the last event of the run that is stored. */
  readonly lastSeq: number;
  readonly compact?: boolean;
}

/** Takes events until the page has its fill, so that it ends between two events. */
function bookOf(events: readonly RunEvent[]): LogBook {
  const book = new LogBook();
  for (const event of events) {
    if (book.lines.length >= RENDERED_LINES) break;
    book.apply(event);
  }
  book.drain();
  return book;
}

export function RunLog({ runId, state, events, lastSeq, compact }: RunLogProps) {
  const book = bookOf(events);
  const isComplete = isTerminal(state) && book.lastSeq >= lastSeq;
  const isCut = isTerminal(state) && !isComplete;
  return (
    <run-log
      id={ELEMENT_ID.runLog}
      class={compact ? "log log-compact" : "log"}
      data-run={runId}
      data-state={state}
      data-after={String(book.lastSeq)}
      data-complete={isComplete ? "" : undefined}
      data-compact={compact ? "" : undefined}
    >
      {compact ? null : <LogBar runId={runId} />}
      <div class="log-scroll" role="log" aria-live="off" aria-label="Output of the run" tabindex={0}>
        {book.groups.map((group) => (
          <Group group={group} lines={book.lines.filter((line) => line.group === group)} />
        ))}
        {book.lines.length === 0 ? (
          <p class="log-empty muted">
            {isTerminal(state) ? "The run wrote no output." : "Waiting for the first line …"}
          </p>
        ) : null}
      </div>
      {isCut ? (
        <noscript>
          <p class="muted">
            These are the first {formatCount(book.lines.length)} lines.{" "}
            <a href={`/api/runs/${runId}/log.txt`}>Download the whole log</a>
          </p>
        </noscript>
      ) : null}
      <button type="button" class="button log-follow" data-log="follow" hidden>
        <Icon name="arrow-down" /> <span data-log-label>Follow</span>
      </button>
      <p class="log-status muted" role="status"></p>
      <template data-state-icons>
        {Object.keys(STEP_LOOKS).map((step) => (
          <span data-step-state={step}>
            <StepIcon state={step as keyof typeof STEP_LOOKS} />
          </span>
        ))}
      </template>
    </run-log>
  );
}

function LogBar({ runId }: { readonly runId: string }) {
  return (
    <div class="log-bar">
      <search class="log-search needs-script">
        <label class="search-field">
          <Icon name="search" />
          <span class="visually-hidden">Search the log</span>
          <input type="search" placeholder="Search all lines" data-log="search" autocomplete="off" spellcheck={false} />
        </label>
        <span class="log-count muted" data-log="count" role="status"></span>
        <button type="button" class="icon-button" data-log="previous" aria-label="Previous match">
          <Icon name="chevron-up" />
        </button>
        <button type="button" class="icon-button" data-log="next" aria-label="Next match">
          <Icon name="chevron-down" />
        </button>
      </search>
      <div class="log-tools">
        <button
          type="button"
          class="button quiet needs-script"
          data-log="times"
          aria-pressed="false"
          title="Times in UTC"
        >
          Timestamps
        </button>
        <button type="button" class="button quiet needs-script" data-log="wrap" aria-pressed="true">
          Wrap
        </button>
        <button type="button" class="button quiet needs-script" data-log="expand">
          Expand all
        </button>
        <button type="button" class="button quiet needs-script" data-log="copy">
          <Icon name="copy" /> <span data-log-label>Copy</span>
        </button>
        <a class="button quiet" href={`/api/runs/${runId}/log.txt`} download>
          <Icon name="download" /> Raw
        </a>
      </div>
    </div>
  );
}

function Group({ group, lines }: { readonly group: LogGroup; readonly lines: readonly LogLine[] }) {
  const chunks: LogLine[][] = [];
  for (let from = 0; from < lines.length; from += CHUNK_LINES) chunks.push(lines.slice(from, from + CHUNK_LINES));
  const duration = durationMs(group.startedAt, group.finishedAt);
  return (
    <details
      class="log-group"
      data-key={group.key}
      data-step={group.step}
      data-attempt={String(group.attempt)}
      data-state={group.state}
      data-started-at={group.startedAt ?? undefined}
      data-finished-at={group.finishedAt ?? undefined}
      open={group.step === "execute" || group.state !== "succeeded"}
    >
      <summary>
        <span data-part="icon">
          <StepIcon state={group.state} />
        </span>
        <span class="log-group-name">
          {STEP_WORDS[group.step]}
          {group.attempt > 1 ? ` · attempt ${group.attempt}` : ""}
        </span>
        <span class="muted" data-part="lines">
          {lines.length > 0 ? plural(lines.length, "line") : ""}
        </span>
        <span class="muted duration" data-part="duration">
          {duration === null ? "" : formatDuration(duration)}
        </span>
      </summary>
      {chunks.map((chunk) => (
        <div class={chunk.length === CHUNK_LINES ? "log-chunk is-full" : "log-chunk"}>
          {chunk.map((line) => (
            <Row line={line} />
          ))}
        </div>
      ))}
    </details>
  );
}

function Row({ line }: { readonly line: LogLine }) {
  const { text, hiddenChars } = drawnText(line.text);
  return (
    <div
      class="ln"
      id={`L${line.number}`}
      data-stream={line.stream}
      data-at={formatLogTime(line.at)}
      data-raw={line.open ? line.text : undefined}
    >
      <a class="no" href={`#L${line.number}`}>
        {line.number}
      </a>
      <span class="tx">
        {parseAnsi(text).map((span) => (span.className ? <span class={span.className}>{span.text}</span> : span.text))}
        {hiddenChars > 0 ? (
          <i class="muted">{` … ${formatCount(hiddenChars)} more characters in the raw log`}</i>
        ) : null}
      </span>
    </div>
  );
}
