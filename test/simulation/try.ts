import { simulate } from "./simulation.ts";
const [from, count] = process.argv.slice(2).map(Number);
const t = process.cpuUsage(); let steps = 0; const kinds = new Map<string, number[]>();
for (let seed = from!; seed < from! + count!; seed++) {
  const v = await simulate(seed, { isTracing: process.argv[4] === "trace" });
  steps += v.steps;
  if (v.violation) { const k = v.violation.replace(/\d+/g, "#").replace(/(repository|person):\w+/g,'LANE').replace(/lane:ws_#\/LANE/,'LANE'); kinds.set(k, [...(kinds.get(k) ?? []), seed]); }
  if (process.argv[4] === "trace") console.log(v.trace.join("\n"), "\n", v.violation);
}
console.log((process.cpuUsage(t).user / 1000 / count!).toFixed(2), "ms/seed", steps / count!, "steps");
for (const [k, s] of [...kinds].sort((a, b) => b[1].length - a[1].length)) console.log(s.length, k, s.slice(0, 5).join(","));
