/**
 * How a run ended: the error with its place in the person's own source, or the result as data. Used by the run's page
 * and by the playground; the place leads to the program there and to the editor here.
 */
import type { JsonValue, ProgramError } from "../../domain/guest-outcome.ts";
import type { RunDetail } from "../../domain/run.ts";
import { programLineId } from "../element-id.ts";
import { formatCount } from "../format.ts";
import { errorLine, errorPosition } from "../run-words.ts";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icon.tsx";

/** Longest result that is drawn, in characters; the API gives the whole of it. */
const MAX_RESULT_CHARS = 20_000;

export interface OutcomeProps {
  readonly run: Pick<RunDetail, "id" | "state" | "error" | "result" | "success">;
  /** Page that lists the program, for links to lines; null in the playground, where the editor has them. */
  readonly programHref: string | null;
}

export function Outcome({ run, programHref }: OutcomeProps) {
  if (run.error) return <ErrorPanel error={run.error} programHref={programHref} />;
  if (run.result !== null) return <ResultPanel runId={run.id} result={run.result} />;
  return null;
}

function ErrorPanel({ error, programHref }: { readonly error: ProgramError; readonly programHref: string | null }) {
  return (
    <section class="outcome outcome-error" aria-label="Error">
      <p class="outcome-title">
        <b>
          <Icon name="circle-x" /> {errorLine(error)}
        </b>
        <span class="mark">{error.category}</span>
        <Position error={error} programHref={programHref} />
      </p>
      {error.stack ? (
        <details>
          <summary>Stack</summary>
          <pre tabindex={0}>{error.stack}</pre>
        </details>
      ) : null}
    </section>
  );
}

function Position({ error, programHref }: { readonly error: ProgramError; readonly programHref: string | null }) {
  const position = errorPosition(error);
  if (position === null || error.file === null) return null;
  if (programHref === null) {
    return (
      <button
        type="button"
        class="link"
        data-goto-file={error.file}
        data-goto-line={String(error.line ?? 1)}
        data-goto-column={String(error.column ?? 1)}
      >
        {position}
      </button>
    );
  }
  // The program's page finds the file by its name; the anchor of its error line is the same for every file.
  return <a href={`${programHref}#${error.line === null ? programLineId(0, 1) : "error-line"}`}>{position}</a>;
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
