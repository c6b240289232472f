/**
 * The program of a run, file by file with numbered lines; the line of the error is marked and can be linked to.
 */
import type { ProgramError } from "../domain/guest-outcome.ts";
import { CopyButton } from "./components/copy-button.tsx";
import { effectId, listedOrder, programLineId } from "./element-id.ts";
import { formatBytes, formatCount } from "./format.ts";
import { highlightLines } from "./highlight.ts";
import { errorLine } from "./run-words.ts";

/** Lines of one file that are listed; data files can be much longer than anyone reads. */
const MAX_LINES = 2_000;

/** Longest line that is drawn, in UTF-16 code units. */
const MAX_LINE_CHARS = 2_000;

/** Numbers of effects by the line of the entry that asked for them. */
export type EffectsByLine = ReadonlyMap<number, readonly number[]>;

/** Numbers that stand at a line; a loop may have many. */
const SHOWN_EFFECTS = 3;

export interface ProgramFilesProps {
  readonly runId: string;
  readonly entry: string;
  readonly files: Readonly<Record<string, string>>;
  readonly error: ProgramError | null;
  readonly effects: EffectsByLine;
}

export function ProgramFiles({ runId, entry, files, error, effects }: ProgramFilesProps) {
  return (
    <div class="program">
      {listedOrder(files, entry).map((name, index) => (
        <ProgramFile
          index={index}
          name={name}
          isEntry={name === entry}
          text={files[name] ?? ""}
          error={error?.file === name ? error : null}
          runId={runId}
          effects={name === entry ? effects : NO_EFFECTS}
        />
      ))}
    </div>
  );
}

const NO_EFFECTS: EffectsByLine = new Map();

interface ProgramFileProps extends Pick<ProgramFilesProps, "runId" | "effects"> {
  readonly index: number;
  readonly name: string;
  readonly isEntry: boolean;
  readonly text: string;
  readonly error: ProgramError | null;
}

function ProgramFile({ index, name, isEntry, text, error, runId, effects }: ProgramFileProps) {
  const isCode = /\.[cm]?[jt]sx?$/.test(name);
  const all = isCode ? highlightLines(text) : text.split("\n").map((line) => [{ text: line, className: "" }]);
  if (all.length > 1 && text.endsWith("\n")) all.pop();
  const lines = all.slice(0, MAX_LINES);
  return (
    <section class="file" aria-labelledby={`file-${index}`}>
      <header>
        <h2 id={`file-${index}`}>{name}</h2>
        {isEntry ? <span class="mark">entry</span> : null}
        <span class="muted">
          {formatCount(all.length)} lines · {formatBytes(new TextEncoder().encode(text).length)}
        </span>
        <CopyButton fromId={`file-${index}-code`} text={text.length > 100_000 ? "" : text} />
      </header>
      <details open>
        <summary class="muted">Source</summary>
        <section class="code" aria-label={`Source of ${name}`} tabindex={0} id={`file-${index}-code`}>
          {lines.map((spans, offset) => {
            const line = offset + 1;
            const isError = error?.line === line;
            return (
              <div class={isError ? "cl is-error" : "cl"} id={programLineId(index, line)}>
                <a class="no" href={`#${programLineId(index, line)}`}>
                  {line}
                </a>
                <span class="tx">
                  {spans.map((span) => {
                    const shown = span.text.slice(0, MAX_LINE_CHARS);
                    return span.className ? <span class={span.className}>{shown}</span> : shown;
                  })}
                </span>
                {effects.has(line) ? <EffectMark runId={runId} numbers={effects.get(line)!} /> : null}
                {isError && error ? <span class="cl-error">{errorLine(error)}</span> : null}
              </div>
            );
          })}
        </section>
        {all.length > MAX_LINES ? (
          <p class="muted file-cut">{formatCount(all.length - MAX_LINES)} more lines are not listed.</p>
        ) : null}
      </details>
    </section>
  );
}

function EffectMark({ runId, numbers }: { readonly runId: string; readonly numbers: readonly number[] }) {
  const more = numbers.length - SHOWN_EFFECTS;
  return (
    <span class="cl-effects">
      {numbers.slice(0, SHOWN_EFFECTS).map((number) => (
        <a href={`/runs/${runId}/effects#${effectId(number)}`}>effect {number}</a>
      ))}
      {more > 0 ? <span class="muted">and {formatCount(more)} more</span> : null}
    </span>
  );
}
