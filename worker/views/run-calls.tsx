/** Host calls of a run at `/runs/:id/calls`, each a place to fork it, and the form for that. */
import type { ShownHostCall } from "../domain/fork.ts";
import type { RunDetail } from "../domain/run.ts";
import { Allowed, PostForm } from "./components/allowed.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { TextField } from "./components/form-field.tsx";
import { Icon } from "./components/icon.tsx";
import { Layout, type Shell } from "./layout.tsx";

export interface HostCallListProps {
  readonly runId: string;
  readonly calls: readonly ShownHostCall[];
  /** How many the run made; those beyond the shown ones are left out. */
  readonly total: number;
}

export function HostCallList({ runId, calls, total }: HostCallListProps) {
  if (total === 0) {
    return (
      <EmptyState icon="circle" title="No host calls">
        The program asked nothing of the host.
      </EmptyState>
    );
  }
  return (
    <section class="panel" aria-label="Host calls">
      {total > calls.length ? <p class="muted">{`The first ${calls.length} of ${total} host calls.`}</p> : null}
      <ol class="host-calls">
        {calls.map((call) => (
          <li>
            <details>
              <summary>
                <code>{call.capability}</code>
                {call.line === null ? null : <span class="muted">{` line ${call.line}`}</span>}
                <span class={call.answer && "error" in call.answer ? "mark mark-warning" : "muted"}>
                  {outcomeOf(call)}
                </span>
              </summary>
              <p class="field-hint">Asked</p>
              <pre>{call.input}</pre>
              <p class="field-hint">Answered</p>
              <pre>{answerText(call)}</pre>
              <Allowed get={`/runs/${runId}/forks/new`}>
                <a class="button" href={`/runs/${runId}/forks/new?call=${call.call}`}>
                  <Icon name="git-fork" /> Fork here
                </a>
              </Allowed>
            </details>
          </li>
        ))}
      </ol>
    </section>
  );
}

function outcomeOf({ answer }: ShownHostCall): string {
  if (answer === null) return " no answer";
  return "error" in answer ? ` ${answer.error.name}` : "";
}

function answerText({ answer }: ShownHostCall): string {
  if (answer === null) return "The run ended first.";
  return "error" in answer ? `${answer.error.name}: ${answer.error.message}` : answer.value;
}

export interface NewForkProps {
  readonly run: RunDetail;
  readonly call: ShownHostCall | null;
  readonly values: { readonly answer: string; readonly code: string };
  readonly errors: readonly FieldError[];
}

export function NewForkPage({ shell, run, call, values, errors }: NewForkProps & { readonly shell: Shell }) {
  return (
    <Layout shell={shell} section="runs" title={`Fork of ${run.title}`}>
      <div class="page-head">
        <h1>Fork a run</h1>
      </div>
      <p class="muted">
        {"The fork begins as "}
        <a href={`/runs/${run.id}`}>{run.title}</a>
        {" did, with the same answers, clock and random numbers. It writes nothing that nobody has approved."}
      </p>
      <ErrorSummary title="The run was not forked" errors={errors} />
      <PostForm class="repository-form" action={`/runs/${run.id}/forks`}>
        {call === null ? null : (
          <fieldset class="panel field-group field-column">
            <legend>{`Host call ${call.call + 1}: ${call.capability}`}</legend>
            <input type="hidden" name="call" value={String(call.call)} />
            <TextField
              name="answer"
              label="Answer"
              value={values.answer}
              rows={8}
              errors={errors}
              hint="JSON. Left as it is, the host is asked again from this call on."
            />
          </fieldset>
        )}
        <fieldset class="panel field-group field-column">
          <legend>Program</legend>
          <TextField
            name="code"
            label={run.entry ?? "Program"}
            value={values.code}
            rows={16}
            errors={errors}
            hint="As long as it makes the same calls, it gets the same answers."
          />
        </fieldset>
        <div class="actions">
          <button type="submit" class="button primary">
            <Icon name="git-fork" /> Fork
          </button>
        </div>
      </PostForm>
    </Layout>
  );
}
