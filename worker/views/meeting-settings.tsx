/** `/settings/meetings`: the share of meetings that is processed by one program, what happens where one fails, and counts. */
import { ROLLOUT_DAYS, type RolloutCounts } from "../domain/meeting-processing.ts";
import { Allowed, ReadableForm } from "./components/allowed.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { SettingsTabs } from "./components/settings-tabs.tsx";
import { formatCount, formatShare } from "./format.ts";
import { Layout, type Shell } from "./layout.tsx";

export interface MeetingSettingsProps {
  /** What the form holds; the share as it was typed. */
  readonly values: { readonly v2Percent: string; readonly fallback: boolean };
  readonly errors: readonly FieldError[];
  readonly counts: RolloutCounts;
}

export function MeetingSettingsPage({ shell, ...props }: MeetingSettingsProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section={null} title="Meetings">
      <div class="page-head">
        <h1>Meetings</h1>
      </div>
      <SettingsTabs current="meetings" />
      <div class="settings">
        <ErrorSummary title="The settings were not saved" errors={props.errors} />
        <RolloutForm {...props} />
        <Counts {...props} />
      </div>
    </Layout>
  );
}

function RolloutForm({ values, errors }: MeetingSettingsProps) {
  return (
    <section class="panel" aria-labelledby="rollout-title">
      <h2 id="rollout-title">How meetings are processed</h2>
      <ReadableForm class="settings-form" action="/settings/meetings">
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
        <Allowed post="/settings/meetings">
          <div class="actions">
            <button type="submit" class="button primary">
              Save
            </button>
          </div>
        </Allowed>
      </ReadableForm>
    </section>
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
        <table class="plain">
          <caption class="visually-hidden">Runs about meetings by how they were processed</caption>
          <thead>
            <tr>
              <th scope="col">Way</th>
              <th scope="col" class="number">
                Runs
              </th>
              <th scope="col" class="number">
                Share
              </th>
            </tr>
          </thead>
          <tbody>
            {COUNT_ROWS.map(({ label, of }) => (
              <tr>
                <th scope="row">{label}</th>
                <td class="number">{formatCount(of(counts))}</td>
                <td class="number">{formatShare(of(counts) / all)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p class="muted">Runs that have ended, whatever came of them.</p>
    </section>
  );
}
