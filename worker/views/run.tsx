/**
 * One run at `/runs/:id`. The header is a fragment that is fetched anew when the run changes its state; below it, one
 * tab for each URL: the log, the program, the metrics. The log itself keeps its own socket and is never replaced.
 */
import { dollarText, toMicros } from "../domain/dollars.ts";
import type { ModelSpending } from "../domain/guest-outcome.ts";
import type { Issue } from "../domain/issue.ts";
import type { ReplayVerdict } from "../domain/replay.ts";
import { isTerminal, type RunDetail } from "../domain/run.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { Attempts } from "./components/attempts.tsx";
import { BudgetWaitPanel } from "./components/budget-wait.tsx";
import { Icon } from "./components/icon.tsx";
import { Outcome } from "./components/outcome.tsx";
import { ReceiptFacts } from "./components/receipt.tsx";
import { ReplayPlace } from "./components/replay-verdict.tsx";
import { StatusBadge, StepIcon } from "./components/status-badge.tsx";
import { Duration, RelativeTime } from "./components/time.tsx";
import { UsageTable } from "./components/usage.tsx";
import { WaitPanel } from "./components/wait-panel.tsx";
import { type EffectSheetProps, EffectSheetView } from "./effect-sheet.tsx";
import { byId, ELEMENT_ID } from "./element-id.ts";
import { formatCount, formatDuration, formatInstant } from "./format.ts";
import { hx, KEEP_ON_ERROR } from "./hx.ts";
import { queueHref } from "./lane-words.ts";
import { Layout, type Shell } from "./layout.tsx";
import { RunLog, type RunLogProps } from "./log/log-view.tsx";
import { type EffectsByLine, ProgramFiles } from "./program-files.tsx";
import { HostCallList, type HostCallListProps } from "./run-calls.tsx";
import { contentLabel, endingMark, reasonOf, STEP_WORDS } from "./run-words.ts";

export type RunTab = "log" | "program" | "effects" | "calls" | "metrics";

export interface RunPageProps {
  readonly run: RunDetail;
  /** The program of a run that failed, to quote the line from; empty for every other. */
  readonly files: Readonly<Record<string, string>>;
  /** What the open tab shows: each tab brings its own content. */
  readonly tab:
    | ({ readonly name: "log" } & Pick<RunLogProps, "events">)
    | {
        readonly name: "program";
        readonly files: Readonly<Record<string, string>>;
        /** Numbers of the effects that a line of the entry has asked for. */
        readonly effects: EffectsByLine;
      }
    | ({ readonly name: "effects" } & EffectSheetProps)
    | ({ readonly name: "calls" } & Omit<HostCallListProps, "runId">)
    | { readonly name: "metrics" };
  /** What a replay found that was asked for without a script. */
  readonly verdict?: ReplayVerdict | null;
}

const TABS: readonly { name: RunTab; label: string; path: string }[] = [
  { name: "log", label: "Log", path: "" },
  { name: "program", label: "Program", path: "/program" },
  { name: "effects", label: "Effects", path: "/effects" },
  { name: "calls", label: "Host calls", path: "/calls" },
  { name: "metrics", label: "Metrics", path: "/metrics" },
];

