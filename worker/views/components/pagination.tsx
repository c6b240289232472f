/**
 * Cursor pagination: a way to older entries and one back to the newest. There are no page numbers, since new entries
 * arrive all the time.
 */
export interface PaginationProps {
  readonly olderHref: string | null;
  readonly newestHref: string | null;
}

export function Pagination({ olderHref, newestHref }: PaginationProps) {
  if (!olderHref && !newestHref) return null;
  return (
    <nav class="pagination" aria-label="Pages">
      {newestHref ? (
        <a class="button" href={newestHref}>
          Newest
        </a>
      ) : null}
      {olderHref ? (
        <a class="button" href={olderHref} rel="next">
          Older
        </a>
      ) : null}
    </nav>
  );
}
