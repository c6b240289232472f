/** What is made of a meeting, on its page: the runs about it, and what the latest one found. */

import type { Effect } from "../domain/effect.ts";
import { ITEM_KINDS, type ItemKind } from "../domain/item.ts";
import { type MeetingRun, meetingStateAfter } from "../domain/meeting-run.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { DataTable } from "./components/data-table.tsx";
import { MeetingStateBadge } from "./components/meeting-state-badge.tsx";
import { StatusBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { ELEMENT_ID, utteranceId } from "./element-id.ts";
import { durationMs, formatCount, formatDuration, plural } from "./format.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { changeWords } from "./item-words.ts";
import { costWord, modelsWord, outcomeWord, reviewerWord, VERSION_WORDS } from "./meeting-run-words.ts";

export interface MeetingRunsProps {
  readonly meetingId: string;
  /** The latest first. */
  readonly runs: readonly MeetingRun[];
  /** What the latest run that found anything asked to write. */
  readonly found: { readonly runId: string; readonly effects: readonly Effect[] } | null;
}

const isActive = ({ state }: MeetingRun) => state === "queued" || state === "running";

/** Answer to `GET /meetings/:id/runs`, with the state of the meeting at the top of its page. */
export function MeetingRunsAnswer(props: MeetingRunsProps) {
  const [latest] = props.runs;
  return (
    <>
      <MeetingRuns {...props} />
      {latest ? <MeetingStateBadge state={meetingStateAfter(latest.state)} isApart /> : null}
    </>
  );
}

/** It comes again while a run is under way. */
export function MeetingRuns({ meetingId, runs, found }: MeetingRunsProps) {
  const address = `/meetings/${meetingId}/runs`;
  const poll = hx({ get: address, trigger: "every 2s", swap: "outerMorph", status: KEEP_ON_ERROR });
  return (
    <section id={ELEMENT_ID.meetingRuns} aria-label="Processing" {...(runs.some(isActive) ? poll : {})}>
      {runs.length === 0 ? null : <RunsTable meetingId={meetingId} runs={runs} />}
      {found === null ? null : <Found {...found} />}
    </section>
  );
}

function RunsTable({ meetingId, runs }: Pick<MeetingRunsProps, "meetingId" | "runs">) {
  return (
    <section class="panel" aria-labelledby="meeting-runs-title">
      <h2 id="meeting-runs-title">Runs</h2>
      {runs.filter((run) => !isActive(run)).length < 2 ? null : (
        <p>
          <a href={`/meetings/${meetingId}/compare`}>Compare two runs side by side</a>
        </p>
      )}
      <div class="call-groups">
        <DataTable
          look="plain"
          columns={["Run", "Model", "State", "Result", "Calls", "Tokens", "Cost", "Time", "Useful?"]}
        >
          {runs.map((run) => (
            <RunRow run={run} />
          ))}
        </DataTable>
      </div>
    </section>
  );
}

function RunRow({ run }: { readonly run: MeetingRun }) {
  const { runId, plan, usedVersion, fellBackFrom, totals, createdAt, startedAt, finishedAt, state } = run;
  return (
    <tr>
      <td>
        <a href={`/runs/${runId}`}>{VERSION_WORDS[usedVersion ?? plan.version]}</a>{" "}
        {totals.isMock ? <span class="mark mark-mock">Mock</span> : null}{" "}
        <span class="muted">
          <RelativeTime at={createdAt} />
        </span>
        {fellBackFrom === null ? null : <p class="muted">V2 was given up: {fellBackFrom}</p>}
      </td>
      <td>
        {modelsWord(run)}
        {reviewerWord(run) === null ? null : <p class="muted">reviewed by {reviewerWord(run)}</p>}
      </td>
      <td>
        <StatusBadge state={state} />
      </td>
      <td>{run.effects > 0 ? <a href={`/runs/${runId}/effects`}>{outcomeWord(run)}</a> : outcomeWord(run)}</td>
      <td>{formatCount(totals.calls)}</td>
      <td>
        {formatCount(totals.inputTokens)} in, {formatCount(totals.outputTokens)} out
        {totals.cacheReadTokens > 0 ? <span class="muted"> ({formatCount(totals.cacheReadTokens)} cached)</span> : null}
      </td>
      <td>{costWord(run)}</td>
      <td>{formatDuration(durationMs(startedAt, finishedAt))}</td>
      <td>{isActive(run) ? "" : <Feedback run={run} />}</td>
    </tr>
  );
}

/** One press says it, the same press again takes it back. */
function Feedback({ run: { runId, meetingId, isUseful } }: { readonly run: MeetingRun }) {
  const action = `/runs/${runId}/feedback`;
  return (
    <Allowed post={action}>
      <PostForm action={action} class="feedback">
        <input type="hidden" name="meeting" value={meetingId} />
        {([true, false] as const).map((useful) => (
          <button
            type="submit"
            name="useful"
            value={isUseful === useful ? "" : String(useful)}
            class="button small"
            aria-pressed={isUseful === useful ? "true" : "false"}
          >
            {useful ? "Useful" : "Not useful"}
          </button>
        ))}
      </PostForm>
    </Allowed>
  );
}

const FOUND_WORDS: Readonly<Record<ItemKind, string>> = {
  story: "Stories",
  blocker: "Blockers",
  "action-item": "Action items",
  decision: "Decisions",
};

function Found({ runId, effects }: NonNullable<MeetingRunsProps["found"]>) {
  return (
    <section class="panel" aria-labelledby="meeting-found-title">
      <h2 id="meeting-found-title">Found</h2>
      <p>
        <a href={`/runs/${runId}/effects`}>
          Review {plural(effects.length, "write")} of the latest run that found anything
        </a>
      </p>
      {ITEM_KINDS.map((kind) => {
        const ofKind = effects.filter((effect) => effect.kind === kind);
        if (ofKind.length === 0) return null;
        return (
          <>
            <h3 class="found-kind">
              {FOUND_WORDS[kind]} <span class="muted">{formatCount(ofKind.length)}</span>
            </h3>
            <ul class="found">
              {ofKind.map((effect) => (
                <li>
                  <EffectLine effect={effect} />
                </li>
              ))}
            </ul>
          </>
        );
      })}
    </section>
  );
}

/** What one write says, and where it was said: on the meeting's own page. */
export function EffectLine({ effect, page = "" }: { readonly effect: Effect; readonly page?: string }) {
  const { label, action, evidence } = effect;
  return (
    <>
      <strong>{label}</strong> {action === "create" ? <span class="mark">new</span> : null} {changeWords(effect)}
      {evidence === null ? null : (
        <blockquote>
          <a href={`${page}#${utteranceId(evidence.utterance)}`}>“{evidence.quote}”</a>{" "}
          <span class="muted">{evidence.speaker}</span>
        </blockquote>
      )}
    </>
  );
}
