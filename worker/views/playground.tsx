/**
 * The playground at `/playground` and, with a shared program, at `/p/:slug`. One form holds the program, its input and
 * its limits; the pane beside the form holds the run, which has forms of its own. Without a script it is a text area that
 * posts and leads to the run.
 */

import type { Grants } from "../domain/grants.ts";
import { MODES, PLAYGROUND_MODES } from "../domain/playground-modes.ts";
import { LIMIT_RANGES, type Limits } from "../domain/program.ts";
import { Allowed, useMay } from "./components/allowed.tsx";
import { EditorPane } from "./components/editor-pane.tsx";
import { ErrorSummary, type FieldError, fieldId, invalidAttributes } from "./components/error-summary.tsx";
import { GenerateBox } from "./components/generate-box.tsx";
import { Icon } from "./components/icon.tsx";
import { byId, ELEMENT_ID } from "./element-id.ts";
import { HistoryMenu } from "./history.tsx";
import { hx } from "./hx.ts";
import { Layout, type Shell } from "./layout.tsx";
import type { PlaygroundValues } from "./playground-values.ts";
import { EmptyRunPanel } from "./run-panel.tsx";

export interface PlaygroundExample {
  readonly slug: string;
  readonly title: string;
  readonly description: string;
}

export interface PlaygroundProps {
  readonly values: PlaygroundValues;
  readonly examples: readonly PlaygroundExample[];
  /** What the operator lets runs be granted. */
  readonly allowance: Grants;
  /** Why the form came back; empty on a fresh page. */
  readonly errors: readonly FieldError[];
  /** True on a fresh `/playground` without example: only then may the browser restore the person's own draft. */
  readonly isBlank: boolean;
  /** The title of the shared program or the example that is shown; null for a program of one's own. */
  readonly title: string | null;
  /** What the program was made from, as people see it. */
  readonly origin: ShownOrigin | null;
  /** The same for the form: a share of this program keeps it. */
  readonly forkedFrom: string | null;
  /** The snippet that the program is; empty for none. */
  readonly snippet: string;
  /** Where an own copy of a shared program is made; null for everything else. */
  readonly forkHref: string | null;
}

export interface ShownOrigin {
  readonly title: string;
  /** Null when the person may not open it. */
  readonly href: string | null;
}

/** Whatever goes wrong is said above the form; the panel keeps the last run and its id. */
const toErrors = `target:${byId(ELEMENT_ID.playgroundErrors)} swap:innerHTML`;
const ERRORS_APART = { "4xx": toErrors, "5xx": toErrors } as const;

const RUNS = "/playground/runs";
const SNIPPETS = "/playground/snippets";

export function PlaygroundPage({ shell, ...props }: PlaygroundProps & { readonly shell: Shell }) {
  const { values, errors } = props;
  // Who only looks has the editor, and no way to send what is in it.
  const mayRun = useMay()("POST", RUNS);
  const run = hx({
    post: RUNS,
    // What stays: a request that waited for another finds a target gone that was replaced meanwhile, and shows nothing.
    target: byId(ELEMENT_ID.playgroundSide),
    swap: "innerHTML",
    // Who runs again before an answer came means the newest text.
    sync: "queue last",
    status: ERRORS_APART,
  });
  return (
    <Layout shell={shell} section="playground" title="Playground" scripts={["run-log.js", "playground.js"]}>
      <div class="playground">
        <form
          id={ELEMENT_ID.playgroundForm}
          class="playground-main"
          data-files={JSON.stringify(values.files)}
          data-blank={props.isBlank ? "" : undefined}
          {...(mayRun ? { method: "post", action: RUNS, ...run } : {})}
        >
          <Toolbar {...props} />
          {mayRun ? null : <p class="muted">Running a program takes the role member or more in this workspace.</p>}
          {props.origin ? <ForkedFrom {...props.origin} /> : null}
          <input type="hidden" name="forkedFrom" value={props.forkedFrom ?? ""} />
          <DraftNotice />
          <div id={ELEMENT_ID.playgroundErrors}>
            <ErrorSummary title="This program cannot run yet" errors={errors} />
          </div>
          <div id={ELEMENT_ID.playgroundShare}></div>
          <Allowed post="/playground/generations">
            <GenerateBox provider={shell.provider} />
          </Allowed>
          <EditorPane values={values} errors={errors} />
          <div class="format-status" role="status" data-format-status></div>
          <InputFields {...props} />
        </form>
        <div id={ELEMENT_ID.playgroundSide} class="playground-side">
          <EmptyRunPanel />
        </div>
      </div>
    </Layout>
  );
}

