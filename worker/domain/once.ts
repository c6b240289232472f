/** What is asked for again and again, and made the first time alone; of a promise also where it failed. */
export function once<T extends object>(work: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= work();
    return made;
  };
}
