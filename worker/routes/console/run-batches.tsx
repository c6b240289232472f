/** `POST /runs/cancellations` and `/runs/retries`: what the list of runs does to those that were chosen in it. */
import { type Context, Hono } from "hono";
import { cancelRuns, retryRuns } from "../../actions/run-batches.ts";
import { fail } from "../../domain/errors.ts";
import { BATCH_RUNS_MAX, type BatchResult, cancelBatchSchema } from "../../domain/run-batch.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { type Tally, tallyOf, tallyQuery } from "../../views/batch-words.ts";
import { runsHref } from "../../views/runs.tsx";
import { formOf } from "./form.ts";
import { failurePage } from "./page.tsx";
import { readRunsFilter } from "./runs-filter.ts";

export const runBatchForms = new Hono<SignedInEnv>()
  .post("/cancellations", (c) =>
    onChosen(c, "cancelled", async (runIds) => {
      const { results } = await cancelRuns(c.var.dependencies, c.var.principal, { runIds });
      return results;
    }),
  )
  .post("/retries", (c) =>
    onChosen(c, "retried", async (runIds) => {
      const { results } = await retryRuns(c.var.dependencies, c.var.principal, { runIds }, { before: null });
      return results;
    }),
  );

async function onChosen(
  c: Context<SignedInEnv>,
  deed: Tally["deed"],
  act: (runIds: string[]) => Promise<readonly BatchResult[]>,
) {
  const form = await formOf(c);
  const runIds = form.getAll("runIds").map(String);
  if (runIds.length === 0) return failurePage(c, fail("invalid-request", "Choose at least one run first."));
  const chosen = check({ runIds }, cancelBatchSchema);
  if (!chosen.ok) return failurePage(c, fail("invalid-request", `Choose at most ${BATCH_RUNS_MAX} runs.`));
  const tally = tallyOf(deed, await act(runIds));
  // Back to the list that they were chosen in.
  const filter = readRunsFilter(Object.fromEntries(new URLSearchParams(String(form.get("filter") ?? ""))));
  return c.redirect(runsHref(filter, tallyQuery(tally)), 303);
}
