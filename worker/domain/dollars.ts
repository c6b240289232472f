/** Amounts of money: integers in millionths of a US dollar inside, dollars for people and in the API. */
const MICROS = 1_000_000;

export const toMicros = (dollars: number) => Math.round(dollars * MICROS);
export const toDollars = (micros: number) => micros / MICROS;

/** Dollars as people read them, to the last micro-dollar that is not zero, with two digits at least. */
export function dollarText(micros: number): string {
  const [whole, fraction = ""] = (micros / MICROS).toFixed(6).split(".");
  return `$${whole}.${fraction.replace(/0+$/, "").padEnd(2, "0")}`;
}