export function RunPage({ shell, run, files, tab, verdict = null }: RunPageProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="runs" title={run.title} runState={run.state} scripts={["run-log.js"]}>
      <RunHeader run={run} files={files} />
      <ReplayPlace verdict={verdict} />
      <nav class="tabs" aria-label="Parts of the run">
        {TABS.filter(({ name }) => hasTab(run, name)).map(({ name, label, path }) => (
          <a href={`/runs/${run.id}${path}`} aria-current={name === tab.name ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      {tab.name === "log" ? (
        <RunLog runId={run.id} state={run.state} events={tab.events} lastSeq={run.lastSeq} />
      ) : null}
      {tab.name === "program" && run.entry !== null ? (
        <div class="stack">
          {run.receipt === null ? null : <ReceiptFacts receipt={run.receipt} />}
          <ProgramFiles
            {...{ runId: run.id, entry: run.entry, files: tab.files, error: run.error, effects: tab.effects }}
          />
        </div>
      ) : null}
      {tab.name === "effects" ? <EffectSheetView {...tab} /> : null}
      {tab.name === "calls" ? <HostCallList runId={run.id} {...tab} /> : null}
      {tab.name === "metrics" ? <Metrics run={run} /> : null}
    </Layout>
  );
}

function hasTab({ entry, grants, usage }: RunDetail, name: RunTab): boolean {
  if (name === "program") return entry !== null;
  if (name === "calls") return (usage?.hostCalls ?? 0) > 0;
  return name !== "effects" || grants?.code !== undefined;
}

/** Answer to `GET /runs/:id/header`, and to a cancellation that came through htmx. */
export function RunHeader({ run, files }: Pick<RunPageProps, "run" | "files">) {
  // A limit has its own banner, which says more.
  const reason = run.limitReached ? null : reasonOf(run);
  const mark = endingMark(run);
  // The log's events are the quick way to news; the slow poll covers the tabs that have no log.
  const live = isTerminal(run.state)
    ? {}
    : hx({
        get: `/runs/${run.id}/header`,
        trigger: "run-state from:body, run-end from:body, every 3s",
        swap: "outerMorph",
        status: KEEP_ON_ERROR,
      });
  return (
    <section id={ELEMENT_ID.runHeader} class="run-header" aria-label="Run" data-run-state={run.state} {...live}>
      <div class="page-head">
        <h1>{run.title}</h1>
        <StatusBadge state={run.state} large />
        {mark === null ? null : <span class="mark mark-warning">{mark}</span>}
        <RunActions run={run} />
      </div>
      <div id={ELEMENT_ID.runNotice} role="status"></div>
      {run.budgetWait && !isTerminal(run.state) ? <BudgetWaitPanel runId={run.id} wait={run.budgetWait} /> : null}
      {run.wait ? <WaitPanel run={run} wait={run.wait} /> : reason ? <p class="run-reason">{reason}</p> : null}
      <Facts run={run} />
      <Origin run={run} />
      {run.issue ? <Labels issue={run.issue} /> : null}
      <Steps run={run} />
      <Attempts attempts={run.attemptHistory} />
      {isTerminal(run.state) ? <Outcome run={run} programHref={`/runs/${run.id}/program`} files={files} /> : null}
    </section>
  );
}

/** The way from a fork to what it begins like. */
function Origin({ run }: { readonly run: RunDetail }) {
  if (run.forkOf === null) return null;
  return (
    <p class="muted">
      {"Forked from "}
      <a href={`/runs/${run.forkOf.of}`}>another run</a>
      {` at host call ${run.forkOf.call + 1}. `}
      <a href={`/runs/${run.id}/branches`}>See both branches</a>
    </p>
  );
}

function RunActions({ run }: { readonly run: RunDetail }) {
  const cancel = hx({
    post: `/runs/${run.id}/cancellation`,
    target: byId(ELEMENT_ID.runHeader),
    swap: "outerMorph",
    disable: "find button",
    // A refusal stands above the header; it does not take its place.
    status: { "4xx": "swap:afterbegin", "5xx": "swap:afterbegin" },
  });
  return (
    <div class="actions">
      {isTerminal(run.state) && run.usage !== null ? <ReplayButton runId={run.id} /> : null}
      {run.entry === null ? null : (
        <a class="button" href={`/playground?run=${run.id}`} title="Open a copy of its program in the playground">
          <Icon name="git-fork" /> Fork
        </a>
      )}
      {run.entry === null ? null : (
        <Allowed get="/snippets/new">
          <a class="button" href={`/snippets/new?run=${run.id}`} title="Keep its program under a name">
            <Icon name="library" /> Save as snippet
          </a>
        </Allowed>
      )}
      {isTerminal(run.state) ? (
        <PostForm action={`/runs/${run.id}/retries`}>
          <button type="submit" class="button">
            <Icon name="rotate-cw" /> Retry
          </button>
        </PostForm>
      ) : (
        <PostForm action={`/runs/${run.id}/cancellation`} {...cancel}>
          <button type="submit" class="button danger">
            <Icon name="ban" /> Cancel
          </button>
        </PostForm>
      )}
    </div>
  );
}

function ReplayButton({ runId }: { readonly runId: string }) {
  const replay = hx({
    post: `/runs/${runId}/replays`,
    target: byId(ELEMENT_ID.replayVerdict),
    swap: "outerHTML",
    disable: "find button",
    // A refusal stands in the verdict's place, which stays for the next one.
    status: { "4xx": "swap:innerHTML", "5xx": "swap:innerHTML" },
  });
  return (
    <PostForm action={`/runs/${runId}/replays`} {...replay}>
      <button
        type="submit"
        class="button"
        title="Run it again from its journal, without its waiting, and compare to the last byte"
      >
        <Icon name="repeat-2" /> Replay
      </button>
    </PostForm>
  );
}

function Facts({ run }: { readonly run: RunDetail }) {
  return (
    <dl class="facts">
      <div>
        <dt>Created</dt>
        <dd>
          <RelativeTime at={run.createdAt} />
        </dd>
      </div>
      <div>
        <dt>Ran</dt>
        <dd>{run.startedAt === null ? "–" : <Duration from={run.startedAt} to={run.finishedAt} />}</dd>
      </div>
      {run.usage?.models ? (
        <div>
          <dt>Cost</dt>
          <dd>{costWords(run)}</dd>
        </div>
      ) : null}
      {run.usage ? (
        <div>
          <dt>Queued</dt>
          <dd>{formatDuration(run.usage.queuedMs)}</dd>
        </div>
      ) : null}
      <div>
        <dt>{run.issue ? "Issue" : "Language"}</dt>
        <dd>{run.issue ? <IssueLink issue={run.issue} /> : contentLabel(run)}</dd>
      </div>
      <div>
        <dt>Lane</dt>
        <dd>
          <a href={queueHref(run.lane)}>
            <code>{run.lane}</code>
          </a>
        </dd>
      </div>
      {run.priority === "normal" ? null : (
        <div>
          <dt>Priority</dt>
          <dd>{run.priority}</dd>
        </div>
      )}
      <div>
        <dt>Attempts</dt>
        <dd>{run.attempts}</dd>
      </div>
      {run.grants === null || run.grants.fetch.length === 0 ? null : (
        <div>
          <dt>May fetch</dt>
          <dd>
            <code>{run.grants.fetch.join(", ")}</code>
          </dd>
        </div>
      )}
      {run.retryOf === null ? null : (
        <div>
          <dt>Retry of</dt>
          <dd>
            <a href={`/runs/${run.retryOf}`}>the earlier run</a>
          </dd>
        </div>
      )}
      <div>
        <dt>Id</dt>
        <dd>
          <code class="run-id">{run.id}</code>
        </dd>
      </div>
    </dl>
  );
}

function IssueLink({ issue }: { readonly issue: Issue }) {
  return issue.url === null || !/^https?:/.test(issue.url) ? (
    <code>{issue.key}</code>
  ) : (
    <a href={issue.url} rel="noreferrer">
      {issue.key}
    </a>
  );
}

function Labels({ issue }: { readonly issue: Issue }) {
  const { source, type, labels } = issue;
  return (
    <p class="labels">
      <span class="muted">
        {type} from {ISSUE_SOURCE_WORDS[source]}
      </span>{" "}
      {labels.map((label) => (
        <>
          <span class="mark">{label}</span>{" "}
        </>
      ))}
    </p>
  );
}

const ISSUE_SOURCE_WORDS: Readonly<Record<Issue["source"], string>> = {
  github: "GitHub",
  jira: "Jira",
  console: "the console",
  api: "the API",
};

function Steps({ run }: { readonly run: RunDetail }) {
  return (
    <ol class="steps" aria-label="Steps">
      {run.steps.map((step) => (
        <li>
          <StepIcon state={step.state} />
          <span>{STEP_WORDS[step.name]}</span>
          {step.startedAt === null ? null : (
            <span class="muted">
              <Duration from={step.startedAt} to={step.finishedAt} />
              {step.models ? ` · ${tokenWords(step.models)}` : null}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

function costWords({ cost, usage }: RunDetail): string {
  if (cost !== null) return dollarText(toMicros(cost));
  return usage?.models ? "unknown" : "no paid call";
}

function tokenWords({ inputTokens, outputTokens }: ModelSpending): string {
  return `${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`;
}

function modelWords(spending: ModelSpending): string {
  return `${formatCount(spending.calls)} calls, ${tokenWords(spending)}`;
}

function Metrics({ run }: { readonly run: RunDetail }) {
  return (
    <div class="columns">
      <section class="panel" aria-labelledby="usage-title">
        <h2 id="usage-title">Usage</h2>
        {run.usage && run.limits ? (
          <UsageTable usage={run.usage} limits={run.limits} limitReached={run.limitReached} />
        ) : (
          <p class="muted">{isTerminal(run.state) ? "No program ran." : "Measured when the run ends."}</p>
        )}
      </section>
      <section class="panel" aria-labelledby="times-title">
        <h2 id="times-title">Times</h2>
        <table class="plain">
          <tbody>
            {(
              [
                ["Created", run.createdAt],
                ["Started", run.startedAt],
                ["Finished", run.finishedAt],
              ] as const
            ).map(([name, at]) => (
              <tr>
                <th scope="row">{name}</th>
                <td class="number">{at === null ? "–" : formatInstant(at)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">Cost</th>
              <td class="number">{costWords(run)}</td>
            </tr>
            {run.usage?.models ? (
              <tr>
                <th scope="row">Models</th>
                <td class="number">{modelWords(run.usage.models)}</td>
              </tr>
            ) : null}
          </tbody>
        </table>
      </section>
    </div>
  );
}
