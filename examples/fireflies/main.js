import { advance, agreement, createSwarm, startle } from "./swarm.js";

const COUNT = 140;
const canvas = document.querySelector("canvas");
const context = canvas.getContext("2d");
const nudge = document.querySelector("#nudge");
const meter = document.querySelector("#step");

const swarm = createSwarm(COUNT);
let startedAt = performance.now();
let isInStep = false;

function resize() {
  canvas.width = canvas.clientWidth * devicePixelRatio;
  canvas.height = canvas.clientHeight * devicePixelRatio;
}

function draw() {
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.globalCompositeOperation = "lighter";
  for (const { x, y, phase } of swarm) {
    // Bright at once, then fading.
    const light = Math.exp(-6 * phase);
    const [left, top] = [x * canvas.width, y * canvas.height];
    const radius = (3 + 22 * light) * devicePixelRatio;
    const glow = context.createRadialGradient(left, top, 0, left, top, radius);
    glow.addColorStop(0, `rgb(240 255 150 / ${0.25 + 0.75 * light})`);
    glow.addColorStop(0.25, `rgb(200 240 80 / ${0.1 + 0.45 * light})`);
    glow.addColorStop(1, "rgb(160 220 60 / 0)");
    context.fillStyle = glow;
    context.fillRect(left - radius, top - radius, 2 * radius, 2 * radius);
  }
}

function report() {
  const value = agreement(swarm);
  meter.value = value;
  if (!isInStep && value > 0.9) {
    isInStep = true;
    console.log(`in step after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`, {
      nudge: nudge.valueAsNumber,
    });
  } else if (isInStep && value < 0.7) {
    isInStep = false;
    startedAt = performance.now();
    console.info("out of step");
  }
}

function scare(place) {
  startedAt = performance.now();
  console.log(`${startle(swarm, place)} of ${COUNT} startled`);
}

let before = document.timeline.currentTime;
function frame(now) {
  // A hidden tab gets no frames: what was missed is not made up for.
  advance(swarm, Math.min(0.05, (now - before) / 1000), nudge.valueAsNumber);
  before = now;
  draw();
  report();
  requestAnimationFrame(frame);
}

addEventListener("resize", resize);
canvas.addEventListener("pointerdown", ({ offsetX, offsetY }) =>
  scare({ x: offsetX / canvas.clientWidth, y: offsetY / canvas.clientHeight }),
);
document.querySelector("#startle").addEventListener("click", () => scare(null));
nudge.addEventListener("change", () => console.log("nudge", nudge.valueAsNumber));

resize();
console.log(`${COUNT} fireflies, each with a rhythm of its own`);
requestAnimationFrame(frame);
