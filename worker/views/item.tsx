/** `/stories/:id` and `/stories/new`: one item with its form, where it comes from, and each change that was made to it. */

import { ITEM_KINDS, type ItemKind, labelOf } from "../domain/item.ts";
import type { ItemChange } from "../domain/item-change.ts";
import { PostForm, ReadableForm } from "./components/allowed.tsx";
import { DoneNotice } from "./components/done-notice.tsx";
import { ErrorSummary, type FieldError } from "./components/error-summary.tsx";
import { EvidenceQuote } from "./components/evidence.tsx";
import { FieldChanges, ItemFormFields, type ItemValues } from "./components/item-fields.tsx";
import { StateBadge } from "./components/status-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { programLineId } from "./element-id.ts";
import { KIND_WORDS, STATUS_LOOKS } from "./item-words.ts";
import { Layout, type Shell } from "./layout.tsx";
import type { ListedItemView } from "./stories.tsx";

export interface NewItemProps {
  readonly kind: ItemKind;
  readonly values: ItemValues;
  readonly errors: readonly FieldError[];
}

export function NewItemPage({ shell, kind, values, errors }: NewItemProps & { readonly shell: Shell }) {
  const title = `New ${KIND_WORDS[kind].one.toLowerCase()}`;
  return (
    <Layout shell={shell} section="stories" title={title}>
      <div class="page-head">
        <h1>{title}</h1>
      </div>
      <nav class="tabs" aria-label="Kinds">
        {ITEM_KINDS.map((each) => (
          <a href={`/stories/new?kind=${each}`} aria-current={each === kind ? "page" : undefined}>
            {KIND_WORDS[each].one}
          </a>
        ))}
      </nav>
      <PostForm action="/stories" class="panel item-form" novalidate>
        <ErrorSummary title="Nothing was made." errors={errors} />
        <input type="hidden" name="kind" value={kind} />
        <ItemFormFields kind={kind} values={values} errors={errors} />
        <button type="submit" class="button primary">
          Create
        </button>
      </PostForm>
    </Layout>
  );
}

export interface ItemPageProps {
  readonly item: ListedItemView;
  /** The version that the form is for: an older one where what was sent was late. */
  readonly values: ItemValues;
  readonly errors: readonly FieldError[];
  /** Oldest first. */
  readonly history: readonly ItemChange[];
  /** Who everybody is whom the history names, by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly isSaved: boolean;
}

export function ItemPage({ shell, ...props }: ItemPageProps & { readonly shell: Shell }) {
  const { item, isSaved, history, names } = props;
  const { one, many, href } = KIND_WORDS[item.kind];
  return (
    <Layout shell={shell} section="stories" title={labelOf(item)}>
      <p class="muted">
        <a href={href}>{many}</a> / {one}
      </p>
      <div class="page-head">
        <h1>{labelOf(item)}</h1>
        <StateBadge look={STATUS_LOOKS[item.fields.status]!} large />
      </div>
      {isSaved ? <DoneNotice text="Saved." /> : null}
      <div class="columns item-columns">
        <ReadableForm action={`/stories/${item.id}`} class="panel item-form" novalidate>
          <ErrorSummary title="It was not saved." errors={props.errors} />
          <input type="hidden" name="version" value={String(item.version)} />
          <ItemFormFields kind={item.kind} values={props.values} errors={props.errors} />
          <button type="submit" class="button primary">
            Save
          </button>
        </ReadableForm>
        <div class="stack">
          {item.evidence ? (
            <section class="panel" aria-labelledby="origin-title">
              <h2 id="origin-title">Comes from</h2>
              <EvidenceQuote evidence={item.evidence} />
            </section>
          ) : null}
          <section class="panel" aria-labelledby="history-title">
            <h2 id="history-title">History</h2>
            <ol class="item-history">
              {history.toReversed().map((change) => (
                <Change change={change} name={names.get(change.madeBy)!} />
              ))}
            </ol>
          </section>
        </div>
      </div>
    </Layout>
  );
}

const CAUSE_WORDS: Readonly<Record<ItemChange["cause"], string>> = {
  run: "asked for by a program, approved by",
  person: "by hand by",
  undo: "taken back by",
};

function Change({ change, name }: { readonly change: ItemChange; readonly name: string }) {
  const { version, cause, runId, line, evidence, at, kind, before, after } = change;
  return (
    <li>
      <p>
        <b>Version {version}</b> {CAUSE_WORDS[cause]} {name}, <RelativeTime at={new Date(at).toISOString()} />
        {runId === null ? null : (
          <>
            {" · "}
            <a href={`/runs/${runId}/effects`}>run</a>
          </>
        )}
        {runId === null || line === null ? null : (
          <>
            {" · "}
            <a href={`/runs/${runId}/program#${programLineId(0, line)}`}>line {line}</a>
          </>
        )}
      </p>
      <FieldChanges kind={kind} before={before} after={after} />
      {evidence ? <EvidenceQuote evidence={evidence} /> : null}
    </li>
  );
}
