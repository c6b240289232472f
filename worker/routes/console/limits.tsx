/** `/settings/limits`: how often services may be called, how they are doing, and how long calls' texts are kept. */
import { type Context, Hono } from "hono";
import { record } from "../../actions/audit-trail.ts";
import { describeCallSettings, keepTextsFor } from "../../actions/executions.ts";
import { listKeys } from "../../actions/provider-keys.ts";
import { actorOf } from "../../domain/audit.ts";
import { callLimitsSchema, LIMITED_SERVICES } from "../../domain/call-limits.ts";
import type { Failure } from "../../domain/errors.ts";
import { retentionSchema } from "../../domain/execution.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { LimitsPage, type LimitValues } from "../../views/limits.tsx";
import { formOf } from "./form.ts";
import { page, signedInShell } from "./page.tsx";

type LimitContext = Context<SignedInEnv>;

const BASE = "/settings/limits";

export const limitPages = new Hono<SignedInEnv>()
  .get("/", (c) => show(c, null, null))
  .post("/", async (c) => {
    const form = await formOf(c);
    const values = Object.fromEntries(LIMITED_SERVICES.map((service) => [service, typedOf(form, service)]));
    const limits = check(values, callLimitsSchema);
    if (!limits.ok) return show(c, limits, values);
    await c.var.dependencies.budget(c.var.principal.workspaceId).limit(limits.value);
    const told = Object.entries(limits.value).map(([service, perMinute]) => `${service} ${perMinute}`);
    await record(c.var.dependencies, actorOf(c.var.principal), "calls.limited", "", { limits: told.join(", ") });
    return c.redirect(`${BASE}?saved`, 303);
  })
  .post("/retention", async (c) => {
    const values = { days: typedOf(await formOf(c), "days") };
    const retention = check(values, retentionSchema);
    if (!retention.ok) return show(c, retention, values);
    const { days } = retention.value;
    await keepTextsFor(c.var.dependencies, c.var.principal.workspaceId, days);
    await record(c.var.dependencies, actorOf(c.var.principal), "calls.retention-changed", "", { days: String(days) });
    return c.redirect(`${BASE}?saved`, 303);
  });

/** Null where nothing was typed: then an empty field is one that is missing, and not a zero. */
function typedOf(form: FormData, name: string): string | null {
  return String(form.get(name) ?? "").trim() || null;
}

async function show(c: LimitContext, failure: Failure | null, typed: Partial<LimitValues> | null) {
  const { dependencies, principal } = c.var;
  const [settings, keys] = await Promise.all([
    describeCallSettings(dependencies, principal.workspaceId),
    listKeys(dependencies, principal),
  ]);
  const { limits, textRetentionDays } = settings;
  const kept = { ...limits, days: textRetentionDays };
  const values = Object.fromEntries(
    Object.entries({ ...kept, ...typed }).map(([name, value]) => [name, String(value ?? "")]),
  );
  const errors = (failure?.errors ?? []).map(({ path, message }) => ({ field: path, message }));
  const keyNames = Object.fromEntries(keys.map(({ id, name }) => [id, name]));
  const props = { ...settings, keyNames, values, errors, isSaved: failure === null && c.req.query("saved") === "" };
  return page(c, <LimitsPage shell={signedInShell(c)} {...props} />, failure ? 422 : 200);
}
