/** The audit log in `/openapi.json`. */
import { auditListSchema, auditVerificationSchema } from "../../domain/audit.ts";
import { auditHeadQuerySchema, auditQuerySchema } from "./audit.ts";
import type { Operation } from "./openapi-operation.ts";

export const AUDIT_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/api/audit",
    summary: "Who changed what in the workspace, newest first.",
    query: auditQuerySchema,
    answers: { 200: auditListSchema },
    problems: ["bad-cursor", "invalid-request"],
  },
  {
    method: "get",
    path: "/api/audit/verification",
    summary: "Follow the chain of the audit log, up to where it was known to end, and say whether it is whole.",
    query: auditHeadQuerySchema,
    answers: { 200: auditVerificationSchema },
    problems: ["invalid-request"],
  },
];
