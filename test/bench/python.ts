/**
 * Measures Python through the product, beside CPython where `python3` is there: `npm run bench:python`.
 * Each program is timed where it runs: by the run's own wall time here, by its own clock there. Compare the ratios.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../scripts/server.ts";
import { burst, ms, printTable, quantile, repeat, timed } from "./measure.ts";

const PROGRAMS: Readonly<Record<string, string>> = {
  "a loop of integers": "n = 0\nfor i in range(3_000_000): n += i * i % 7\nprint(n)",
  "calls: fib(27)": "def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nprint(fib(27))",
  "lists and sorting":
    "import random\nrandom.seed(1)\na = [random.random() for _ in range(300_000)]\na.sort()\nprint(len(a))",
  "dictionaries of texts":
    "d = {}\nfor i in range(400_000):\n    k = 'k' + str(i % 5000)\n    d[k] = d.get(k, 0) + i\nprint(len(d))",
  objects:
    "class P:\n    def __init__(self, x): self.x = x\n    def step(self): self.x += 1\nps = [P(i) for i in range(1000)]\nfor _ in range(300):\n    for p in ps: p.step()\nprint(sum(p.x for p in ps))",
  JSON: "import json\nrows = [{'id': i, 'name': 'n' * 10, 'tags': [1, 2, 3]} for i in range(20_000)]\nfor _ in range(3): rows = json.loads(json.dumps(rows))\nprint(len(rows))",
  "regular expressions":
    "import re\nt = 'the quick brown fox ' * 20_000\nprint(len(re.findall(r'\\b(\\w)(\\w+)\\b', t)))",
  "floating point: n-body":
    "x, y, vx, vy = 1.0, 0.0, 0.0, 1.0\nfor _ in range(700_000):\n    r3 = (x * x + y * y) ** 1.5\n    vx -= x / r3 * 0.001; vy -= y / r3 * 0.001; x += vx * 0.001; y += vy * 0.001\nprint(round(x, 3))",
};

/** Prints the milliseconds that a program takes, its start left out. */
const TIMER =
  "import sys, time\ncode = compile(sys.stdin.read(), 'm', 'exec')\nat = time.perf_counter()\nexec(code, {})\nprint((time.perf_counter() - at) * 1000, file=sys.stderr)";
const REPEATS = 5;

interface Finished {
  readonly success: boolean;
  readonly stdout: string;
  readonly error: unknown;
  readonly usage: { readonly wallMs: number; readonly memoryBytes: number };
}

async function main(): Promise<void> {
  const stateFolder = mkdtempSync(join(tmpdir(), "runyard-bench-"));
  const server = await startServer({ port: 0, stateFolder, variables: { LOG_LEVEL: "error" } });
  const headers = { authorization: `Bearer ${server.credentials.apiToken}`, "content-type": "application/json" };
  const run = async (code: string): Promise<Finished> => {
    const body = JSON.stringify({ language: "python", code });
    const answer = (await (
      await fetch(`${server.url}/api/execute`, { method: "POST", headers, body })
    ).json()) as Finished;
    if (!answer.success) throw new Error(JSON.stringify(answer));
    return answer;
  };
  try {
    const coldMs = await timed(() => run("1"));
    const hasCpython = spawnSync("python3", ["--version"]).status === 0;
    printTable(["program", "here", "CPython", "ratio"], await programRows(run, hasCpython));
    console.log();
    printTable(["figure", "value", "peer"], await startRows(run, coldMs, hasCpython));
  } finally {
    await server.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

async function programRows(run: (code: string) => Promise<Finished>, hasCpython: boolean): Promise<string[][]> {
  const rows: string[][] = [];
  const ratios: number[] = [];
  for (const [name, code] of Object.entries(PROGRAMS)) {
    const [here, there]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < REPEATS; turn++) {
      const { usage, stdout } = await run(code);
      here.push(usage.wallMs);
      if (!hasCpython) continue;
      const peer = spawnSync("python3", ["-c", TIMER], { input: code, encoding: "utf8" });
      if (peer.stdout !== stdout) throw new Error(`${name}: ${stdout} here, ${peer.stdout} there`);
      there.push(Number(peer.stderr));
    }
    const [mine, theirs] = [quantile(here, 0.5), there.length > 0 ? quantile(there, 0.5) : null];
    if (theirs !== null) ratios.push(mine / theirs);
    rows.push([name, ms(mine), theirs === null ? "–" : ms(theirs), theirs === null ? "–" : (mine / theirs).toFixed(2)]);
  }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  if (ratios.length > 0) rows.push(["geometric mean", "", "", mean.toFixed(2)]);
  return rows;
}

async function startRows(
  run: (code: string) => Promise<Finished>,
  coldMs: number,
  hasCpython: boolean,
): Promise<string[][]> {
  const trivial = () => run("print('ok')");
  const alone = await repeat(30, trivial);
  const eight = await burst(8, 48, trivial);
  const hundred = await burst(100, 100, trivial);
  const { usage } = await run("1");
  const spawned = hasCpython ? await repeat(20, async () => execFileSync("python3", ["-c", "print('ok')"])) : null;
  return [
    ["first run of a cold server, over HTTP", ms(coldMs), ""],
    [
      "trivial run over HTTP, p50",
      ms(quantile(alone, 0.5)),
      spawned ? `spawn python3 ${ms(quantile(spawned, 0.5))}` : "",
    ],
    ["8 clients, runs a second", eight.perSecond.toFixed(1), ""],
    [
      "100 at once, all ended; p50 / worst",
      `${ms(quantile(hundred.samples, 0.5))} / ${ms(Math.max(...hundred.samples))}`,
      "",
    ],
    ["linear memory of a trivial run", `${(usage.memoryBytes / 2 ** 20).toFixed(1)} MiB`, ""],
  ];
}

await main();
