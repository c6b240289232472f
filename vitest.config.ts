/**
 * Four kinds of tests: pure ones in Node, the objects in a simulated world, those of the Worker in real workerd, those of
 * the product in real Chromium.
 */
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { pythonWorker, WORKERD_ENVIRONMENT } from "./scripts/python/python-worker.ts";

Object.assign(process.env, WORKERD_ENVIRONMENT);
const migrations = await readD1Migrations("migrations");

export default defineConfig({
  test: {
    // A test that waits for something that does not come must say so, not hang.
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], environment: "node" },
      },
      {
        extends: true,
        test: { name: "simulation", include: ["test/simulation/**/*.test.ts"], environment: "node" },
      },
      {
        extends: true,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              cf: false,
              bindings: { LOG_LEVEL: "error", TEST_MIGRATIONS: migrations },
              workers: [pythonWorker()],
            },
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/{integration,sandbox}/**/*.test.ts"],
          globalSetup: "test/support/node-figures.ts",
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/product/shared-product.ts"],
          environment: "node",
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
