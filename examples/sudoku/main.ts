// Solves five puzzles from lists of the hardest known, and checks every answer.
import { formatGrid, isSolutionOf, parseGrid } from "./grid.ts";
import puzzles from "./puzzles.json";
import { solve } from "./solver.ts";

const results = puzzles.map(({ name, cells }) => {
  const puzzle = parseGrid(cells);
  const started = Date.now();
  const { solutions, guesses } = solve(puzzle);
  const elapsedMs = Date.now() - started;

  const [solution] = solutions;
  if (!solution) throw new Error(`${name} has no solution`);
  if (solutions.length > 1) throw new Error(`${name} has more than one solution`);
  if (!isSolutionOf(puzzle, solution)) throw new Error(`the solution of ${name} breaks a rule`);

  const givens = puzzle.filter((digit) => digit !== 0).length;
  console.log(`${name}: ${givens} givens, ${guesses} guesses, ${elapsedMs} ms`);
  console.log(`${sideBySide(formatGrid(puzzle), formatGrid(solution))}\n`);
  return { name, givens, guesses, solution: solution.join("") };
});

console.log(`${results.length} puzzles solved; each solution was checked and is the only one.`);

export default results;

function sideBySide(left: string, right: string): string {
  const rightLines = right.split("\n");
  return left
    .split("\n")
    .map((line, index) => `${line}   ${index === 5 ? "→" : " "}   ${rightLines[index]}`)
    .join("\n");
}
