import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { VARIABLE_NAMES } from "../../worker/config.ts";
import { WEBHOOK_EVENT_TYPES } from "../../worker/domain/webhook-events.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

describe("the documentation", () => {
  it("names every variable in the README", () => {
    const readme = read("README.md");
    for (const name of VARIABLE_NAMES) expect(readme, name).toContain(`| \`${name}\` |`);
  });

  it("names every event of webhooks", () => {
    const webhooks = read("docs/webhooks.md");
    for (const type of WEBHOOK_EVENT_TYPES) expect(webhooks, type).toContain(`| \`${type}\` |`);
  });
});
