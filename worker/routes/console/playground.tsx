/** `/playground`: the editor, the runs that it starts, links to share, and programs written by a model. */
import { type Context, Hono } from "hono";
import { startRun } from "../../actions/start-run.ts";
import { newSecret } from "../../domain/ids.ts";
import { EXAMPLES, type Example } from "../../generated/examples.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { insertShare } from "../../store/shares.ts";
import { BLANK_PLAYGROUND, PlaygroundErrors, PlaygroundPage, type PlaygroundProps } from "../../views/playground.tsx";
import { RunOutcome, RunPanel } from "../../views/run-panel.tsx";
import { ShareLink } from "../../views/share-link.tsx";
import { accessRun } from "../run-access.ts";
import { generations } from "./generations.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";
import { readPlaygroundForm } from "./playground-form.ts";

const SHARE_SLUG_BYTES = 12;

const EXAMPLE_MENU = EXAMPLES.map(({ slug, title, description }) => ({ slug, title, description }));

export const playground = new Hono<SignedInEnv>()
  .route("/generations", generations)
  .get("/", async (c) => {
    const example = EXAMPLES.find(({ slug }) => slug === c.req.query("example"));
    const shown: Pick<PlaygroundProps, "values" | "source" | "isBlank"> = example
      ? {
          values: { ...example, files: await loadFiles(c, example), limits: {} },
          source: { kind: "example", title: example.title },
          isBlank: false,
        }
      : { values: BLANK_PLAYGROUND, source: null, isBlank: true };
    return page(c, <PlaygroundPage shell={signedInShell(c)} examples={EXAMPLE_MENU} errors={[]} {...shown} />);
  })
  .post("/runs", async (c) => {
    const form = await c.req.formData();
    const program = readPlaygroundForm(form);
    if (!program.ok) return refuse(c, form, program.errors);
    const started = await startRun(c.var.dependencies, c.var.principal, program.value);
    if (!started.ok) return failurePage(c, started);
    const run = started.value;
    return isPartial(c) ? page(c, <RunPanel run={run} events={[]} />) : c.redirect(`/runs/${run.id}`, 303);
  })
  .get("/runs/:id/outcome", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return failurePage(c, run);
    return page(c, <RunOutcome run={(await run.value.describe())!} />);
  })
  .post("/shares", async (c) => {
    const form = await c.req.formData();
    const reading = readPlaygroundForm(form);
    if (!reading.ok) return refuse(c, form, reading.errors);
    const { dependencies, principal } = c.var;
    const { clock, random, db } = dependencies;
    const slug = newSecret(SHARE_SLUG_BYTES, random);
    const { workspaceId, id: createdBy } = principal;
    await insertShare(db, { slug, workspaceId, createdBy, createdAt: clock.now(), program: reading.value.program });
    const { origin } = new URL(c.req.url);
    return isPartial(c) ? page(c, <ShareLink slug={slug} origin={origin} />) : c.redirect(`/p/${slug}`, 303);
  });

/** The form again, with what was typed in it and what is wrong with it. */
function refuse(c: Context<SignedInEnv>, form: FormData, errors: PlaygroundProps["errors"]) {
  if (isPartial(c)) return page(c, <PlaygroundErrors errors={errors} />, 422);
  const text = (name: string) => String(form.get(name) ?? "");
  const values: PlaygroundProps["values"] = {
    ...BLANK_PLAYGROUND,
    files: { [BLANK_PLAYGROUND.entry]: text("code") },
    stdin: text("stdin"),
    args: text("args") === "" ? [] : text("args").split(/\r?\n/),
    limits: {
      timeoutMs: text("timeoutMs"),
      memoryBytes: text("memoryBytes"),
      fuel: text("fuel"),
      outputBytes: text("outputBytes"),
    },
  };
  const props = { values, errors, examples: EXAMPLE_MENU, isBlank: false, source: null };
  return page(c, <PlaygroundPage shell={signedInShell(c)} {...props} />, 422);
}

/** Large data files of an example lie among the assets, not in the Worker. */
async function loadFiles(c: Context<SignedInEnv>, example: Example): Promise<Record<string, string>> {
  const { assets } = c.var.dependencies;
  const loaded = Object.entries(example.files).map(async ([name, file]) => {
    if (typeof file === "string") return [name, file] as const;
    const answer = await assets.fetch(new URL(file.asset, c.req.url));
    if (!answer.ok) throw new Error(`the example's file ${name} is not among the assets: status ${answer.status}`);
    return [name, await answer.text()] as const;
  });
  return Object.fromEntries(await Promise.all(loaded));
}
