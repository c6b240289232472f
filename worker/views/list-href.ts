/** The address of a list: its filters, and what else it carries, such as a cursor. What is empty or missing is left out. */
export function listHref(path: string, ...parts: readonly object[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of parts.flatMap((part) => Object.entries(part))) if (value) query.set(name, String(value));
  return query.size > 0 ? `${path}?${query}` : path;
}
