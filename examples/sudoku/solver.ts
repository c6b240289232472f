/**
 * Solves by propagation, and searches where propagation gets stuck.
 * A cell's candidates are a set of bits: bit d is set while digit d is still possible there.
 */
import { CELLS, type Grid, UNITS } from "./grid.ts";

const ANY_DIGIT = 0b11_1111_1110;

export interface Search {
  /** At most as many as were asked for. */
  solutions: Grid[];
  /** Digits that had to be guessed; 0 means that logic alone was enough. */
  guesses: number;
}

type Candidates = Uint16Array;

const UNITS_OF = Array.from({ length: CELLS }, (_, cell) => UNITS.filter((unit) => unit.includes(cell)));
const PEERS_OF = UNITS_OF.map((units, cell) => [...new Set(units.flat())].filter((peer) => peer !== cell));

/** Finds up to `limit` solutions. With a limit of two, one solution found means that it is the only one. */
export function solve(puzzle: Grid, limit = 2): Search {
  const search: Search = { solutions: [], guesses: 0 };
  const candidates = new Uint16Array(CELLS).fill(ANY_DIGIT);
  const consistent = puzzle.every((digit, cell) => digit === 0 || assign(candidates, cell, 1 << digit));
  if (consistent) explore(candidates, search, limit);
  return search;
}

function explore(candidates: Candidates, search: Search, limit: number): void {
  const cell = mostConstrainedCell(candidates);
  if (cell === undefined) {
    search.solutions.push(Array.from(candidates, (bits) => Math.log2(bits)));
    return;
  }
  for (const bit of bitsOf(candidates[cell]!)) {
    if (search.solutions.length >= limit) return;
    search.guesses += 1;
    const next = candidates.slice();
    if (assign(next, cell, bit)) explore(next, search, limit);
  }
}

/** Fewest candidates first: a wrong guess among two is noticed sooner than one among nine. */
function mostConstrainedCell(candidates: Candidates): number | undefined {
  let best: number | undefined;
  let fewest = 10;
  candidates.forEach((bits, cell) => {
    const count = countBits(bits);
    if (count > 1 && count < fewest) [best, fewest] = [cell, count];
  });
  return best;
}

/** Leaves one digit in a cell. False when that contradicts the rest of the board. */
function assign(candidates: Candidates, cell: number, bit: number): boolean {
  return (
    bitsOf(candidates[cell]! & ~bit).every((other) => eliminate(candidates, cell, other)) && candidates[cell] === bit
  );
}

/** Removes one digit from a cell and follows the consequences. False on a contradiction. */
function eliminate(candidates: Candidates, cell: number, bit: number): boolean {
  const before = candidates[cell]!;
  if ((before & bit) === 0) return true;
  const left = before & ~bit;
  candidates[cell] = left;
  if (left === 0) return false;
  // One digit left: no peer can have it.
  if (isSingle(left) && !PEERS_OF[cell]!.every((peer) => eliminate(candidates, peer, left))) return false;
  // One place left for the removed digit in a row, column or box: it belongs there.
  return UNITS_OF[cell]!.every((unit) => {
    const places = unit.filter((place) => (candidates[place]! & bit) !== 0);
    if (places.length === 0) return false;
    return places.length > 1 || assign(candidates, places[0]!, bit);
  });
}

const isSingle = (bits: number) => (bits & (bits - 1)) === 0;

function bitsOf(bits: number): number[] {
  const found: number[] = [];
  for (let rest = bits; rest !== 0; rest &= rest - 1) found.push(rest & -rest);
  return found;
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
