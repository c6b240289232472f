/**
 * Many requests of one person at once, each of which has to ask the object that counts them; and many people who sign up at
 * once. Every one is answered: a request that waits for what another one asked is never woken, and so are all behind it.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Product } from "../support/product/server-process.ts";

/** An isolate takes a 600th part of a minute's worth at once. Of so few that is one: each request has to ask. */
const PER_MINUTE = 1_199;
const AT_ONCE = 35;
const ROUNDS = 34;
const PEOPLE = 12;

let product: Product;

beforeAll(async () => {
  product = await Product.start({ variables: { RUNYARD_REQUESTS_PER_MINUTE: String(PER_MINUTE) } });
});

afterAll(() => product?.stop());

async function statusOf(answer: Promise<Response>): Promise<number> {
  const { status } = await answer;
  return status;
}

function count(statuses: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

it("answers as many requests of one token as its limit lets through, 35 at a time", async () => {
  const statuses: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const asked = Array.from({ length: AT_ONCE }, () => statusOf(product.api("/api/runs/run_none")));
    statuses.push(...(await Promise.all(asked)));
  }
  expect(count(statuses)).toEqual({ 404: ROUNDS * AT_ONCE });
  expect(await statusOf(product.api("/api/runs"))).toBe(200);
});

it("makes the accounts of all who sign up at once", async () => {
  const signUp = (person: number) =>
    fetch(`${product.url}/signup`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: product.url },
      body: new URLSearchParams({
        name: `Person ${person}`,
        email: `person-${person}@example.com`,
        password: "correct-horse-battery",
      }),
    });
  const people = Array.from({ length: PEOPLE }, (_, person) => person);
  expect(count(await Promise.all(people.map((person) => statusOf(signUp(person)))))).toEqual({ 303: PEOPLE });
});
