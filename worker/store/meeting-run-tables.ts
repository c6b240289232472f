/** The tables of migrations 0019 and 0022: runs about meetings, and how a workspace processes them. */
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { MeasuredCall, ProcessingPlan, ProcessingVersion } from "../domain/meeting-processing.ts";
import type { RunStateName } from "../domain/run.ts";

export const meetingRuns = sqliteTable("meeting_runs", {
  runId: text("run_id").primaryKey(),
  meetingId: text("meeting_id").notNull(),
  workspaceId: text("workspace_id").notNull(),
  plan: text({ mode: "json" }).$type<ProcessingPlan>().notNull(),
  state: text().$type<RunStateName>().notNull(),
  version: integer().notNull(),
  usedVersion: text("used_version").$type<ProcessingVersion>(),
  fellBackFrom: text("fell_back_from"),
  calls: text({ mode: "json" }).$type<MeasuredCall[]>().notNull(),
  effects: integer().notNull(),
  unchanged: integer().notNull(),
  remembered: integer().notNull(),
  createdAt: integer("created_at").notNull(),
  startedAt: integer("started_at"),
  finishedAt: integer("finished_at"),
  isUseful: integer("is_useful", { mode: "boolean" }),
  judgedBy: text("judged_by"),
});

export type MeetingRunRow = typeof meetingRuns.$inferSelect;

export const meetingRollouts = sqliteTable("meeting_rollouts", {
  workspaceId: text("workspace_id").primaryKey(),
  v2Percent: integer("v2_percent").notNull(),
  fallsBack: integer("falls_back", { mode: "boolean" }).notNull(),
});
