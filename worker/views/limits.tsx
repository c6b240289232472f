/**
 * `/settings/limits`: calls a minute for each service, the circuit breakers with their last changes, how many of each
 * provider's calls ended well, and how long prompts and answers are kept.
 */

import { CALLS_PER_MINUTE, type CircuitView, LIMITED_SERVICES } from "../domain/call-limits.ts";
import { CIRCUIT } from "../domain/circuit.ts";
import { EXECUTION_BOUNDS, type ExecutionProvider } from "../domain/execution.ts";
import { CIRCUIT_LOOKS, SERVICE_WORDS } from "./circuit-words.ts";
import { DataTable } from "./components/data-table.tsx";
import { DoneNotice } from "./components/done-notice.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { providerWord } from "./execution-words.ts";
import { formatCount, formatDuration, formatShare } from "./format.ts";
import type { Shell } from "./layout.tsx";

/** What the forms hold, as it was typed, by the names of their fields. */
export type LimitValues = Readonly<Record<string, string | null>>;

export interface LimitsProps {
  readonly values: LimitValues;
  readonly errors: readonly FieldError[];
  readonly isSaved: boolean;
  readonly circuits: readonly CircuitView[];
  /** Of the workspace's keys, by their ids. */
  readonly keyNames: Readonly<Record<string, string>>;
  /** Of the last 24 hours. */
  readonly reliability: readonly {
    readonly provider: ExecutionProvider;
    readonly calls: number;
    readonly whole: number;
  }[];
}

export function LimitsPage({ shell, ...props }: LimitsProps & { readonly shell: Shell }) {
  return (
    <SettingsPage shell={shell} tab="limits" failure="The limits were not saved" errors={props.errors}>
      {props.isSaved ? <DoneNotice text="Saved." /> : null}
      <LimitForm {...props} />
      <ReliabilityTable {...props} />
      <Circuits {...props} />
      <RetentionForm {...props} />
    </SettingsPage>
  );
}

function LimitForm({ values, errors }: LimitsProps) {
  return (
    <FormPanel
      name="limits"
      title="Calls a minute"
      action="/settings/limits"
      submit="Save"
      tone="primary"
      isReadable
      intro={
        <p class="muted">
          A call beyond the limit waits for its turn, and says so. One that would wait for more than a minute is
          refused.
        </p>
      }
    >
      {LIMITED_SERVICES.map((service) => (
        <TextField
          name={service}
          label={SERVICE_WORDS[service]}
          value={values[service] ?? ""}
          errors={errors}
          isRequired
          hint={`${CALLS_PER_MINUTE[service]} where nothing else was set.`}
        />
      ))}
    </FormPanel>
  );
}

function ReliabilityTable({ reliability }: LimitsProps) {
  return (
    <section class="panel" aria-labelledby="reliability-title">
      <h2 id="reliability-title">Providers in the last 24 hours</h2>
      {reliability.length === 0 ? (
        <p class="muted">No model was asked.</p>
      ) : (
        <DataTable
          look="plain"
          caption="Calls that ended well"
          columns={["Provider", { number: "Ended well" }, { number: "Calls" }]}
        >
          {reliability.map(({ provider, calls, whole }) => (
            <tr>
              <th scope="row">{providerWord(provider)}</th>
              <td class="number">{formatShare(whole / calls)}</td>
              <td class="number">{formatCount(calls)}</td>
            </tr>
          ))}
        </DataTable>
      )}
      <p class="muted">What a caller stopped or asked wrongly counts neither way.</p>
    </section>
  );
}

function Circuits({ circuits, keyNames }: LimitsProps) {
  const { faultsToOpen, window, windowMs, openMs, openMsMax } = CIRCUIT;
  return (
    <section class="panel" aria-labelledby="circuits-title">
      <h2 id="circuits-title">Circuit breakers</h2>
      <p class="muted">
        {`One for each provider and key. It opens at ${faultsToOpen} faults of the provider's own within ${formatDuration(windowMs)}, `}
        {`if they are half of the last ${window} calls or more; for ${formatDuration(openMs)} at first, and up to ${formatDuration(openMsMax)}.`}
      </p>
      {circuits.length === 0 ? (
        <p class="muted">No provider has failed.</p>
      ) : (
        <ul class="circuits">
          {circuits.map((circuit) => (
            <li>
              <StateBadge look={CIRCUIT_LOOKS[circuit.state]} /> {SERVICE_WORDS[circuit.service]},{" "}
              {keyNames[circuit.keyId] ?? "the server's own key"}
              {circuit.faults === 0 ? null : ` · ${circuit.faults} of the last calls failed`}
              {circuit.until === null ? null : (
                <>
                  {" · tried again "}
                  <RelativeTime at={circuit.until} />
                </>
              )}
              <Changes circuit={circuit} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Changes({ circuit: { changes } }: { readonly circuit: CircuitView }) {
  if (changes.length === 0) return null;
  return (
    <ol class="muted">
      {changes.map(({ at, from, to }) => (
        <li>
          <RelativeTime at={at} />: {CIRCUIT_LOOKS[from].word.toLowerCase()} to {CIRCUIT_LOOKS[to].word.toLowerCase()}
        </li>
      ))}
    </ol>
  );
}

function RetentionForm({ values, errors }: LimitsProps) {
  return (
    <FormPanel
      name="retention"
      title="Prompts and answers"
      action="/settings/limits/retention"
      submit="Save"
      tone="primary"
      isReadable
    >
      <TextField
        name="days"
        label="Days for which they are kept"
        value={values["days"] ?? ""}
        errors={errors}
        isRequired
        hint={`0 keeps none; ${EXECUTION_BOUNDS.retentionDaysMax} at most. What is older goes at once. Figures stay.`}
      />
    </FormPanel>
  );
}
