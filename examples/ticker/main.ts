// A tight loop without a single await. On most platforms nothing would be seen before it ends.
// Here each line arrives as it is printed, and other programs run meanwhile.

const DURATION_MS = 5_000;
const INTERVAL_MS = 20;

const start = Date.now();
const end = start + DURATION_MS;
let due = start + INTERVAL_MS;
let ticks = 0;

while (Date.now() < end) {
  const now = Date.now();
  if (now < due) continue;
  ticks += 1;
  console.log(`tick ${String(ticks).padStart(3)}  ${String(now - start).padStart(4)} ms`);
  // The next whole interval after now: a late tick is skipped, not made up for.
  due += INTERVAL_MS * (Math.floor((now - due) / INTERVAL_MS) + 1);
}

console.log(`${ticks} ticks in ${((Date.now() - start) / 1000).toFixed(1)} s`);

export default { ticks };
