/**
 * Runs in a short list: state, title, why it ended, when. The full table with filters is runs.tsx.
 */
import { isTerminal, type RunSummary } from "../../domain/run.ts";
import { errorLine } from "../run-words.ts";
import { StatusBadge } from "./status-badge.tsx";
import { Duration, RelativeTime } from "./time.tsx";

export interface RunListProps {
  readonly runs: readonly RunSummary[];
  readonly label: string;
}

export function RunList({ runs, label }: RunListProps) {
  return (
    <ul class="run-list" aria-label={label}>
      {runs.map((run) => (
        <li>
          <a href={`/runs/${run.id}`}>
            <StatusBadge state={run.state} />
            <span class="run-list-title">{run.title}</span>
            {run.error ? <span class="run-list-error muted">{errorLine(run.error)}</span> : null}
            <span class="run-list-time muted">
              {isTerminal(run.state) ? (
                <RelativeTime at={run.finishedAt ?? run.createdAt} />
              ) : (
                <Duration from={run.startedAt ?? run.createdAt} to={null} />
              )}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
