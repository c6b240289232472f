/** How a snippet is run from its page: its parameters as a form; and when it runs by itself. */
import { EFFECT_MODES } from "../domain/effect.ts";
import type { SnippetVersion, SnippetVersionSummary } from "../domain/snippet.ts";
import type { Parameter } from "../domain/snippet-parameter.ts";
import { DISABLED_WORDS, type ScheduleView } from "../domain/snippet-schedule.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { SelectField, TextField } from "./components/form-field.tsx";
import { Icon } from "./components/icon.tsx";
import { RelativeTime } from "./components/time.tsx";
import { formatInZone } from "./format.ts";
import { MODE_WORDS } from "./snippet-form.tsx";

/** What was typed into a form that was refused; by the name of its field. */
export type TypedValues = Readonly<Record<string, string>>;

export interface RefusedForm {
  readonly typed: TypedValues;
  readonly errors: readonly FieldError[];
}

export interface SnippetRunProps {
  readonly snippet: SnippetVersion;
  readonly versions: readonly SnippetVersionSummary[];
  /** The run's form, where it was refused. */
  readonly run: RefusedForm | null;
  /** The schedule's form, where it was refused. */
  readonly schedule: RefusedForm | null;
  readonly schedules: readonly ScheduleView[];
}

export function RunPanel({ snippet, versions, run }: Pick<SnippetRunProps, "snippet" | "versions" | "run">) {
  return (
    <Allowed post={`/snippets/${snippet.name}/runs`}>
      <section class="panel" aria-labelledby="run-title">
        <h2 id="run-title">Run</h2>
        <PostForm class="snippet-run" action={`/snippets/${snippet.name}/runs`}>
          <ErrorSummary title="It was not run" errors={run?.errors ?? []} />
          <RunFields snippet={snippet} versions={versions} form={run} prefix="run" />
          <div class="actions">
            <button type="submit" class="button primary">
              <Icon name="play" /> Run
            </button>
          </div>
        </PostForm>
      </section>
    </Allowed>
  );
}

interface RunFieldsProps extends Pick<SnippetRunProps, "snippet" | "versions"> {
  readonly form: RefusedForm | null;
  /** Two forms of one page have these fields. */
  readonly prefix: "run" | "schedule";
}

function RunFields({ snippet, versions, form, prefix }: RunFieldsProps) {
  const versionOptions = [
    { value: "", label: `newest (now ${versions[0]?.version ?? snippet.version})` },
    ...versions.map(({ version }) => ({ value: String(version), label: String(version) })),
  ];
  const modes = [
    { value: "", label: `as its manifest says: ${MODE_WORDS[snippet.manifest.mode]}` },
    ...EFFECT_MODES.map((value) => ({ value, label: MODE_WORDS[value] })),
  ];
  const errors = form?.errors ?? [];
  return (
    <>
      {snippet.parameters.map((parameter) => (
        <ParameterField parameter={parameter} form={form} name={`${prefix}-parameter-${parameter.name}`} />
      ))}
      <SelectField
        name={`${prefix}-version`}
        label="Version"
        value={form?.typed[`${prefix}-version`] ?? ""}
        options={versionOptions}
        errors={errors}
      />
      {snippet.manifest.capabilities.length > 0 ? (
        <SelectField
          name={`${prefix}-mode`}
          label="Writes are"
          value={form?.typed[`${prefix}-mode`] ?? ""}
          options={modes}
          errors={errors}
        />
      ) : null}
    </>
  );
}

interface ParameterFieldProps {
  readonly parameter: Parameter;
  readonly name: string;
  readonly form: RefusedForm | null;
}

function ParameterField({ parameter, name, form }: ParameterFieldProps) {
  const { type, options, required, description } = parameter;
  const fallback = parameter.default === null ? "" : String(parameter.default);
  const value = form === null ? fallback : (form.typed[name] ?? "");
  const field = { name, label: parameter.name, hint: description, errors: form?.errors ?? [], value };
  switch (type) {
    case "boolean":
      return <SelectField {...field} value={value || "false"} options={BOOLEANS} />;
    case "enum": {
      const choices = options.map((option) => ({ value: option, label: option }));
      return <SelectField {...field} options={required ? choices : [{ value: "", label: "–" }, ...choices]} />;
    }
    default:
      return <TextField {...field} isRequired={required} />;
  }
}

