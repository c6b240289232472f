/** The load of deliveries in short, against the product as it is served: exactly the right runs, whatever the order. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDeliveries } from "../support/delivery-load.ts";
import { Product } from "../support/product/server-process.ts";

let product: Product;

beforeAll(async () => {
  product = await Product.start({ variables: { RUNYARD_ISSUE_QUIET_SECONDS: "0.2" } });
});

afterAll(async () => {
  await product?.stop();
});

describe("300 deliveries, duplicated, reordered and replayed", () => {
  it("make exactly the right runs", async () => {
    const address = { url: product.url, apiToken: product.credentials.apiToken };
    const figures = await loadDeliveries(address, { deliveries: 300, issues: 15, arrival: { clients: 8 }, seed: 7 });
    expect(figures).toMatchObject({ deliveries: 300, issues: 15 });
    expect(figures.runs).toBe(figures.wanted);
    expect(figures.duplicates).toBeGreaterThan(50);
  });
});
