/**
 * The frame of a page that lists things, and of the list itself: a table or what stands in its place, and the way to older
 * ones. A list has an id where its filters replace it.
 */
import type { Child } from "hono/jsx";
import { Layout, type LayoutProps } from "../layout.tsx";
import { Allowed } from "./allowed.tsx";
import { Icon } from "./icon.tsx";
import { Pagination, type PaginationProps } from "./pagination.tsx";

interface ListPageProps extends Pick<LayoutProps, "shell" | "section" | "title"> {
  /** Where one more is made; shown to those who may. */
  readonly add?: { readonly href: string; readonly label: string };
  /** What else stands beside the heading. */
  readonly action?: Child;
  readonly children: Child;
}

export function ListPage({ add, action, children, ...layout }: ListPageProps) {
  return (
    <Layout {...layout}>
      <div class="page-head">
        <h1>{layout.title}</h1>
        {action}
        {add === undefined ? null : (
          <Allowed get={add.href.split("?")[0]!}>
            <a class="button primary" href={add.href}>
              <Icon name="plus" /> {add.label}
            </a>
          </Allowed>
        )}
      </div>
      {children}
    </Layout>
  );
}

interface ListResultsProps extends Partial<PaginationProps> {
  readonly id?: string;
  readonly class?: string;
  readonly children: Child;
}

export function ListResults({ id, class: own, hrefAt, cursor = null, nextCursor = null, children }: ListResultsProps) {
  return (
    <div id={id} class={own === undefined ? "results" : `results ${own}`}>
      {children}
      {hrefAt === undefined ? null : <Pagination hrefAt={hrefAt} cursor={cursor} nextCursor={nextCursor} />}
    </div>
  );
}
