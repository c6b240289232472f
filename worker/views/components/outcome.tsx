/**
 * How a run ended: the error with its place in the person's own source, or the result as data. Used by the run's page
 * and by the playground; the place leads to the program there and to the editor here.
 */
import type { JsonValue, ProgramError } from "../../domain/guest-outcome.ts";
import type { RunDetail } from "../../domain/run.ts";
import { listedOrder, programLineId } from "../element-id.ts";
import { formatCount } from "../format.ts";
import { limitAdvice } from "../limit-advice.ts";
import { errorLine, errorPosition } from "../run-words.ts";
import { type StackPlace, sourceExcerpt, stackLines } from "../source-places.ts";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icon.tsx";

/** Longest result that is drawn, in characters; the API gives the whole of it. */
const MAX_RESULT_CHARS = 20_000;

/** A longer stack is folded: the line itself is quoted above. Python writes three lines for each frame. */
const MAX_OPEN_LINES = 16;

export interface OutcomeProps {
  readonly run: Pick<RunDetail, "id" | "entry" | "state" | "error" | "result" | "success" | "limitReached" | "limits">;
  /** Page that lists the program, for links to lines; null in the playground, where the editor has them. */
  readonly programHref: string | null;
  /** The program, to quote the line of the error from; without it the place alone is named. */
  readonly files: Readonly<Record<string, string>>;
}

export function Outcome({ run, programHref, files }: OutcomeProps) {
  if (run.error) {
    return (
      <>
        {run.limitReached ? <LimitBanner run={run} inPlayground={programHref === null} /> : null}
        <ErrorPanel error={run.error} entry={run.entry} programHref={programHref} files={files} />
      </>
    );
  }
  if (run.result !== null) return <ResultPanel runId={run.id} result={run.result} />;
  return null;
}

function LimitBanner({ run, inPlayground }: { readonly run: OutcomeProps["run"]; readonly inPlayground: boolean }) {
  // Only a program reaches a limit, and a program has limits.
  const { sentence, advice, field } = limitAdvice(run.limitReached!, run.limits!);
  return (
    <section class="outcome outcome-limit" aria-label="Limit reached">
      <p class="outcome-title">
        <b>
          <Icon name="timer-off" /> {sentence}
        </b>
      </p>
      <p>
        {advice}{" "}
        {inPlayground && field ? (
          <button type="button" class="link" data-goto-limit={field}>
            Change the limit
          </button>
        ) : null}
      </p>
    </section>
  );
}

/** Where the places of a program are shown. */
type Source = Pick<OutcomeProps, "programHref" | "files"> & Pick<RunDetail, "entry">;

function ErrorPanel({ error, ...source }: Source & { readonly error: ProgramError }) {
  const { files } = source;
  const excerpt = sourceExcerpt(error, files);
  // Stacks begin with what stands above them already.
  const head = `${errorLine(error)}\n`;
  const stack = error.stack?.startsWith(head) ? error.stack.slice(head.length) : (error.stack ?? "");
  const frames = stackLines(stack, files);
  return (
    <section
      class="outcome outcome-error"
      aria-label="Error"
      data-error-file={error.file ?? undefined}
      data-error-line={error.line === null ? undefined : String(error.line)}
    >
      <p class="outcome-title">
        <b>
          <Icon name="circle-x" /> {error.name}
        </b>
        <span class="mark">{error.category}</span>
        <Place error={error} {...source} />
        <CopyButton text={head + stack} label="Copy" />
      </p>
      {error.message ? <p class="error-message">{error.message}</p> : null}
      {excerpt ? (
        <pre class="excerpt" tabindex={0}>
          {excerpt.map(({ number, text, caret }) => (
            <>
              <span class={caret === null ? "excerpt-line" : "excerpt-line is-error"}>
                <span class="no">{String(number).padStart(5)}</span> {text}
              </span>
              {"\n"}
              {caret === null || caret === "" ? null : <span class="excerpt-caret">{`      ${caret}\n`}</span>}
            </>
          ))}
        </pre>
      ) : null}
      {frames.length > 0 ? (
        <details open={frames.length <= MAX_OPEN_LINES}>
          <summary>Stack</summary>
          <pre tabindex={0}>
            {frames.map(({ before, place, after }) => (
              <>
                {before}
                {place ? <Goto {...place} {...source} /> : null}
                {`${after}\n`}
              </>
            ))}
          </pre>
        </details>
      ) : null}
    </section>
  );
}

function Place({ error, ...source }: Source & { readonly error: ProgramError }) {
  const label = errorPosition(error);
  if (label === null || error.file === null) return null;
  const { file, line, column } = error;
  return <Goto label={label} file={file} line={line ?? 1} column={column ?? 1} {...source} />;
}

/** Moves the cursor in the playground; leads to the line where the run's page lists the program. */
function Goto({ label, file, line, column, programHref, files, entry }: StackPlace & Source) {
  if (programHref !== null) {
    const index = entry === null ? -1 : listedOrder(files, entry).indexOf(file);
    return index < 0 ? <span>{label}</span> : <a href={`${programHref}#${programLineId(index, line)}`}>{label}</a>;
  }
  return (
    <button
      type="button"
      class="link"
      data-goto-file={file}
      data-goto-line={String(line)}
      data-goto-column={String(column)}
    >
      {label}
    </button>
  );
}

function ResultPanel({ runId, result }: { readonly runId: string; readonly result: JsonValue }) {
  const text = typeof result === "string" ? result : JSON.stringify(result, null, 2);
  const isLong = text.length > MAX_RESULT_CHARS;
  return (
    <section class="outcome" aria-label="Result">
      <p class="outcome-title">
        <b>Result</b> <span class="muted">{kindOf(result)}</span>{" "}
        <CopyButton text={isLong ? "" : text} fromId={`result-${runId}`} />
      </p>
      <pre id={`result-${runId}`} tabindex={0}>
        {text.slice(0, MAX_RESULT_CHARS)}
      </pre>
      {isLong ? (
        <p class="muted">
          {formatCount(text.length - MAX_RESULT_CHARS)} more characters:{" "}
          <a href={`/api/runs/${runId}`}>the whole result</a>
        </p>
      ) : null}
    </section>
  );
}

function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `array of ${formatCount(value.length)}`;
  return typeof value;
}
