// Ten thousand reports of wildlife that met aircraft in the United States, summarised.
// The data is described in data/README.md.
import { readTextFile } from "runyard";
import { checkParser } from "./csv.check.ts";
import { parseTable, type Row } from "./csv.ts";
import { groupBy, quantilesOf, sum, top } from "./statistics.ts";
import { formatTable, percent, thousands } from "./table.ts";

interface Strike {
  date: string;
  airport: string;
  phase: string;
  species: string;
  damaged: boolean;
  costDollars: number;
  /** Indicated airspeed; about a quarter of the reports leave it out. */
  speedKnots: number | undefined;
}

function toStrike(row: Row): Strike {
  const speed = row["Speed IAS in knots"]!;
  return {
    date: row["Flight Date"]!,
    airport: row["Airport Name"]!,
    phase: row["Phase of flight"]!,
    species: row["Wildlife Species"]!,
    damaged: row["Effect Amount of damage"] !== "None",
    costDollars: Number(row["Cost Total $"]),
    speedKnots: speed === "" ? undefined : Number(speed),
  };
}

const costOf = (strikes: readonly Strike[]) => sum(strikes.map((strike) => strike.costDollars));
const speedsOf = (strikes: readonly Strike[]) => strikes.flatMap(({ speedKnots }) => speedKnots ?? []);

function overview(strikes: readonly Strike[]): string {
  const dates = strikes.map((strike) => strike.date).sort();
  const damaged = strikes.filter((strike) => strike.damaged).length;
  return [
    `${thousands(strikes.length)} strikes between ${dates.at(0)} and ${dates.at(-1)}`,
    `${thousands(damaged)} of them (${percent(damaged, strikes.length)}) damaged the aircraft`,
    `$${thousands(costOf(strikes))} of reported cost`,
  ].join("\n");
}

function byPhase(strikes: readonly Strike[]): string {
  const phases = top(
    groupBy(strikes, (strike) => strike.phase),
    10,
    ([, group]) => group.length,
  );
  const rows = phases.map(([phase, group]) => {
    const speeds = speedsOf(group);
    return [
      phase,
      group.length,
      percent(group.length, strikes.length),
      percent(group.filter((strike) => strike.damaged).length, group.length),
      speeds.length > 0 ? quantilesOf(speeds)(0.5) : "–",
      costOf(group),
    ];
  });
  return formatTable(["Phase of flight", "Strikes", "Share", "Damaged", "Median knots", "Cost $"], rows);
}

function quantiles(strikes: readonly Strike[]): string {
  const costs = strikes.map((strike) => strike.costDollars).filter((cost) => cost > 0);
  const series: [string, number[]][] = [
    ["Airspeed, knots", speedsOf(strikes)],
    ["Cost where there was one, $", costs],
  ];
  const probabilities = [0, 0.25, 0.5, 0.75, 0.95, 1];
  const rows = series.map(([name, numbers]) => [name, numbers.length, ...probabilities.map(quantilesOf(numbers))]);
  return formatTable(["", "Reports", "Least", "25 %", "Median", "75 %", "95 %", "Most"], rows);
}

function topAirports(strikes: readonly Strike[]): string {
  const airports = top(
    groupBy(strikes, (strike) => strike.airport),
    10,
    ([, group]) => group.length,
  );
  return formatTable(
    ["Airport", "Strikes"],
    airports.map(([airport, group]) => [airport, group.length]),
  );
}

/** Small, medium and large unknown birds say nothing about a species. */
function topSpecies(strikes: readonly Strike[]): string {
  const known = strikes.filter((strike) => !strike.species.startsWith("Unknown"));
  const species = top(
    groupBy(known, (strike) => strike.species),
    5,
    ([, group]) => costOf(group),
  );
  const rows = species.map(([name, group]) => [
    name,
    group.length,
    percent(group.filter((strike) => strike.damaged).length, group.length),
    costOf(group),
  ]);
  return formatTable(["Species", "Strikes", "Damaged", "Cost $"], rows);
}

function byMonth(strikes: readonly Strike[]): string {
  const months = groupBy(strikes, (strike) => Number(strike.date.slice(5, 7)));
  const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const counts = names.map((_, index) => months.get(index + 1)?.length ?? 0);
  const most = Math.max(...counts);
  return names
    .map((name, index) => {
      const count = counts[index]!;
      return `${name}  ${thousands(count).padStart(5)}  ${"█".repeat(Math.round((40 * count) / most))}`;
    })
    .join("\n");
}

const checks = checkParser();
const started = Date.now();
const text = await readTextFile("data/birdstrikes.csv");
const { columns, rows } = parseTable(text);
const strikes = rows.map(toStrike);
console.error(
  `Parser: ${checks} checks passed. ${thousands(text.length)} characters, ` +
    `${thousands(rows.length)} rows of ${columns.length} columns, ${Date.now() - started} ms.`,
);

console.log(overview(strikes));
console.log(`\nBy phase of flight\n\n${byPhase(strikes)}`);
console.log(`\nQuantiles\n\n${quantiles(strikes)}`);
console.log(`\nAirports with the most reports\n\n${topAirports(strikes)}`);
console.log(`\nSpecies that cost the most\n\n${topSpecies(strikes)}`);
console.log(`\nSeason\n\n${byMonth(strikes)}`);

export default {
  rows: rows.length,
  damaged: strikes.filter((strike) => strike.damaged).length,
  costDollars: costOf(strikes),
  medianSpeedKnots: quantilesOf(speedsOf(strikes))(0.5),
};
