/** How the installation is, part by part. Pure. */
import * as z from "zod";
import { LIMITED_SERVICES } from "./call-limits.ts";
import { CIRCUIT_NAMES } from "./circuit.ts";
import { instant } from "./run-schema.ts";

export const HEALTH_STATES = ["ok", "degraded", "down"] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** A circuit breaker of the workspace's calls. Which of its keys it stands for is not told: health is for more readers. */
export const breakerHealthSchema = z.strictObject({
  provider: z.enum(LIMITED_SERVICES),
  /** Whose the key is: one of the workspace's, or the server's own. */
  key: z.enum(["workspace", "server"]),
  state: z.enum(CIRCUIT_NAMES),
  /** Null where it was never anything else. */
  since: instant.nullable(),
  /** Until when it lets nothing through, unless a probe ends that sooner; null for a closed one. */
  until: instant.nullable(),
});
export type BreakerHealth = z.output<typeof breakerHealthSchema>;

export interface PartHealth {
  readonly part: string;
  readonly status: HealthState;
  /** From the question to the answer; null when none came. */
  readonly latencyMs: number | null;
  /** A sentence for people. */
  readonly detail: string;
  /** Of the providers of models alone. */
  readonly breakers?: readonly BreakerHealth[] | undefined;
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
      breakers: z.array(breakerHealthSchema).readonly().optional(),
      checkedAt: instant,
      ageMs: z.number(),
    }),
  ),
}) satisfies z.ZodType<Health>;

/** `GET /status` for machines: what everybody may know. */
export const publicStatusSchema = z.strictObject({ status: stateSchema, checkedAt: instant });
export type PublicStatus = z.output<typeof publicStatusSchema>;
