// Timers, promises and async generators. This file is a module: await works at its top level.

const start = Date.now();
const elapsed = () => `${String(Date.now() - start).padStart(4)} ms`;

/** @param {number} delayMs */
const sleep = (delayMs) => new Promise((resolve) => setTimeout(() => resolve(undefined), delayMs));

/**
 * Counts down, waiting before each number.
 * @param {number} from
 * @param {number} delayMs
 */
async function* countdown(from, delayMs) {
  for (let left = from; left > 0; left -= 1) {
    await sleep(delayMs);
    yield left;
  }
}

/**
 * Pretends to be a slow job.
 * @param {string} name
 * @param {number} durationMs
 */
async function job(name, durationMs) {
  await sleep(durationMs);
  console.log(`${elapsed()}  ${name} is done`);
  return name.toUpperCase();
}

/**
 * Rejects when the promise takes too long, and leaves no timer behind.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} limitMs
 * @returns {Promise<T>}
 */
function within(promise, limitMs) {
  let timer = 0;
  const tooLate = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
}

console.log("An async generator:");
for await (const left of countdown(3, 100)) console.log(`${elapsed()}  ${left}`);

console.log("Three jobs at the same time:");
const jobs = [job("slow", 300), job("medium", 200), job("fast", 100)];
const results = await Promise.all(jobs);
console.log(`${elapsed()}  in the order they were started: ${results.join(", ")}`);

console.log("A job that is given too little time:");
try {
  await within(sleep(1_000), 50);
} catch (error) {
  console.log(`${elapsed()}  ${error instanceof Error ? error.message : error}`);
}

export default results;
