/** The board: reading it, printing it, and checking that it is solved. */

/** 81 digits, row by row; 0 is an empty cell. */
export type Grid = readonly number[];

export const CELLS = 81;

export const rowOf = (cell: number) => Math.floor(cell / 9);
export const columnOf = (cell: number) => cell % 9;
export const boxOf = (cell: number) => Math.floor(rowOf(cell) / 3) * 3 + Math.floor(columnOf(cell) / 3);

const ALL_CELLS = Array.from({ length: CELLS }, (_, cell) => cell);

/** The 27 groups of nine cells that must hold nine different digits: rows, columns and boxes. */
export const UNITS: readonly (readonly number[])[] = [rowOf, columnOf, boxOf].flatMap((groupOf) =>
  Array.from({ length: 9 }, (_, group) => ALL_CELLS.filter((cell) => groupOf(cell) === group)),
);

export function parseGrid(text: string): Grid {
  const digits = [...text].map((character) => (character === "." ? 0 : Number(character)));
  if (digits.length !== CELLS || !digits.every((digit) => Number.isInteger(digit))) {
    throw new SyntaxError(`a puzzle is ${CELLS} digits or dots: ${text}`);
  }
  return digits;
}

/** Draws the board with its boxes set apart; an empty cell is a dot. */
export function formatGrid(grid: Grid): string {
  const rows = Array.from({ length: 9 }, (_, row) =>
    [0, 3, 6]
      .map((column) =>
        grid
          .slice(row * 9 + column, row * 9 + column + 3)
          .map((digit) => digit || "·")
          .join(" "),
      )
      .join(" │ "),
  );
  const rule = "──────┼───────┼──────";
  return [...rows.slice(0, 3), rule, ...rows.slice(3, 6), rule, ...rows.slice(6)].join("\n");
}

/** Independent of the solver: every unit holds 1 to 9, and no given digit was changed. */
export function isSolutionOf(puzzle: Grid, solution: Grid): boolean {
  const keepsGivens = puzzle.every((digit, cell) => digit === 0 || digit === solution[cell]);
  const isComplete = UNITS.every((unit) => {
    const digits = new Set(unit.map((cell) => solution[cell]));
    return [1, 2, 3, 4, 5, 6, 7, 8, 9].every((digit) => digits.has(digit));
  });
  return keepsGivens && isComplete;
}