const BOOLEANS = [
  { value: "false", label: "no" },
  { value: "true", label: "yes" },
] as const;

export function SchedulesPanel(props: SnippetRunProps) {
  const { snippet, schedules, schedule } = props;
  const action = `/snippets/${snippet.name}/schedules`;
  return (
    <section class="panel" aria-labelledby="schedules-title">
      <h2 id="schedules-title">Schedules</h2>
      {schedules.length === 0 ? <p class="muted">It runs when somebody runs it.</p> : null}
      <ul class="schedules">
        {schedules.map((each) => (
          <ScheduleItem schedule={each} />
        ))}
      </ul>
      <Allowed post={action}>
        <details class="new-schedule" open={schedule !== null}>
          <summary class="button">
            <Icon name="plus" /> Add a schedule
          </summary>
          <PostForm class="snippet-run" action={action}>
            <ErrorSummary title="It was not scheduled" errors={schedule?.errors ?? []} />
            <TextField
              name="schedule-cron"
              label="Times"
              value={schedule?.typed["schedule-cron"] ?? "0 9 * * MON-FRI"}
              errors={schedule?.errors ?? []}
              isRequired
              hint="Minute, hour, day of the month, month, day of the week."
            />
            <TextField
              name="schedule-timeZone"
              label="Time zone"
              value={schedule?.typed["schedule-timeZone"] ?? "UTC"}
              errors={schedule?.errors ?? []}
              isRequired
              hint="As in Europe/Berlin. Changes of the clocks are followed."
            />
            <RunFields {...props} form={schedule} prefix="schedule" />
            <div class="actions">
              <button type="submit" class="button">
                Schedule
              </button>
            </div>
          </PostForm>
        </details>
      </Allowed>
    </section>
  );
}

function ScheduleItem({ schedule }: { readonly schedule: ScheduleView }) {
  const { id, snippet, cron, timeZone, version, isPaused, disabledReason, nextTimes, last } = schedule;
  const action = `/snippets/${snippet}/schedules/${id}`;
  const isActive = !isPaused && disabledReason === null;
  return (
    <li>
      <p class="schedule-title">
        <code>{cron}</code> <span class="muted">{timeZone}</span>
        {version === null ? null : <span class="mark">version {version}</span>}
        {isPaused ? <span class="mark">paused</span> : null}
        {disabledReason === null ? null : <span class="mark mark-warning">disabled</span>}
      </p>
      {disabledReason === null ? null : <p class="muted">It does not run: {DISABLED_WORDS[disabledReason]}.</p>}
      {nextTimes.length === 0 ? null : (
        <p class="muted">
          Next <RelativeTime at={nextTimes[0]!} />, {nextTimes.map((at) => formatInZone(at, timeZone)).join(" · ")}
        </p>
      )}
      {last === null ? null : <LastTime last={last} />}
      <div class="actions">
        <PostForm action={`${action}/${isActive ? "pause" : "resumption"}`}>
          <button type="submit" class="button">
            <Icon name={isActive ? "pause" : "play"} /> {isActive ? "Pause" : "Resume"}
          </button>
        </PostForm>
        <PostForm action={`${action}/deletion`}>
          <button type="submit" class="button">
            <Icon name="trash-2" /> Delete
          </button>
        </PostForm>
      </div>
    </li>
  );
}

function LastTime({ last }: { readonly last: NonNullable<ScheduleView["last"]> }) {
  return (
    <p class={last.problem === null ? "muted" : "schedule-problem"}>
      Last <RelativeTime at={last.dueAt} />
      {last.runId === null ? null : (
        <>
          {": "}
          <a href={`/runs/${last.runId}`}>its run</a>
        </>
      )}
      {last.problem === null ? null : `: not started, ${last.problem}`}
    </p>
  );
}
