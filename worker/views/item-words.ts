/** How items are told: their kinds, statuses and fields, and the addresses of their lists. One row for each. */
import type { Effect } from "../domain/effect.ts";
import { type FieldName, ITEM_FIELDS, type ItemKind, STATUSES } from "../domain/item.ts";
import type { StateLook } from "./components/status-badge.tsx";

export interface KindWords {
  readonly one: string;
  readonly many: string;
  readonly href: string;
  /** What belongs on this list. */
  readonly about: string;
}

export const KIND_WORDS: Readonly<Record<ItemKind, KindWords>> = {
  story: { one: "Story", many: "Stories", href: "/stories", about: "What is to be built, and how far it is." },
  blocker: { one: "Blocker", many: "Blockers", href: "/stories/blockers", about: "What holds somebody up." },
  "action-item": {
    ...{ one: "Action item", many: "Action items", href: "/stories/action-items" },
    about: "What somebody said they would do.",
  },
  decision: { one: "Decision", many: "Decisions", href: "/stories/decisions", about: "What was settled." },
};

export const STATUS_LOOKS: Readonly<Record<string, StateLook>> = {
  todo: { tone: "queued", icon: "circle", word: "To do" },
  "in-progress": { tone: "running", icon: "loader-circle", word: "In progress" },
  "in-review": { tone: "warning", icon: "search", word: "In review" },
  blocked: { tone: "failed", icon: "ban", word: "Blocked" },
  done: { tone: "success", icon: "circle-check", word: "Done" },
  open: { tone: "queued", icon: "circle", word: "Open" },
  resolved: { tone: "success", icon: "circle-check", word: "Resolved" },
  decided: { tone: "success", icon: "circle-check", word: "Decided" },
  reversed: { tone: "cancelled", icon: "repeat-2", word: "Reversed" },
};

export const FIELD_WORDS: Readonly<Record<FieldName, string>> = {
  key: "Key",
  title: "Title",
  description: "Description",
  details: "Details",
  status: "Status",
  points: "Points",
  assigned_to: "Assigned to",
  owner: "Owner",
  due: "Due",
  story: "Story",
};

/** The fields of a kind, in the order in which people read them. */
export function fieldNames(kind: ItemKind): readonly FieldName[] {
  return Object.keys(ITEM_FIELDS[kind].shape) as FieldName[];
}

export function statusOptions(kind: ItemKind): readonly { readonly value: string; readonly label: string }[] {
  return STATUSES[kind].map((status) => ({ value: status, label: STATUS_LOOKS[status]!.word }));
}

/** A field's value as it is read; a dash for nothing. */
export function valueWord(name: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  return name === "status" ? (STATUS_LOOKS[String(value)]?.word ?? String(value)) : String(value);
}

/** What a write says beyond the label of its item, in one line. Of a new item, what it has of its own. */
export function changeWords({ action, changes }: Pick<Effect, "action" | "changes">): string {
  const isSaid = ([name, value]: [string, unknown]) =>
    action === "update" || !(value === null || value === "" || name === "title" || name === "key");
  return Object.entries(changes)
    .filter(isSaid)
    .map(([name, value]) => `${FIELD_WORDS[name as FieldName]}: ${valueWord(name, value)}`)
    .join(" · ");
}
