/** Instants are epoch milliseconds inside and ISO 8601 on the wire. */

export function toIso(instant: number): string {
  return new Date(instant).toISOString();
}

/** The same for an instant that may not have come yet. */
export function toIsoOrNull(instant: number | null): string | null {
  return instant === null ? null : toIso(instant);
}
