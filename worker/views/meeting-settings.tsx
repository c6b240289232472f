/** `/settings/meetings`: the share of meetings that is processed by one program, what happens where one fails, and counts. */

import { ROLLOUT_DAYS, type RolloutCounts } from "../domain/meeting-processing.ts";
import { DataTable } from "./components/data-table.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { formatCount, formatShare } from "./format.ts";
import type { Shell } from "./layout.tsx";

export interface MeetingSettingsProps {
  /** What the form holds; the share as it was typed. */
  readonly values: { readonly v2Percent: string; readonly fallback: boolean };
  readonly errors: readonly FieldError[];
  readonly counts: RolloutCounts;
}

export function MeetingSettingsPage({ shell, ...props }: MeetingSettingsProps & { readonly shell: Shell }) {
  return (
    <SettingsPage shell={shell} tab="meetings" failure="The settings were not saved" errors={props.errors}>
      <RolloutForm {...props} />
      <Counts {...props} />
    </SettingsPage>
  );
}

function RolloutForm({ values, errors }: MeetingSettingsProps) {
  return (
    <FormPanel
      name="rollout"
      title="How meetings are processed"
      action="/settings/meetings"
      submit="Save"
      tone="primary"
      isReadable
    >
      <TextField
        name="v2Percent"
        label="Share by one program (V2), in percent"
        value={values.v2Percent}
        errors={errors}
        isRequired
        hint="The others are processed by tool calls (V1). Whoever names a way gets that one."
      />
      <label>
        <input type="checkbox" name="fallback" checked={values.fallback} /> Where a program fails for good, try tool
        calls <span class="muted">(the calls of both are counted and paid)</span>
      </label>
    </FormPanel>
  );
}

const COUNT_ROWS: readonly { readonly label: string; readonly of: (counts: RolloutCounts) => number }[] = [
  { label: "One program (V2)", of: ({ v2 }) => v2 },
  { label: "Tool calls (V1)", of: ({ v1 }) => v1 },
  { label: "Begun with a program, ended with tool calls", of: ({ fallbacks }) => fallbacks },
];

function Counts({ counts }: MeetingSettingsProps) {
  const all = counts.v2 + counts.v1 + counts.fallbacks;
  return (
    <section class="panel" aria-labelledby="rollout-counts-title">
      <h2 id="rollout-counts-title">Runs of the last {ROLLOUT_DAYS} days</h2>
      {all === 0 ? (
        <p class="muted">No meeting was processed.</p>
      ) : (
        <DataTable
          look="plain"
          caption="Runs about meetings by how they were processed"
          columns={["Way", { number: "Runs" }, { number: "Share" }]}
        >
          {COUNT_ROWS.map(({ label, of }) => (
            <tr>
              <th scope="row">{label}</th>
              <td class="number">{formatCount(of(counts))}</td>
              <td class="number">{formatShare(of(counts) / all)}</td>
            </tr>
          ))}
        </DataTable>
      )}
      <p class="muted">Runs that have ended, whatever came of them.</p>
    </section>
  );
}
