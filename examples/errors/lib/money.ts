/** Whole cents, because 0.1 + 0.2 is not 0.3. */
export function parseCents(text: string): number {
  const match = /^(\d+)\.(\d\d)$/.exec(text);
  if (!match) {
    throw new SyntaxError(`"${text}" is not an amount like 12.34`);
  }
  return Number(match[1]) * 100 + Number(match[2]);
}
