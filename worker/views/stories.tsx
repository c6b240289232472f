/**
 * `/stories`: stories on a board, a column for each status; and blockers, action items and decisions as lists, each at its
 * own address. Filters are in the URL.
 */

import type { ItemPatch } from "../domain/item.ts";
import {
  ITEM_KINDS,
  type Item,
  type ItemFilter,
  type ItemKind,
  labelOf,
  ownerOf,
  STATUSES,
  storyOf,
} from "../domain/item.ts";
import { Choice } from "./components/choice.tsx";
import { DataTable } from "./components/data-table.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { EvidenceQuote } from "./components/evidence.tsx";
import { ListFilters, SearchField } from "./components/list-filters.tsx";
import { ListPage, ListResults } from "./components/list-page.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import { formatCount, plural } from "./format.ts";
import { KIND_WORDS, STATUS_LOOKS } from "./item-words.ts";
import type { Shell } from "./layout.tsx";
import { listHref } from "./list-href.ts";

export type ListedItemView = Item & { readonly updatedAt: number; readonly meetingId: string | null };

export interface StoriesProps {
  readonly kind: ItemKind;
  readonly filter: ItemFilter & { readonly meeting?: string };
  /** Those changed last come first; of each status so many at most. */
  readonly items: readonly ListedItemView[];
  /** How many there are, by status. */
  readonly counts: ReadonlyMap<string, number>;
}

export function StoriesPage({ shell, ...props }: StoriesProps & { readonly shell: Shell }) {
  const { kind } = props;
  const { many, one, about } = KIND_WORDS[kind];
  return (
    <ListPage
      shell={shell}
      section="stories"
      title={many}
      add={{ href: `/stories/new?kind=${kind}`, label: `New ${one.toLowerCase()}` }}
    >
      <nav class="tabs" aria-label="Kinds">
        {ITEM_KINDS.map((each) => (
          <a href={KIND_WORDS[each].href} aria-current={each === kind ? "page" : undefined}>
            {KIND_WORDS[each].many}
          </a>
        ))}
      </nav>
      <p class="muted list-about">{about}</p>
      <FilterForm {...props} />
      <StoriesResults {...props} />
    </ListPage>
  );
}

function FilterForm({ kind, filter }: StoriesProps) {
  const { text = "", owner = "", status = "", story = "", meeting = "" } = filter;
  const { href } = KIND_WORDS[kind];
  const statuses = STATUSES[kind].map((each) => [each, STATUS_LOOKS[each]!.word] as const);
  return (
    <ListFilters action={href} results={ELEMENT_ID.itemResults}>
      <SearchField name="text" value={text} label="Text" maxlength={200} />
      <Choice name="status" label="Status" any="Any status" value={status} options={statuses} />
      {kind === "decision" ? null : (
        <label>
          <span class="visually-hidden">Owner</span>
          <input name="owner" value={owner} placeholder="Owner" size={14} maxlength={120} />
        </label>
      )}
      <label>
        <span class="visually-hidden">Key of a story</span>
        <input name="story" value={story} placeholder="Story key" size={10} maxlength={20} />
      </label>
      {meeting === "" ? null : (
        <label class="chosen">
          <input type="checkbox" name="meeting" value={meeting} checked /> from one meeting
        </label>
      )}
    </ListFilters>
  );
}

/** Answer to a list's address with `HX-Request-Type: partial`. */
export function StoriesResults(props: StoriesProps) {
  const { kind, items, counts, filter } = props;
  const total = [...counts.values()].reduce((sum, each) => sum + each, 0);
  return (
    <ListResults id={ELEMENT_ID.itemResults}>
      {total === 0 ? (
        <NoItems {...props} />
      ) : kind === "story" ? (
        <Board {...props} />
      ) : (
        <>
          <ItemTable items={items} />
          {total > items.length ? (
            <p class="muted">
              {formatCount(items.length)} of {plural(total, "item")}, those changed last. Filter to see others.
            </p>
          ) : null}
        </>
      )}
      <output class="visually-hidden">{`${plural(total, "item")}${Object.keys(filter).length > 0 ? " fit" : ""}`}</output>
    </ListResults>
  );
}

function NoItems({ kind, filter }: StoriesProps) {
  const { many, href } = KIND_WORDS[kind];
  if (Object.keys(filter).length > 0) {
    return (
      <EmptyState icon="search" title={`No ${many.toLowerCase()} fit`} action={{ href, label: "Show all" }}>
        All of the filters must fit. A story's key is written as it is, such as RUN-12.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="square-kanban"
      title={`No ${many.toLowerCase()} yet`}
      action={{ href: "/meetings", label: "Process a meeting" }}
    >
      They are drawn from meetings, each with the words that it comes from, or made by hand.
    </EmptyState>
  );
}

function Board({ items, counts, filter }: StoriesProps) {
  const columns = filter.status === undefined ? STATUSES.story : [filter.status];
  return (
    <div class="story-board">
      {columns.map((status) => {
        const inColumn = items.filter(({ fields }) => fields.status === status);
        const more = (counts.get(status) ?? 0) - inColumn.length;
        const all = listHref("/stories", filter, { status });
        return (
          <section class="story-column" aria-labelledby={`column-${status}`}>
            <h2 id={`column-${status}`}>
              <StateBadge look={STATUS_LOOKS[status]!} />{" "}
              <span class="muted">{formatCount(counts.get(status) ?? 0)}</span>
            </h2>
            <ul>
              {inColumn.map((item) => (
                <StoryCard item={item} />
              ))}
            </ul>
            {more > 0 ? (
              <p class="muted">
                <a href={all}>{formatCount(more)} more</a>
              </p>
            ) : null}
          </section>
        );
      })}
    </div>
  );
}

function StoryCard({ item }: { readonly item: ListedItemView }) {
  const { points, key, title } = item.fields as ItemPatch & { title: string };
  const owner = ownerOf(item.kind, item.fields);
  return (
    <li class="story-card">
      <a href={`/stories/${item.id}`}>
        {key ? <b>{key}</b> : null} {title}
      </a>
      <p class="muted">
        <span>{owner ?? "nobody"}</span>
        {points === null || points === undefined ? null : <span>{plural(Number(points), "point")}</span>}
        <RelativeTime at={new Date(item.updatedAt).toISOString()} />
      </p>
      {item.evidence === null ? null : <EvidenceQuote evidence={item.evidence} />}
    </li>
  );
}

function ItemTable({ items }: Pick<StoriesProps, "items">) {
  return (
    <DataTable look="runs items" columns={["Status", "Title", "Owner", "Story", { number: "Changed" }]}>
      {items.map((item) => {
        const { due } = item.fields as ItemPatch;
        const story = storyOf(item.kind, item.fields);
        return (
          <tr>
            <td>
              <StateBadge look={STATUS_LOOKS[item.fields.status]!} />
            </td>
            <td>
              <a href={`/stories/${item.id}`}>{labelOf(item)}</a>
              {due ? <span class="muted"> due {due}</span> : null}
            </td>
            <td>{ownerOf(item.kind, item.fields) ?? <span class="muted">–</span>}</td>
            <td>
              {story ? (
                <a href={`/stories?story=${encodeURIComponent(story)}`}>{story}</a>
              ) : (
                <span class="muted">–</span>
              )}
            </td>
            <td class="number">
              <RelativeTime at={new Date(item.updatedAt).toISOString()} />
            </td>
          </tr>
        );
      })}
    </DataTable>
  );
}
