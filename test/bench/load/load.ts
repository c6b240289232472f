/**
 * Load, against the server that `npm start` runs: `npm run bench:load`. Names of parts run them alone: `people`, `jobs`,
 * `line`, `lane`, `starvation`. `LOAD_RUNS=1000` makes the long line shorter. Compare with what ran beside it: the
 * milliseconds are this machine's, and its own load is printed with them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../../scripts/server.ts";
import { addPeople } from "../../support/product/people.ts";
import { printTable } from "../measure.ts";
import { deepLane } from "./deep-lane.ts";
import { fullLine } from "./full-line.ts";
import { manyPeople, PEOPLE } from "./many-people.ts";
import { LoadClient } from "./product-load.ts";
import { starvation } from "./starvation.ts";
import { tinyJobs } from "./tiny-jobs.ts";

const RUNS = Number(process.env["LOAD_RUNS"] ?? 10_000);

type Part = () => Promise<string[][]>;

/** A server of its own for each part, so that none inherits what another left behind. */
async function withPeople(count: number, work: (people: LoadClient[], one: LoadClient) => Promise<string[][]>) {
  const stateFolder = mkdtempSync(join(tmpdir(), "runyard-load-"));
  const options = { port: 0, stateFolder, variables: { LOG_LEVEL: "error" } };
  await (await startServer(options)).stop();
  const tokens = addPeople(stateFolder, count);
  const server = await startServer(options);
  try {
    const people = tokens.map((token) => new LoadClient(server, token));
    return await work(people, new LoadClient(server));
  } finally {
    await server.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

const PARTS: Readonly<Record<string, Part>> = {
  people: () => withPeople(PEOPLE, manyPeople),
  jobs: () => withPeople(0, (_, one) => tinyJobs(one)),
  line: () => withPeople(0, (_, one) => fullLine(one, RUNS)),
  lane: () => deepLane(RUNS),
  starvation,
};

const machine = () => `load of the machine ${loadavg()[0]!.toFixed(1)}`;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !PARTS[name]);
if (unknown.length > 0)
  throw new Error(`no such part: ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}`);

const rows: string[][] = [];
for (const [name, part] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const before = machine();
  const found = await part();
  rows.push(...found);
  console.error(`${name}: ${before} before, ${machine()} after`);
}
printTable(["figure", "value", "bar", "beside it"], rows);
