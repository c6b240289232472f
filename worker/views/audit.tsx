/** `/settings/audit`: who changed what in the workspace, newest first, and whether the log of it is whole. */

import { AUDIT_KIND_NAMES, AUDIT_KINDS, type AuditVerification, type ShownAuditEntry } from "../domain/audit.ts";
import { PostForm } from "./components/allowed.tsx";
import { Choice, type Options } from "./components/choice.tsx";
import { DataTable } from "./components/data-table.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { DayRange, ListFilters } from "./components/list-filters.tsx";
import { ListResults } from "./components/list-page.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { RelativeTime } from "./components/time.tsx";
import { plural } from "./format.ts";
import type { Shell } from "./layout.tsx";
import { listHref } from "./list-href.ts";

/** As in the URL; an empty text is no filter. */
export interface ShownAuditFilter {
  readonly actor: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
}

export interface AuditProps {
  readonly filter: ShownAuditFilter;
  readonly entries: readonly ShownAuditEntry[];
  readonly cursor: string | null;
  readonly nextCursor: string | null;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  /** What came of looking just now; null when nobody asked. */
  readonly verification: AuditVerification | null;
  readonly errors: readonly FieldError[];
}

const BASE = "/settings/audit";

export function AuditPage({ shell, ...props }: AuditProps & { readonly shell: Shell }) {
  const { filter, entries, cursor, nextCursor, verification, errors } = props;
  return (
    <SettingsPage
      shell={shell}
      tab="audit"
      action={
        <PostForm action={`${BASE}/verifications`}>
          <button type="submit" class="button">
            Verify
          </button>
        </PostForm>
      }
      failure="The filter is not right"
      errors={errors}
    >
      {verification === null ? null : <Verification {...verification} />}
      <FilterForm {...props} />
      <ListResults hrefAt={(at) => listHref(BASE, filter, { cursor: at })} cursor={cursor} nextCursor={nextCursor}>
        {entries.length > 0 ? (
          <EntryTable entries={entries} />
        ) : (
          <EmptyState icon="history" title="No entries">
            Nothing that was changed fits this filter. Clear it to see all.
          </EmptyState>
        )}
      </ListResults>
      <p class="muted">
        Export what the filter shows: <a href={listHref(`${BASE}/export.csv`, filter)}>CSV</a>,{" "}
        <a href={listHref(`${BASE}/export.json`, filter)}>JSON</a>. Entries are never changed or removed.
      </p>
    </SettingsPage>
  );
}

function Verification({ isIntact, entries, head, problem }: AuditVerification) {
  return (
    <section class="panel" role="status">
      <h2>{isIntact ? "The log is whole" : "The log is not whole"}</h2>
      {problem === null ? (
        <p>
          {plural(entries, "entry", "entries")} looked at, from the first to the last. It ends with number {head.seq},
          hash <code class="webhook-address">{head.hash}</code>: note it elsewhere, and{" "}
          <code>npm run audit:verify</code> can tell later whether something was taken from the end.
        </p>
      ) : (
        <p>
          Up to number {head.seq} all is as it was written. Number {problem.seq}: {problem.reason}
        </p>
      )}
    </section>
  );
}

function FilterForm({ filter: { actor, kind, from, to }, people }: Pick<AuditProps, "filter" | "people">) {
  const known = people.map(({ id, name }) => [id, name] as const);
  // Somebody who has left, or a token.
  const all = actor === "" || people.some(({ id }) => id === actor) ? known : [...known, [actor, actor] as const];
  return (
    <ListFilters action={BASE}>
      <Choice name="actor" label="Person" any="Anybody" value={actor} options={all} />
      <Choice name="kind" label="Kind" any="Any kind" value={kind} options={KIND_OPTIONS} />
      <DayRange from={from} to={to} />
    </ListFilters>
  );
}

const KIND_OPTIONS: Options = AUDIT_KIND_NAMES.map((kind) => [kind, kind]);

function EntryTable({ entries }: Pick<AuditProps, "entries">) {
  return (
    <DataTable caption="Entries, newest first" columns={["What", "When", "Where from", "Number"]}>
      {entries.map((entry) => (
        <EntryRow entry={entry} />
      ))}
    </DataTable>
  );
}

const wordsOf = (kind: string) => (AUDIT_KINDS as Record<string, { readonly words: string }>)[kind]?.words ?? kind;

function EntryRow({ entry }: { readonly entry: ShownAuditEntry }) {
  const { seq, at, kind, actor, address, target, details } = entry;
  const told = Object.entries(details).filter(([, value]) => value !== "");
  return (
    <tr>
      <td class="cell-run">
        <a href={listHref(BASE, { actor: actor.id })}>{actor.name}</a>
        {actor.kind === "token" ? " (a token of theirs)" : ""} {wordsOf(kind)}
        <span class="cell-note muted webhook-address">
          <code>{kind}</code> {told.map(([name, value]) => `${name}: ${value}`).join(", ")}{" "}
          {target === "" ? null : <code>{target}</code>}
        </span>
      </td>
      <td class="muted" data-label="When">
        <RelativeTime at={at} />
      </td>
      <td class="muted" data-label="Where from">
        {address === "" ? "not known" : address}
      </td>
      <td class="muted" data-label="Number">
        {seq}
      </td>
    </tr>
  );
}
