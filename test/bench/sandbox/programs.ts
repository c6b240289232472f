/** The programs that every peer runs. Each is a script whose last expression is its value. */

export const TRIVIAL = "1 + 1";

/** Some hundred milliseconds of an interpreter, a few of a compiler: objects, strings, sorting, JSON. */
export const ORDINARY = `
  const rows = [];
  let seed = 42;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let i = 0; i < 5000; i++) rows.push({ id: i, name: "name " + (i % 97), price: Math.floor(random() * 1000) });
  const byName = new Map();
  for (const row of rows) byName.set(row.name, (byName.get(row.name) || 0) + row.price);
  const sorted = [...byName].sort((a, b) => b[1] - a[1]);
  JSON.parse(JSON.stringify(rows)).filter((row) => row.price > 500).length + sorted[0][1]`;
