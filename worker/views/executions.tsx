/**
 * `/executions`: the workspace's calls of models with filters in the URL, their figures in all and in groups, and the
 * list, newest first.
 */

import {
  EXECUTION_BOUNDS,
  EXECUTION_GROUPS,
  EXECUTION_OUTCOMES,
  EXECUTION_PROVIDERS,
  EXECUTION_SOURCES,
  type Execution,
  type ExecutionFigures,
  type ExecutionFilter,
  type ExecutionGroup,
} from "../domain/execution.ts";
import { useMay } from "./components/allowed.tsx";
import { Choice, type Options } from "./components/choice.tsx";
import { DataTable } from "./components/data-table.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { Icon } from "./components/icon.tsx";
import { DayRange, ListFilters } from "./components/list-filters.tsx";
import { ListPage, ListResults } from "./components/list-page.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { costWord, OUTCOME_LOOKS, providerWord, SOURCE_WORDS, tokensWord } from "./execution-words.ts";
import { formatCompact, formatCount, formatDuration, formatMicros, plural } from "./format.ts";
import type { Shell } from "./layout.tsx";
import { listHref } from "./list-href.ts";

export interface ExecutionsProps {
  readonly filter: ExecutionFilter;
  readonly group: ExecutionGroup;
  readonly totals: ExecutionFigures;
  readonly groups: readonly ExecutionFigures[];
  /** Models to choose from. */
  readonly models: readonly string[];
  readonly executions: readonly Execution[];
  /** Cursor of this page; null on the first. */
  readonly cursor: string | null;
  readonly nextCursor: string | null;
}

const BASE = "/executions";

export function ExecutionsPage({ shell, ...props }: ExecutionsProps & { readonly shell: Shell }) {
  return (
    <ListPage shell={shell} section="executions" title="Model calls">
      <FilterForm {...props} />
      <ExecutionResults {...props} />
    </ListPage>
  );
}

const SOURCE_OPTIONS: Options = EXECUTION_SOURCES.map((source) => [source, SOURCE_WORDS[source]]);
const PROVIDER_OPTIONS: Options = EXECUTION_PROVIDERS.map((provider) => [provider, providerWord(provider)]);
const OUTCOME_OPTIONS: Options = EXECUTION_OUTCOMES.map((outcome) => [outcome, OUTCOME_LOOKS[outcome].word]);
const GROUP_WORDS: Readonly<Record<ExecutionGroup, string>> = { model: "By model", day: "By day" };

function FilterForm({ filter, group, models }: Pick<ExecutionsProps, "filter" | "group" | "models">) {
  const { source = "", provider = "", model = "", outcome = "", from = "", to = "" } = filter;
  const known = model === "" || models.includes(model) ? models : [...models, model];
  return (
    <ListFilters action={BASE} results={ELEMENT_ID.executionResults}>
      <Choice name="source" label="Source" any="Any source" value={source} options={SOURCE_OPTIONS} />
      <Choice name="provider" label="Provider" any="Any provider" value={provider} options={PROVIDER_OPTIONS} />
      <Choice name="model" label="Model" any="Any model" value={model} options={known.map((each) => [each, each])} />
      <Choice name="outcome" label="Outcome" any="Any outcome" value={outcome} options={OUTCOME_OPTIONS} />
      <DayRange from={from} to={to} />
      <label>
        <span class="visually-hidden">Group</span>
        <select name="group">
          {EXECUTION_GROUPS.map((each) => (
            <option value={each} selected={each === group}>
              {GROUP_WORDS[each]}
            </option>
          ))}
        </select>
      </label>
    </ListFilters>
  );
}

/** Answer to `GET /executions` with `HX-Request-Type: partial`. */
export function ExecutionResults({ filter, group, totals, groups, executions, cursor, nextCursor }: ExecutionsProps) {
  const may = useMay();
  return (
    <ListResults
      id={ELEMENT_ID.executionResults}
      class="call-results"
      hrefAt={(at) => listHref(BASE, filter, { group, cursor: at })}
      cursor={cursor}
      nextCursor={nextCursor}
    >
      {totals.calls === 0 ? (
        <EmptyState
          icon="sparkles"
          title="No calls"
          {...(may("POST", "/playground/generations")
            ? { action: { href: "/playground", label: "Describe a program in the playground" } }
            : {})}
        >
          Whenever a model is asked, what it was asked and what it answered, used and cost stands here.
        </EmptyState>
      ) : (
        <>
          <Totals totals={totals} />
          <GroupTable groups={groups} group={group} />
          <CallTable executions={executions} />
          <Exports filter={filter} calls={totals.calls} />
        </>
      )}
    </ListResults>
  );
}