function Toolbar({ values, examples, title, forkHref, snippet }: PlaygroundProps) {
  const share = hx({
    post: "/playground/shares",
    target: byId(ELEMENT_ID.playgroundShare),
    swap: "innerHTML",
    status: ERRORS_APART,
  });
  return (
    <div class="toolbar">
      {/* A title of its own takes a line; the page's own name stands in the navigation above. */}
      <h1 class={title === null ? "visually-hidden" : undefined}>
        {title ?? "Playground"}
        {forkHref === null ? null : <span class="mark">shared</span>}
      </h1>
      {/* Run comes first: Enter in a field presses a form's first submit button. */}
      <Allowed post={RUNS}>
        <button type="submit" class="button primary" data-playground="run" title="Ctrl or ⌘ with Enter">
          <Icon name="play" /> Run
        </button>
        <button type="button" class="button needs-script" data-playground="stop" disabled>
          <Icon name="square" /> Stop
        </button>
      </Allowed>
      <label>
        <span class="visually-hidden">Language</span>
        <select name="language" id={fieldId("language")} data-language>
          {MODES.map((mode) => (
            <option value={mode} selected={mode === values.language}>
              {PLAYGROUND_MODES[mode].label}
            </option>
          ))}
        </select>
      </label>
      {examples.length > 0 ? <ExamplesMenu examples={examples} /> : null}
      <HistoryMenu />
      {forkHref === null ? null : (
        <a class="button" href={forkHref}>
          <Icon name="git-fork" /> Fork
        </a>
      )}
      <Allowed post={SNIPPETS}>
        <SnippetMenu name={snippet} />
      </Allowed>
      <Allowed post="/playground/shares">
        <button type="submit" class="button" formaction="/playground/shares" {...share}>
          <Icon name="share-2" /> Share
        </button>
      </Allowed>
    </div>
  );
}

/** Asks for a name, and saves the program under it. */
function SnippetMenu({ name }: { readonly name: string }) {
  const save = hx({
    post: SNIPPETS,
    target: byId(ELEMENT_ID.playgroundShare),
    swap: "innerHTML",
    status: ERRORS_APART,
  });
  return (
    <div class="menu-anchor">
      <button type="button" class="button" popovertarget={ELEMENT_ID.snippetMenu}>
        <Icon name="library" /> Save as snippet
      </button>
      <div id={ELEMENT_ID.snippetMenu} class="menu examples-menu snippet-menu" popover="auto">
        <label class="field">
          <span>Name, for example date-tools</span>
          <input type="text" name="snippet" id={fieldId("snippet")} value={name} maxlength={60} autocomplete="off" />
        </label>
        <p class="muted">A name that is there already gets a new version.</p>
        <button type="submit" class="button primary" formaction={SNIPPETS} data-snippet-save {...save}>
          Save
        </button>
      </div>
    </div>
  );
}

function ForkedFrom({ title, href }: ShownOrigin) {
  return (
    <p class="forked-from muted">
      <Icon name="git-fork" /> Forked from {href === null ? title : <a href={href}>{title}</a>}
    </p>
  );
}

/** Says that text of an earlier visit is kept; the client shows it where there is any. */
function DraftNotice() {
  return (
    <p class="draft-notice muted" data-draft-notice hidden>
      <span data-draft-words></span>
      <button type="button" class="link" data-draft-restore>
        Restore it
      </button>
    </p>
  );
}

