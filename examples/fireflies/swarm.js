// Fireflies as coupled oscillators: each has a phase that runs from 0 to 1 and blinks when it starts again. A firefly
// is drawn towards the average phase of those that it can see (Kuramoto, 1975).

const SIGHT = 0.32;
const SPEED = 0.018;

const turn = (phase) => phase * 2 * Math.PI;

export function createSwarm(count) {
  return Array.from({ length: count }, () => ({
    x: Math.random(),
    y: Math.random(),
    heading: turn(Math.random()),
    phase: Math.random(),
    // Blinks in a second: nearly the same for all.
    pace: 0.55 + 0.08 * Math.random(),
  }));
}

/** Moves the swarm on by some seconds; the stronger the nudge, the sooner they agree. */
export function advance(swarm, seconds, nudge) {
  const pulls = swarm.map((firefly) => pullOn(firefly, swarm));
  swarm.forEach((firefly, index) => {
    firefly.phase = (firefly.phase + seconds * (firefly.pace + (nudge * pulls[index]) / (2 * Math.PI)) + 1) % 1;
    firefly.heading += (Math.random() - 0.5) * 2 * Math.sqrt(seconds);
    firefly.x = (firefly.x + Math.cos(firefly.heading) * SPEED * seconds + 1) % 1;
    firefly.y = (firefly.y + Math.sin(firefly.heading) * SPEED * seconds + 1) % 1;
  });
}

function pullOn(firefly, swarm) {
  let sum = 0;
  let seen = 0;
  for (const other of swarm) {
    if (Math.hypot(other.x - firefly.x, other.y - firefly.y) > SIGHT) continue;
    sum += Math.sin(turn(other.phase - firefly.phase));
    seen += 1;
  }
  return sum / seen;
}

/** 0 when everyone blinks alone, 1 when all blink together: the length of the mean of all phases, drawn as arrows. */
export function agreement(swarm) {
  const x = swarm.reduce((sum, { phase }) => sum + Math.cos(turn(phase)), 0);
  const y = swarm.reduce((sum, { phase }) => sum + Math.sin(turn(phase)), 0);
  return Math.hypot(x, y) / swarm.length;
}

/** Those near the place lose their rhythm and fly off; without a place, all do. Answers how many. */
export function startle(swarm, place, radius = 0.25) {
  const startled = swarm.filter(({ x, y }) => !place || Math.hypot(x - place.x, y - place.y) < radius);
  for (const firefly of startled) {
    firefly.phase = Math.random();
    if (place) firefly.heading = Math.atan2(firefly.y - place.y, firefly.x - place.x);
  }
  return startled.length;
}
