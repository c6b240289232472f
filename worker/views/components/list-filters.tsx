/**
 * The filters of a list: sent as its address; with a script as soon as they change, and then they replace the list alone.
 */
import type { Child } from "hono/jsx";
import { byId } from "../element-id.ts";
import { hx } from "../hx.ts";
import { Icon } from "./icon.tsx";

interface ListFiltersProps {
  readonly action: string;
  /** Id of the list; none where the whole page is asked for. */
  readonly results?: string;
  /** What stands on the button. */
  readonly submit?: string;
  readonly children: Child;
}

export function ListFilters({ action, results, submit = "Filter", children }: ListFiltersProps) {
  const live =
    results === undefined
      ? {}
      : hx({
          ...{ get: action, target: byId(results), indicator: byId(results), swap: "outerHTML" },
          ...{ trigger: "submit, input delay:250ms", sync: "this:replace", replaceUrl: true },
          // The list keeps its id, so that the next filter finds it again.
          status: { "4xx": "swap:innerHTML", "5xx": "swap:innerHTML" },
        });
  return (
    <search>
      <form class="filters" method="get" action={action} {...live}>
        {children}
        <button type="submit" class="button">
          {submit}
        </button>
      </form>
    </search>
  );
}

interface SearchFieldProps {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  /** The label without one. */
  readonly placeholder?: string;
  readonly id?: string;
  readonly maxlength?: number;
}

export function SearchField({ label, placeholder = label, ...field }: SearchFieldProps) {
  return (
    <label class="search-field">
      <Icon name="search" />
      <span class="visually-hidden">{label}</span>
      <input type="search" placeholder={placeholder} autocomplete="off" {...field} />
    </label>
  );
}

/** From the first to the last of some days; empty for no bound. */
export function DayRange({
  label = "From",
  from,
  to,
}: {
  readonly label?: string;
  readonly from: string;
  readonly to: string;
}) {
  return (
    <>
      <label class="day">
        {label} <input type="date" name="from" value={from} />
      </label>
      <label class="day">
        to <input type="date" name="to" value={to} />
      </label>
    </>
  );
}
