/** Tables and numbers for a fixed-width page. */

type Cell = string | number;

/** Numbers, percentages, and the dash that stands for a missing one. */
const NUMERIC = /^(?:[\d,.]+(?: %)?|–)$/;

/** Texts to the left, numbers to the right and with their thousands set apart. */
export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [header, ...rows.map((row) => row.map((cell) => (typeof cell === "number" ? thousands(cell) : cell)))];
  const widths = header.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  const isNumeric = header.map((_, column) => texts.slice(1).every((row) => NUMERIC.test(row[column]!)));
  const lines = texts.map((row) =>
    row
      .map((text, column) => (isNumeric[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "─".repeat(width)).join("  "));
  return lines.join("\n");
}

/** 1234567.8 as 1,234,568. */
export function thousands(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
