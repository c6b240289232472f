/** How the installation is, part by part. Pure. */
import * as z from "zod";
import { instant } from "./run-schema.ts";

export const HEALTH_STATES = ["ok", "degraded", "down"] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export interface PartHealth {
  readonly part: string;
  readonly status: HealthState;
  /** From the question to the answer; null when none came. */
  readonly latencyMs: number | null;
  /** A sentence for people. */
  readonly detail: string;
  readonly checkedAt: string;
  /** How old the finding is. */
  readonly ageMs: number;
}

export interface Health {
  readonly status: HealthState;
  readonly parts: readonly PartHealth[];
}

/** As bad as the worst part. */
export function overall(parts: readonly Pick<PartHealth, "status">[]): HealthState {
  return HEALTH_STATES.findLast((state) => parts.some(({ status }) => status === state)) ?? "ok";
}

const stateSchema = z.enum(HEALTH_STATES);

/** `GET /api/health/detailed`, and `GET /health` for machines. */
export const healthSchema = z.strictObject({
  status: stateSchema,
  parts: z.array(
    z.strictObject({
      part: z.string(),
      status: stateSchema,
      latencyMs: z.number().nullable(),
      detail: z.string(),
      checkedAt: instant,
      ageMs: z.number(),
    }),
  ),
}) satisfies z.ZodType<Health>;

/** `GET /status` for machines: what everybody may know. */
export const publicStatusSchema = z.strictObject({ status: stateSchema, checkedAt: instant });
export type PublicStatus = z.output<typeof publicStatusSchema>;
