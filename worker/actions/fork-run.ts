/** Starts a run that begins as an earlier one did. The caller has checked that the run belongs to the principal's workspace. */
import type { Dependencies } from "../dependencies.ts";
import { type EffectSheet, firstBrokenDependency } from "../domain/effect-sheet.ts";
import { type Result, succeed } from "../domain/errors.ts";
import type { ForkRequest, ForkWish } from "../domain/fork.ts";
import { newId } from "../domain/ids.ts";
import { beginnerOf, type Principal } from "../domain/principal.ts";
import type { RunDetail } from "../domain/run.ts";

/** As durable as any start of a run. */
export async function forkRun(
  dependencies: Dependencies,
  principal: Principal,
  runId: string,
  request: ForkRequest & Pick<ForkWish, "without">,
): Promise<Result<RunDetail>> {
  const { executor, clock, random } = dependencies;
  const id = newId("run", clock, random);
  const spec = await executor(runId).forkSpec({ ...request, id, ...beginnerOf(principal) });
  return spec.ok ? executor(id).submit(spec.value) : spec;
}

/** What an application came to: a sheet, or the run that takes the place of one whose program saw what was rejected. */
export type AppliedSheet =
  | { readonly type: "applied"; readonly sheet: EffectSheet }
  | { readonly type: "run-again"; readonly run: RunDetail; readonly without: number };

/**
 * Writes what was approved. Where something approved depends on what was rejected, the program runs again without that,
 * as another run whose sheet is to be looked at; nothing is written then.
 */
export async function applySheet(
  dependencies: Dependencies,
  principal: Principal,
  runId: string,
): Promise<Result<AppliedSheet>> {
  const object = dependencies.executor(runId);
  const sheet = await object.effectSheet();
  if (!sheet.ok) return sheet;
  const broken = sheet.value.supersededBy === null ? firstBrokenDependency(sheet.value) : null;
  if (broken === null) {
    const applied = await object.applyEffects(principal.id);
    return applied.ok ? succeed({ type: "applied", sheet: applied.value }) : applied;
  }
  const { number } = broken.effect;
  const again = await forkRun(dependencies, principal, runId, { without: number });
  if (!again.ok) return again;
  await object.supersede(again.value.id);
  return succeed({ type: "run-again", run: again.value, without: number });
}
