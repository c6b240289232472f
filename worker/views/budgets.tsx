/** `/settings/budgets`: every budget with what is spent, held back and left, the form for one, and calls of unknown cost. */

import { type Budget, type BudgetList, PERIOD_WORDS, subjectWords } from "../domain/budget.ts";
import { EACH_RUN } from "../domain/budget-state.ts";
import { dollarText, toMicros } from "../domain/dollars.ts";
import { PostForm, useMay } from "./components/allowed.tsx";
import { BudgetBanner } from "./components/budget-banner.tsx";
import { Confirmation } from "./components/confirmation.tsx";
import { DataTable } from "./components/data-table.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import type { FieldError } from "./components/error-summary.tsx";
import { SelectField, TextField } from "./components/form-field.tsx";
import { FormPanel } from "./components/form-panel.tsx";
import { Icon } from "./components/icon.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { RelativeTime } from "./components/time.tsx";
import type { Shell } from "./layout.tsx";

/** What the form holds, as it was typed. */
export interface BudgetValues {
  readonly kind: string;
  readonly id: string;
  readonly period: string;
  readonly limit: string;
}

export const NEW_BUDGET: BudgetValues = { kind: "workspace", id: "", period: "day", limit: "" };

export interface BudgetsProps {
  readonly list: BudgetList;
  readonly values: BudgetValues;
  readonly errors: readonly FieldError[];
}

const KINDS = [
  { value: "workspace", label: "The workspace" },
  { value: "agent", label: "An agent" },
  { value: "repository", label: "A repository" },
  { value: "run", label: "A run" },
];
const PERIOD_OPTIONS = [
  { value: "day", label: "A day" },
  { value: "month", label: "A month" },
];

const money = (usd: number) => dollarText(toMicros(usd));

export function BudgetsPage({ shell, list, values, errors }: BudgetsProps & { readonly shell: Shell }) {
  const { budgets, spent } = list;
  return (
    <SettingsPage shell={shell} tab="budgets" failure="The budget was not set" errors={errors}>
      <BudgetBanner budgets={budgets} isLinked={false} />
      <p>
        Models have cost this workspace <b>{money(spent.day)}</b> today and <b>{money(spent.month)}</b> this month.{" "}
        <span class="muted">Days and months are those of UTC.</span>
      </p>
      {budgets.length > 0 ? (
        <BudgetTable budgets={budgets} />
      ) : (
        <section class="panel">
          <EmptyState icon="activity" title="No budgets yet">
            Without a budget, calls of models are counted and never refused.
          </EmptyState>
        </section>
      )}
      <NewBudget values={values} errors={errors} />
      <UnknownCalls list={list} />
    </SettingsPage>
  );
}

function NewBudget({ values, errors }: Pick<BudgetsProps, "values" | "errors">) {
  return (
    <FormPanel name="new-budget" title="Set a budget" action="/settings/budgets" submit="Save" tone="primary">
      <SelectField name="kind" label="Of" value={values.kind} options={KINDS} errors={errors} />
      <TextField
        name="id"
        label="Name"
        value={values.id}
        errors={errors}
        hint="The agent's name, the repository's key or the run's id; * is each run. Not for the workspace."
      />
      <SelectField
        name="period"
        label="For"
        value={values.period}
        options={PERIOD_OPTIONS}
        errors={errors}
        hint="A run's budget holds for as long as there is the run."
      />
      <TextField
        name="limit"
        label="Limit in US dollars"
        value={values.limit}
        isRequired
        errors={errors}
        placeholder="5.00"
        hint="It takes the place of the one there is. Below what is spent, nothing more is spent."
      />
    </FormPanel>
  );
}

function BudgetTable({ budgets }: { readonly budgets: readonly Budget[] }) {
  return (
    <div class="results">
      <DataTable caption="Budgets" columns={["Budget", { number: "Left" }, { hidden: "Delete" }]}>
        {budgets.map((budget) => (
          <BudgetRow budget={budget} />
        ))}
      </DataTable>
    </div>
  );
}

/** Shares of a limit at which the row says that it is nearly, or wholly, spent. */
function BudgetRow({ budget }: { readonly budget: Budget }) {
  const { id, subject, period, limit, spent, reserved, left, percent, note } = budget;
  const isSpent = percent === null || percent >= 100;
  // It holds for each run by itself: there is no one amount that is spent of it.
  const isEach = subject.kind === "run" && subject.id === EACH_RUN;
  return (
    <tr data-budget={id}>
      <td class="cell-run">
        {money(limit)} {PERIOD_WORDS[period]} for {subjectWords(subject)}{" "}
        {percent !== null && percent >= 50 ? (
          <span class={isSpent || percent >= 80 ? "mark mark-warning" : "mark"}>{percent} % spent</span>
        ) : null}
        {isEach ? null : (
          <span class="cell-note muted">
            {money(spent)} spent
            {reserved > 0 ? ` · ${money(reserved)} held back` : null}
          </span>
        )}
        {note === null ? null : <p class="muted">{note}</p>}
      </td>
      {isEach ? (
        <td data-label="Left" />
      ) : (
        <td class="number" data-label="Left">
          {money(left)}
        </td>
      )}
      <td class="number">
        <Confirmation
          action="/settings/budgets/deletions"
          ask={
            <>
              <Icon name="trash-2" />
              <span class="visually-hidden">Delete the budget of {subjectWords(subject)}</span>
            </>
          }
          consequence="Calls that it would have refused are let through, where no other budget stops them."
          submit="Delete budget"
        >
          <input type="hidden" name="budget" value={id} />
        </Confirmation>
      </td>
    </tr>
  );
}

function UnknownCalls({ list: { unknown, unknownCount } }: Pick<BudgetsProps, "list">) {
  const may = useMay();
  if (unknownCount === 0) return null;
  return (
    <section class="panel" aria-labelledby="unknown-title">
      <h2 id="unknown-title">Calls of unknown cost</h2>
      <p class="muted">
        {unknownCount === 1 ? "One call" : `${unknownCount} calls`} ended without the provider's word on what was used:
        each counts with the most that it can have cost. The provider's own console knows better.
      </p>
      <ul class="plain-list">
        {unknown.map(({ id, bound, reservedAt }) => (
          <li>
            {may("POST", "/settings/budgets/settlements") ? null : (
              <span class="muted">
                <RelativeTime at={reservedAt} />, at most {money(bound)}
              </span>
            )}
            <PostForm class="actions" action="/settings/budgets/settlements">
              <input type="hidden" name="call" value={id} />
              <label>
                <span class="muted">
                  <RelativeTime at={reservedAt} />, at most {money(bound)}. It cost $
                </span>{" "}
                <input name="cost" inputmode="decimal" size={10} required autocomplete="off" />
              </label>
              <button type="submit" class="button">
                Settle
              </button>
            </PostForm>
          </li>
        ))}
      </ul>
    </section>
  );
}
