/** What a run's program asked to write, under `/api/runs/:id/effects`: the sheet, decisions about it, applying and undoing. */
import { type Context, Hono } from "hono";
import { applySheet } from "../../actions/fork-run.ts";
import type { EffectSheet } from "../../domain/effect-sheet.ts";
import { decisionRequestSchema, shownSheet } from "../../domain/effect-sheet-schema.ts";
import { type Result, succeed } from "../../domain/errors.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { accessRun, type RunHandle } from "../run-access.ts";
import { answer } from "./answer.ts";

export const runEffects = new Hono<SignedInEnv>()
  .get("/:id/effects", (c) => withSheet(c, (run) => run.effectSheet()))
  .post("/:id/effects/decisions", (c) =>
    withSheet(c, async (run, by) => {
      const body = await readJson(c, decisionRequestSchema);
      return body.ok ? run.decideEffects(body.value, by) : body;
    }),
  )
  .post("/:id/effects/apply", async (c) => {
    const run = await accessRun(c);
    if (!run.ok) return problem(c, run);
    const runId = c.req.param("id");
    const applied = await applySheet(c.var.dependencies, c.var.principal, runId);
    if (!applied.ok) return problem(c, applied);
    if (applied.value.type === "applied") return c.json(shownSheet(runId, applied.value.sheet));
    const { run: again, without } = applied.value;
    return c.json({ runId: again.id, state: again.state, without }, 202, { location: `/api/runs/${again.id}` });
  })
  .post("/:id/effects/undo", (c) => withSheet(c, (run, by) => run.undoEffects(by)));

async function withSheet(
  c: Context<SignedInEnv>,
  act: (run: RunHandle, by: string) => Promise<Result<EffectSheet>>,
): Promise<Response> {
  const run = await accessRun(c);
  if (!run.ok) return problem(c, run);
  const sheet = await act(run.value, c.var.principal.id);
  return answer(c, sheet.ok ? succeed(shownSheet(c.req.param("id")!, sheet.value)) : sheet);
}