function Totals({ totals }: Pick<ExecutionsProps, "totals">) {
  const { calls, whole, inputTokens, outputTokens, costMicros, unpriced, p50Ms, p95Ms } = totals;
  const figures: readonly (readonly [label: string, value: string, note: string])[] = [
    ["Calls", formatCount(calls), `${formatCount(whole)} whole`],
    ["Tokens", formatCompact(inputTokens + outputTokens), `${formatCompact(outputTokens)} of them out`],
    ["Cost", formatMicros(costMicros), unpriced === 0 ? "of every call" : `and ${plural(unpriced, "call")} unknown`],
    ["Latency", formatDuration(p50Ms), `p50 · p95 ${formatDuration(p95Ms)}`],
  ];
  return (
    <ul class="tiles call-tiles" aria-label="Figures">
      {figures.map(([label, value, note]) => (
        <li>
          <div class="tile">
            <span class="tile-label">{label}</span>
            <span class="tile-value">{value}</span>
            <span class="tile-note">{note}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}

function GroupTable({ groups, group }: Pick<ExecutionsProps, "groups" | "group">) {
  return (
    // On a phone it is wider than the screen: whoever has no finger scrolls it with the keys.
    <section class="panel call-groups" aria-label={GROUP_WORDS[group]} tabindex={0}>
      <table class="plain">
        <caption>{GROUP_WORDS[group]}</caption>
        <thead>
          <tr>
            <th scope="col">{group === "model" ? "Model" : "Day"}</th>
            <th scope="col" class="number">
              Calls
            </th>
            <th scope="col" class="number">
              Tokens
            </th>
            <th scope="col" class="number">
              Cost
            </th>
            <th scope="col" class="number">
              p50 · p95
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map((each) => (
            <tr>
              <th scope="row">{each.group}</th>
              <td class="number">{formatCount(each.calls)}</td>
              <td class="number">{formatCompact(each.inputTokens + each.outputTokens)}</td>
              <td class="number">
                {formatMicros(each.costMicros)}
                {each.unpriced === 0 ? null : <span class="muted"> + {formatCount(each.unpriced)} unknown</span>}
              </td>
              <td class="number">
                {formatDuration(each.p50Ms)} · {formatDuration(each.p95Ms)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function CallTable({ executions }: Pick<ExecutionsProps, "executions">) {
  return (
    <DataTable
      caption="Calls, newest first"
      columns={["Outcome", "Call", { number: "Cost" }, { number: "Time" }, { number: "Started" }]}
    >
      {executions.map((call) => (
        <tr>
          <td class="cell-state">
            <StateBadge look={OUTCOME_LOOKS[call.outcome]} />
          </td>
          <td class="cell-run">
            <a class="row-link" href={`/executions/${call.id}`}>
              {call.model}
            </a>
            <span class="cell-note muted">
              {[providerWord(call.provider), SOURCE_WORDS[call.source.kind], tokensWord(call), ...pathWords(call)].join(
                " · ",
              )}
            </span>
          </td>
          <td class="number">{costWord(call)}</td>
          <td class="cell-time number">{formatDuration(call.latencyMs)}</td>
          <td class="cell-when number muted">
            <RelativeTime at={call.startedAt} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function pathWords({ reason, retries, fallbacks }: Execution): string[] {
  return [
    ...(reason === null ? [] : [reason]),
    ...(retries.length === 0 ? [] : [plural(retries.length, "retry", "retries")]),
    ...(fallbacks.length === 0 ? [] : [plural(fallbacks.length, "fallback")]),
  ];
}

function Exports({ filter, calls }: Pick<ExecutionsProps, "filter"> & { readonly calls: number }) {
  return (
    <p class="actions">
      <a class="button" href={listHref(`${BASE}/export`, filter, { format: "csv" })}>
        <Icon name="download" /> CSV
      </a>
      <a class="button" href={listHref(`${BASE}/export`, filter, { format: "json" })}>
        <Icon name="download" /> JSON
      </a>
      {calls > EXECUTION_BOUNDS.exportRows ? (
        <span class="muted">The newest {formatCount(EXECUTION_BOUNDS.exportRows)}; choose days for the others.</span>
      ) : null}
    </p>
  );
}
