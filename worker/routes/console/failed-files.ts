/** The program of a run that failed, to quote the line of its error from. Others are not worth the reading. */
import type { Context } from "hono";
import type { RunDetail } from "../../domain/run.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { loadProgram } from "../../store/runs.ts";

/** The caller has checked that the run belongs to its workspace. */
export async function failedFiles(
  c: Context<SignedInEnv>,
  { id, error }: Pick<RunDetail, "id" | "error">,
): Promise<Readonly<Record<string, string>>> {
  if (error === null) return {};
  return (await loadProgram(c.var.dependencies.db, id))?.files ?? {};
}
