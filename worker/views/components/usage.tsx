/**
 * What a run used, beside what it was allowed to use. The bars are `<meter>`-like SVG, the figures are the truth.
 */
import type { LimitName } from "../../domain/guest-outcome.ts";
import type { Limits } from "../../domain/program.ts";
import type { RunUsage } from "../../domain/run.ts";
import { formatBytes, formatCompact, formatCount, formatDuration } from "../format.ts";
import { LIMIT_WORDS } from "../run-words.ts";

export interface UsageProps {
  readonly usage: RunUsage;
  readonly limits: Limits;
  readonly limitReached: LimitName | null;
}

interface UsageRow {
  readonly name: string;
  readonly limit: LimitName;
  readonly used: number;
  readonly allowed: number;
  readonly format: (value: number) => string;
}

function rowsOf(usage: RunUsage, limits: Limits): readonly UsageRow[] {
  return [
    { name: "Wall time", limit: "time", used: usage.wallMs, allowed: limits.timeoutMs, format: formatDuration },
    { name: "Fuel", limit: "fuel", used: usage.fuel, allowed: limits.fuel, format: formatCompact },
    { name: "Memory", limit: "memory", used: usage.memoryBytes, allowed: limits.memoryBytes, format: formatBytes },
    { name: "Output", limit: "output", used: usage.outputBytes, allowed: limits.outputBytes, format: formatBytes },
    { name: "Host calls", limit: "host-calls", used: usage.hostCalls, allowed: limits.hostCalls, format: formatCount },
  ];
}

export function UsageTable({ usage, limits, limitReached }: UsageProps) {
  return (
    <table class="plain usage">
      <thead>
        <tr>
          <th scope="col">Of</th>
          <th scope="col" class="number">
            Used
          </th>
          <th scope="col" class="number">
            Limit
          </th>
          <th scope="col">
            <span class="visually-hidden">Share</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rowsOf(usage, limits).map((row) => (
          <tr data-reached={row.limit === limitReached ? "true" : undefined}>
            <th scope="row">
              {row.name}
              {row.limit === limitReached ? <span class="mark mark-warning">limit reached</span> : null}
            </th>
            <td class="number">{row.format(row.used)}</td>
            <td class="number muted">{row.format(row.allowed)}</td>
            <td class="usage-bar">
              <Bar share={row.allowed === 0 ? 0 : row.used / row.allowed} />
            </td>
          </tr>
        ))}
        <tr>
          <th scope="row">Waited in lane</th>
          <td class="number">{formatDuration(usage.queuedMs)}</td>
          <td></td>
          <td></td>
        </tr>
      </tbody>
    </table>
  );
}

function Bar({ share }: { readonly share: number }) {
  const width = Math.max(share > 0 ? 1 : 0, Math.min(100, share * 100));
  return (
    <svg width="100%" height="6" aria-hidden="true">
      <rect class="bar-track" width="100%" height="6" rx="3" />
      <rect class="bar-fill" width={`${width.toFixed(1)}%`} height="6" rx="3" />
    </svg>
  );
}

/** The same in one line, for the playground. */
export function UsageLine({ usage, limitReached }: Pick<UsageProps, "usage" | "limitReached">) {
  return (
    <dl class="facts usage-line">
      <Fact name="Time" value={formatDuration(usage.wallMs)} />
      <Fact name="Queued" value={formatDuration(usage.queuedMs)} />
      <Fact name="Memory" value={formatBytes(usage.memoryBytes)} />
      <Fact name="Fuel" value={formatCompact(usage.fuel)} />
      <Fact name="Output" value={formatBytes(usage.outputBytes)} />
      {limitReached ? <Fact name="Limit reached" value={LIMIT_WORDS[limitReached]} /> : null}
    </dl>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
