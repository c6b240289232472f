/**
 * Cursor pagination: a way to older entries and one back to the newest. There are no page numbers, since new entries
 * arrive all the time.
 */
export interface PaginationProps {
  /** The address of the page that a cursor leads to; of the first for null. */
  readonly hrefAt: (cursor: string | null) => string;
  /** Cursor of this page; null on the first. */
  readonly cursor: string | null;
  readonly nextCursor: string | null;
}

export function Pagination({ hrefAt, cursor, nextCursor }: PaginationProps) {
  if (cursor === null && nextCursor === null) return null;
  return (
    <nav class="pagination" aria-label="Pages">
      {cursor === null ? null : (
        <a class="button" href={hrefAt(null)}>
          Newest
        </a>
      )}
      {nextCursor === null ? null : (
        <a class="button" href={hrefAt(nextCursor)} rel="next">
          Older
        </a>
      )}
    </nav>
  );
}
