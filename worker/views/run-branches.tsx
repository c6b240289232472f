/** A fork beside the run that it begins like, at `/runs/:id/branches`: what both came to, and where they differ. */

import { dollarText, toMicros } from "../domain/dollars.ts";
import type { EffectSheet, SheetEntry } from "../domain/effect-sheet.ts";
import type { RunDetail } from "../domain/run.ts";
import { DataTable } from "./components/data-table.tsx";
import { StatusBadge } from "./components/status-badge.tsx";
import { formatCount, formatDuration } from "./format.ts";
import { changeWords } from "./item-words.ts";
import { Layout, type Shell } from "./layout.tsx";

export interface Branch {
  readonly run: RunDetail;
  /** Of stdout and stderr, the end of it where it is long. */
  readonly output: string;
  readonly sheet: EffectSheet;
}

export interface BranchesProps {
  readonly origin: Branch;
  readonly fork: Branch;
}

export function BranchesPage({ shell, origin, fork }: BranchesProps & { readonly shell: Shell }) {
  const call = fork.run.forkOf?.call ?? 0;
  const branches = [origin, fork];
  return (
    <Layout shell={shell} section="runs" title={`Branches of ${origin.run.title}`}>
      <div class="page-head">
        <h1>Two branches of one run</h1>
      </div>
      <div class="stack">
        <p class="muted">{`The same up to host call ${call + 1}; figures as measured.`}</p>
        <section class="panel call-groups" aria-label="Figures">
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">
                  <span class="visually-hidden">What</span>
                </th>
                <Heading branch={origin} label="Origin" />
                <Heading branch={fork} label="Fork" />
              </tr>
            </thead>
            <tbody>
              {FIGURES.map(({ label, of }) => (
                <tr>
                  <th scope="row">{label}</th>
                  {branches.map((branch) => (
                    <td class="number">{of(branch)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section class="branch-part">
          <h2>Effects</h2>
          <Effects origin={origin} fork={fork} />
        </section>
        <section class="branch-part">
          <h2>Result</h2>
          <SideBySide texts={branches.map(({ run }) => endOf(run))} />
        </section>
        <section class="branch-part">
          <h2>Output</h2>
          <SideBySide texts={branches.map(({ output }) => output)} />
        </section>
      </div>
    </Layout>
  );
}

const models = ({ run }: Branch) => run.usage?.models;
const FIGURES: readonly { readonly label: string; readonly of: (branch: Branch) => string }[] = [
  { label: "Time", of: ({ run }) => (run.usage ? formatDuration(run.usage.wallMs) : "–") },
  { label: "Fuel", of: ({ run }) => (run.usage ? formatCount(run.usage.fuel) : "–") },
  { label: "Host calls", of: ({ run }) => (run.usage ? formatCount(run.usage.hostCalls) : "–") },
  { label: "Effects", of: ({ sheet }) => formatCount(sheet.entries.length) },
  { label: "Made before", of: ({ sheet }) => formatCount(sheet.unchanged) },
  { label: "Calls of models", of: (branch) => formatCount(models(branch)?.calls ?? 0) },
  { label: "Tokens in", of: (branch) => formatCount(models(branch)?.inputTokens ?? 0) },
  { label: "Tokens out", of: (branch) => formatCount(models(branch)?.outputTokens ?? 0) },
  { label: "Cost", of: (branch) => costOf(branch) },
];

function costOf(branch: Branch): string {
  if (!models(branch)) return "$0.00";
  return branch.run.cost === null ? "unknown" : dollarText(toMicros(branch.run.cost));
}

function endOf({ result, error }: RunDetail): string {
  return error ? `${error.name}: ${error.message}` : JSON.stringify(result, null, 2);
}

function Heading({ branch: { run }, label }: { readonly branch: Branch; readonly label: string }) {
  return (
    <th scope="col">
      {`${label}: `}
      <a href={`/runs/${run.id}`}>{run.title}</a> <StatusBadge state={run.state} />
    </th>
  );
}

function Effects({ origin, fork }: BranchesProps) {
  const rows = pairsOf(origin.sheet.entries, fork.sheet.entries);
  if (rows.length === 0) return <p class="muted">Neither branch asked to write anything.</p>;
  return (
    <section class="panel call-groups" aria-label="Effects">
      <DataTable look="plain" columns={["#", "Origin", "Fork", "Agree"]}>
        {rows.map(({ number, one, other }) => (
          <tr>
            <td class="number">{number}</td>
            <td>{effectText(one)}</td>
            <td>{effectText(other)}</td>
            <td>{asked(one) === asked(other) ? "Yes" : "No"}</td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

function pairsOf(one: readonly SheetEntry[], other: readonly SheetEntry[]) {
  const numbers = [...new Set([...one, ...other].map(({ effect }) => effect.number))].sort((a, b) => a - b);
  const find = (entries: readonly SheetEntry[], number: number) =>
    entries.find(({ effect }) => effect.number === number) ?? null;
  return numbers.map((number) => ({ number, one: find(one, number), other: find(other, number) }));
}

function effectText(entry: SheetEntry | null): string {
  if (entry === null) return "–";
  const { capability, label } = entry.effect;
  const said = changeWords(entry.effect);
  return `${capability} ${label}${said === "" ? "" : ` (${said})`}`;
}

/** All that a write asks for, also what is not worth reading. */
function asked(entry: SheetEntry | null): string {
  return JSON.stringify(entry && [entry.effect.capability, entry.effect.label, entry.effect.changes]);
}

function SideBySide({ texts }: { readonly texts: readonly string[] }) {
  return (
    <div class="branches">
      {texts.map((text) => (
        <pre class="panel">{text === "" ? "Nothing." : text}</pre>
      ))}
    </div>
  );
}
