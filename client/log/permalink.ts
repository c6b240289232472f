/**
 * Line ranges in the address: `#L120` and `#L120-L128`. Pure.
 */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

export function parseLineHash(hash: string): LineRange | null {
  const match = /^#L([1-9]\d{0,8})(?:-L([1-9]\d{0,8}))?$/.exec(hash);
  if (!match) return null;
  const first = Number(match[1]);
  const second = match[2] === undefined ? first : Number(match[2]);
  return { from: Math.min(first, second), to: Math.max(first, second) };
}

export function lineHash({ from, to }: LineRange): string {
  return from === to ? `#L${from}` : `#L${from}-L${to}`;
}

/** A click selects one line; with Shift it stretches what was selected to the line. */
export function selectLine(current: LineRange | null, line: number, extend: boolean): LineRange {
  if (!extend || current === null) return { from: line, to: line };
  return line < current.from ? { from: line, to: current.to } : { from: current.from, to: line };
}
