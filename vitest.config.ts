/**
 * Five kinds of tests: pure ones in Node, the objects in a simulated world, those of the Worker in real workerd, those of
 * the product in real Chromium, and the product that is killed while it works.
 */
import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { companionWorkers } from "./scripts/companion-workers.ts";
import { WORKERD_ENVIRONMENT } from "./scripts/python/workerd-environment.ts";
import { memoryFolder } from "./test/support/memory-folder.ts";

Object.assign(process.env, WORKERD_ENVIRONMENT);
const folder = memoryFolder();
if (folder !== null) process.env["TMPDIR"] = folder;
/** What the Worker imports of packages, each as one file: workerd asks for every module of every file's tests anew. */
const PACKAGES = [
  "@anthropic-ai/sdk",
  "@noble/hashes/scrypt.js",
  "better-auth/adapters/drizzle",
  "better-auth/minimal",
  "drizzle-orm",
  "drizzle-orm/d1",
  "drizzle-orm/sqlite-core",
  "hono",
  "hono/body-limit",
  "hono/cookie",
  "hono/html",
  "hono/jsx",
  "hono/jsx/jsx-runtime",
  "hono/route",
  "hono/streaming",
  "ipaddr.js",
  "openai",
  "saxes",
  "zod",
];

const migrations = await readD1Migrations("migrations");

/**
 * The files that `worker/sandbox/javascript/sucrase.ts` imports. Else what is imported of CommonJS and what that requires
 * are two copies, with two states of the parser.
 */
const SUCRASE = [
  ...["parser/tokenizer/index", "parser/tokenizer/state", "parser/tokenizer/types"],
  ...["parser/traverser/base", "parser/traverser/statement", "TokenProcessor", "identifyShadowedGlobals"],
  ...["transformers/RootTransformer", "util/getTSImportedNames"],
].map((name) => `sucrase/dist/${name}.js`);

/** What takes a minute or more: begun last, one of them is waited for while a processor has nothing to do. */
const LONG = /\/(corpus\/\w+|meeting-runs|memory-gate|meeting-faults|console|queue|payloads)\.test\.ts$/;
/** First those of one long file; a project's files are together, since each of its processes takes one after another. */
const PROJECT_ORDER = ["chaos", "simulation", "workerd", "unit", "browser"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ({ project }: TestSpecification) => PROJECT_ORDER.indexOf(project.name);
    const rank = ({ moduleId }: TestSpecification) => (LONG.test(moduleId) ? 0 : 1);
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => order(one) - order(other) || rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // More than the two processors of a small machine: half of most tests is waiting for a server or a browser.
    maxWorkers: Math.max(3, availableParallelism()),
    // A test that waits for something that does not come must say so, not hang.
    testTimeout: 20_000,
    // One process, and one workerd, carries many files: to start one for each took half of the processor's time.
    isolate: false,
    // What a test polls for takes as long as the machine is busy: the second that is usual fails where nothing is wrong.
    expect: { poll: { timeout: 15_000 } },
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
              bindings: {
                // Every line is searched for secrets; those of errors alone are shown.
                LOG_LEVEL: "debug",
                TEST_MIGRATIONS: migrations,
                RUNYARD_SECRETS_KEY: Buffer.alloc(32, "k").toString("base64"),
                RUNYARD_WEBHOOK_PRIVATE_RECEIVERS: "allow",
                RUNYARD_PROVIDER_PRIVATE_HOSTS: "allow",
                RUNYARD_WEBHOOK_RETRY_SECONDS: "0.05,0.1,0.1",
                RUNYARD_WEBHOOK_TIMEOUT_SECONDS: "0.5",
                RUNYARD_ISSUE_QUIET_SECONDS: "0.05",
                RUNYARD_SIGN_UP: "open",
                RUNYARD_MAIL_FROM: "runyard@example.com",
                GITHUB_CLIENT_ID: "github-client",
                GITHUB_CLIENT_SECRET: "github-secret",
              },
              workers: companionWorkers(),
              email: { send_email: [{ name: "MAIL", allowed_sender_addresses: ["runyard@example.com"] }] },
            },
          }),
        ],
        // As in wrangler.toml, which the bundler of the tests does not read.
        resolve: {
          alias: {
            "@better-auth/utils/password": new URL("node_modules/@better-auth/utils/dist/password.mjs", import.meta.url)
              .pathname,
          },
        },
        test: {
          name: "workerd",
          include: ["test/{integration,sandbox}/**/*.test.ts"],
          setupFiles: ["test/support/search-after-file.ts"],
          deps: { optimizer: { ssr: { enabled: true, include: [...PACKAGES, ...SUCRASE] } } },
          globalSetup: [
            "test/support/node-figures.ts",
            "test/support/receiver-process.ts",
            "test/support/providers/shared-server.ts",
          ],
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/product/shared-product.ts"],
          environment: "node",
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "chaos",
          include: ["test/chaos/**/*.test.ts"],
          environment: "node",
          // A minute, and many times that on a machine that is busy with other things.
          testTimeout: 1_200_000,
        },
      },
    ],
  },
});
