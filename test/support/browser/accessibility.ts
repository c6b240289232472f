/** Checks a page with axe-core, under whatever content security policy the page has. */
import { AssertionError } from "node:assert";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AxeResults, Result, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const AXE_FILE = fileURLToPath(new URL("../../../node_modules/axe-core/axe.min.js", import.meta.url));

let axeSource: string | undefined;

export interface AxeOptions {
  /** CSS selector of the part to check; the whole document without it. */
  readonly include?: string;
  /** Rules to leave out, by their id. Say why where you use it. */
  readonly without?: readonly string[];
}

/** Fails with each broken rule and its elements. Every rule of axe counts, best practices included. */
export async function expectNoAxeViolations(page: Page, options: AxeOptions = {}): Promise<void> {
  const violations = await axeViolations(page, options);
  if (violations.length === 0) return;
  throw new AssertionError({
    message: `axe found ${violations.length} broken rule(s) on ${page.url()}:\n${violations.map(describe).join("\n")}`,
    stackStartFn: expectNoAxeViolations,
  });
}

/**
 * The source goes in by `evaluate`, which runs over the debugging protocol: a policy of `script-src 'self'` stays in
 * force for the page and does not apply to it. Frames get their own copy, or axe could not look into them.
 */
async function axeViolations(page: Page, { include, without = [] }: AxeOptions): Promise<Result[]> {
  axeSource ??= `${readFileSync(AXE_FILE, "utf8")}\n;undefined`;
  for (const frame of page.frames()) await frame.evaluate(axeSource);
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
  const results = await page.evaluate(
    async ({ include, rules }): Promise<Pick<AxeResults, "violations">> => {
      const { axe } = globalThis as unknown as {
        axe: { run(context: Document | string, options: RunOptions): Promise<AxeResults> };
      };
      return { violations: (await axe.run(include ?? document, { rules, resultTypes: ["violations"] })).violations };
    },
    { include, rules },
  );
  return results.violations;
}

function describe({ id, impact, help, helpUrl, nodes }: Result): string {
  const elements = nodes.map((node) => {
    const summary = (node.failureSummary ?? "").split("\n").join("\n      ");
    return `    ${node.target.join(" ")}\n      ${summary}`;
  });
  return [`  ${id} (${impact ?? "unknown impact"}): ${help}`, `    ${helpUrl}`, ...elements].join("\n");
}
