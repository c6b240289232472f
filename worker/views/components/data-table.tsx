/** A table: its caption, which only those hear who do not see it, the heads of its columns, and its rows as children. */
import type { Child } from "hono/jsx";

/** A head that is read; one over figures, which stand at the right; one that only those hear who do not see the buttons. */
export type Column = string | { readonly number: string } | { readonly hidden: string };

interface DataTableProps {
  /** A list whose rows become cards on a narrow screen, or plain figures within a panel; and what else its style is for. */
  readonly look?: "runs" | "runs health" | "runs items" | "plain";
  /** None where a heading beside it says what it is. */
  readonly caption?: string;
  readonly columns: readonly Column[];
  readonly children: Child;
}

export function DataTable({ look = "runs", caption, columns, children }: DataTableProps) {
  return (
    <table class={look}>
      {caption === undefined ? null : <caption class="visually-hidden">{caption}</caption>}
      <thead>
        <tr>{columns.map(head)}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function head(column: Column) {
  if (typeof column === "string") return <th scope="col">{column}</th>;
  if ("number" in column)
    return (
      <th scope="col" class="number">
        {column.number}
      </th>
    );
  return (
    <th scope="col">
      <span class="visually-hidden">{column.hidden}</span>
    </th>
  );
}
