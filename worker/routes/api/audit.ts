/** `/api/audit`: who changed what in the workspace, and whether the log of it is whole. */
import { Hono } from "hono";
import * as z from "zod";
import { verifyAuditTrail } from "../../actions/audit-trail.ts";
import { auditFilterSchema } from "../../domain/audit.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { auditPage } from "../audit-answer.ts";

export const auditQuerySchema = auditFilterSchema.extend({ cursor: z.string().optional() });

/** Where the chain was known to end, as an earlier verification or the log of the server says: both, or neither. */
export const auditHeadQuerySchema = z
  .object({
    seq: z.coerce.number().int().min(1).optional(),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits")
      .optional(),
  })
  .refine(({ seq, hash }) => (seq === undefined) === (hash === undefined), "Send seq and hash together.");

export const audit = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const found = await auditPage(c.var.dependencies, c.var.principal.workspaceId, c.req.query());
    if (!found.ok) return problem(c, found);
    const { entries, nextCursor } = found.value;
    return c.json({ entries, nextCursor });
  })
  .get("/verification", async (c) => {
    const query = check(c.req.query(), auditHeadQuerySchema);
    if (!query.ok) return problem(c, query);
    const { seq, hash } = query.value;
    const noted = seq === undefined || hash === undefined ? null : { seq, hash };
    return c.json(await verifyAuditTrail(c.var.dependencies, c.var.principal.workspaceId, noted));
  });