function ExamplesMenu({ examples }: Pick<PlaygroundProps, "examples">) {
  return (
    <div class="menu-anchor">
      <button type="button" class="button" popovertarget={ELEMENT_ID.examplesMenu}>
        Examples <Icon name="chevron-down" />
      </button>
      <div id={ELEMENT_ID.examplesMenu} class="menu examples-menu" popover="auto">
        <ul>
          {examples.map(({ slug, title, description }) => (
            <li>
              <a class="menu-item" href={`/playground?example=${encodeURIComponent(slug)}`}>
                <b>{title}</b>
                <span class="muted">{description}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

const LIMIT_FIELDS: readonly { name: keyof Limits; label: string; unit: string; step: number }[] = [
  { name: "timeoutMs", label: "Time", unit: "ms", step: 1 },
  { name: "memoryBytes", label: "Memory", unit: "bytes", step: 1 },
  { name: "fuel", label: "Fuel", unit: "units", step: 1 },
  { name: "outputBytes", label: "Output", unit: "bytes", step: 1 },
];

type FieldProps = Pick<PlaygroundProps, "values" | "errors" | "allowance">;

function InputFields({ values, errors, allowance }: FieldProps) {
  const changed = LIMIT_FIELDS.some(({ name }) => values.limits[name] !== undefined);
  const wrong = errors.some(({ field }) => LIMIT_FIELDS.some(({ name }) => name === field));
  return (
    <div class="inputs">
      <label class="field">
        <span>Standard input</span>
        <textarea
          id={fieldId("stdin")}
          name="stdin"
          rows={3}
          spellcheck={false}
          placeholder={PLAYGROUND_MODES[values.language].stdinHint}
          {...invalidAttributes("stdin", errors)}
        >
          {values.stdin}
        </textarea>
      </label>
      <label class="field">
        <span>Arguments, one per line</span>
        <textarea id={fieldId("args")} name="args" rows={3} spellcheck={false} {...invalidAttributes("args", errors)}>
          {values.args.join("\n")}
        </textarea>
      </label>
      <details class="limits" open={changed || wrong}>
        <summary>Limits</summary>
        <div class="limit-fields">
          {LIMIT_FIELDS.map(({ name, label, unit, step }) => (
            <label class="field">
              <span>
                {label} <span class="muted">{unit}</span>
              </span>
              <input
                type="number"
                id={fieldId(name)}
                name={name}
                inputmode="numeric"
                min={LIMIT_RANGES[name].min}
                max={LIMIT_RANGES[name].max}
                step={step}
                value={values.limits[name] ?? String(LIMIT_RANGES[name].default)}
                {...invalidAttributes(name, errors)}
              />
            </label>
          ))}
        </div>
        <p class="input-note muted" data-memory-hint>
          {PLAYGROUND_MODES[values.language].memoryHint}
        </p>
      </details>
      <FetchGrants values={values} errors={errors} allowance={allowance} />
      <ModelGrant values={values} />
    </div>
  );
}

/** The origins that the operator allows, to be granted one by one. A mode without network says why it has none. */
function FetchGrants({ values, errors, allowance }: FieldProps) {
  const { noFetch } = PLAYGROUND_MODES[values.language];
  if (allowance.fetch.length === 0) {
    return (
      <p class="input-note muted" id={fieldId("fetch")}>
        Programs reach no network: whoever runs this server has allowed no origins (<code>RUNYARD_FETCH_ORIGINS</code>).
      </p>
    );
  }
  return (
    <fieldset
      class="fetch-grants"
      id={fieldId("fetch")}
      disabled={noFetch !== null}
      data-fetch-grants
      {...invalidAttributes("fetch", errors)}
    >
      <legend>May fetch from</legend>
      {allowance.fetch.map((origin) => (
        <label class="check">
          <input
            type="checkbox"
            name="fetch"
            value={origin}
            checked={values.grants.fetch.includes(origin)}
            autocomplete="off"
          />
          <code>{origin}</code>
        </label>
      ))}
      <span class="muted" data-no-fetch>
        {noFetch ?? ""}
      </span>
    </fieldset>
  );
}

/** A program that may ask the workspace's model spends its money. */
function ModelGrant({ values }: Pick<FieldProps, "values">) {
  return (
    <label class="check">
      <input type="checkbox" name="model" checked={values.grants.model === true} autocomplete="off" />
      <span>
        May ask the workspace's model: <code>{"await generate({ prompt })"}</code> (JavaScript and TypeScript)
      </span>
    </label>
  );
}

/** Answer with status 422 to `POST /playground/runs` (and to a share) that came through htmx. */
export function PlaygroundErrors({ errors }: Pick<PlaygroundProps, "errors">) {
  return <ErrorSummary title="This program cannot run yet" errors={errors} />;
}
