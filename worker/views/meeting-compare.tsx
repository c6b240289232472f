/** `/meetings/:id/compare`: two runs about one meeting side by side, as they were measured, and what each wrote. */
import type { Effect } from "../domain/effect.ts";
import type { EffectComparison } from "../domain/effect-comparison.ts";
import type { MeetingRun } from "../domain/meeting-run.ts";
import { EmptyState } from "./components/empty-state.tsx";
import { RUN_LOOKS } from "./components/status-badge.tsx";
import { formatCount, formatInstant } from "./format.ts";
import { Layout, type Shell } from "./layout.tsx";
import { FIGURES, modelsWord, VERSION_WORDS } from "./meeting-run-words.ts";
import { EffectLine } from "./meeting-runs.tsx";

export interface ComparedRuns {
  readonly a: MeetingRun;
  readonly b: MeetingRun;
  readonly effects: EffectComparison;
}

export interface MeetingCompareProps {
  readonly shell: Shell;
  readonly meeting: { readonly id: string; readonly title: string };
  /** Those that can be chosen, the latest first. */
  readonly runs: readonly MeetingRun[];
  /** Null where there are not two. */
  readonly compared: ComparedRuns | null;
}

export function MeetingComparePage({ shell, meeting, runs, compared }: MeetingCompareProps) {
  const page = `/meetings/${meeting.id}`;
  return (
    <Layout shell={shell} section="meetings" title={`Compare · ${meeting.title}`}>
      <div class="page-head">
        <h1>Two runs of {meeting.title}</h1>
        <a class="button" href={page}>
          Back to the meeting
        </a>
      </div>
      {compared === null ? (
        <EmptyState icon="history" title="There are no two runs yet">
          Process the meeting in both ways, or by two models, then compare the runs here.
        </EmptyState>
      ) : (
        <>
          <ChoiceForm page={page} runs={runs} compared={compared} />
          <div class="stack">
            <Figures compared={compared} />
            <Effects page={page} compared={compared} />
          </div>
        </>
      )}
    </Layout>
  );
}

const nameOf = (run: MeetingRun) =>
  `${VERSION_WORDS[run.usedVersion ?? run.plan.version]} · ${modelsWord(run)} · ${formatInstant(run.createdAt)}`;

function ChoiceForm({ page, runs, compared }: { page: string; runs: readonly MeetingRun[]; compared: ComparedRuns }) {
  return (
    <form class="compare-choice" method="get" action={`${page}/compare`}>
      {(["a", "b"] as const).map((side) => (
        <label>
          {side.toUpperCase()}{" "}
          <select name={side}>
            {runs.map((run) => (
              <option value={run.runId} selected={run.runId === compared[side].runId}>
                {nameOf(run)}
              </option>
            ))}
          </select>
        </label>
      ))}
      <button type="submit" class="button">
        Compare
      </button>
    </form>
  );
}

function Figures({ compared: { a, b } }: { readonly compared: ComparedRuns }) {
  return (
    <section class="panel" aria-labelledby="compare-figures">
      <h2 id="compare-figures">Measured</h2>
      <div class="call-groups">
        <table class="plain">
          <thead>
            <tr>
              <td />
              {[a, b].map((run, at) => (
                <th scope="col">
                  {"AB"[at]} · <a href={`/runs/${run.runId}`}>{VERSION_WORDS[run.usedVersion ?? run.plan.version]}</a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">State</th>
              {[a, b].map(({ state }) => (
                <td>{RUN_LOOKS[state].word}</td>
              ))}
            </tr>
            {FIGURES.map(({ label, value }) => (
              <tr>
                <th scope="row">{label}</th>
                {[a, b].map((run) => (
                  <td>{value(run)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Effects({ page, compared: { effects } }: { readonly page: string; readonly compared: ComparedRuns }) {
  const { same, different, onlyA, onlyB } = effects;
  return (
    <section class="panel" aria-labelledby="compare-effects">
      <h2 id="compare-effects">Writes</h2>
      <p>
        {formatCount(same.length)} the same, {formatCount(different.length)} different, {formatCount(onlyA.length)} in A
        alone, {formatCount(onlyB.length)} in B alone.
      </p>
      {different.length === 0 ? null : (
        <>
          <h3 class="found-kind">Different</h3>
          <ul class="found compared">
            {different.map(({ a, b }) => (
              <li>
                <div>
                  <span class="mark">A</span> <EffectLine effect={a} page={page} />
                </div>
                <div>
                  <span class="mark">B</span> <EffectLine effect={b} page={page} />
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      <EffectList title="In A alone" effects={onlyA} page={page} />
      <EffectList title="In B alone" effects={onlyB} page={page} />
      <EffectList title="The same" effects={same.map(({ a }) => a)} page={page} />
    </section>
  );
}

function EffectList({ title, effects, page }: { title: string; effects: readonly Effect[]; page: string }) {
  if (effects.length === 0) return null;
  return (
    <>
      <h3 class="found-kind">{title}</h3>
      <ul class="found">
        {effects.map((effect) => (
          <li>
            <EffectLine effect={effect} page={page} />
          </li>
        ))}
      </ul>
    </>
  );
}
