// This program has no way out. Press Stop and it ends at once; wait, and its limit ends it.
// Nothing else notices: the loop is suspended every few milliseconds, so that others get their turn.

console.log("Looping for ever. Press Stop to end this run.");

let turns = 0;

try {
  while (true) turns += 1;
} finally {
  // Never printed: a program cannot hold off its own end.
  console.log(`Stopped after ${turns} turns.`);
}
