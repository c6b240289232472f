/** The programs in Python that the playground and the sample workspace offer run as they are. */
import { expect, it } from "vitest";
import { SAMPLE_PROGRAMS } from "../../../worker/domain/sample-programs.ts";
import { EXAMPLES } from "../../../worker/generated/examples.ts";
import { run } from "./guest.ts";

const examples = EXAMPLES.filter(({ language }) => language === "python");
const samples = SAMPLE_PROGRAMS.filter(({ language }) => language === "python");

it.each(examples.map((example) => [example.slug, example] as const))("%s completes", async (_slug, example) => {
  const files = example.files as Record<string, string>;
  const { outcome, stdout } = await run(files, { entry: example.entry, args: example.args, stdin: example.stdin });
  expect(outcome.kind).toBe("completed");
  expect(outcome.kind === "completed" && outcome.result).toBeTruthy();
  expect(stdout).not.toBe("");
});

it.each(samples.map(({ slug, code }) => [slug, code] as const))("the sample %s completes", async (_slug, code) => {
  expect((await run(code)).outcome).toMatchObject({ kind: "completed", result: 11 });
});
