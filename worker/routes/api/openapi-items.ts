/** What `/openapi.json` says about items. */
import {
  itemHistorySchema,
  itemListSchema,
  itemPatchSchema,
  itemQuerySchema,
  itemSchema,
  newItemSchema,
} from "../../domain/item-schema.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";

const ONE = "/api/items/{id}";

export const ITEM_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/api/items",
    summary: "List stories, blockers, action items and decisions, those changed last first.",
    query: itemQuerySchema,
    answers: { 200: itemListSchema },
    problems: ["invalid-request"],
  },
  {
    method: "post",
    path: "/api/items",
    summary: "Make an item by hand. Fields that are left out have what a new item has.",
    body: newItemSchema,
    answers: { 201: itemSchema },
    problems: [...BODY_PROBLEMS, "story-exists"],
  },
  {
    method: "get",
    path: ONE,
    summary: "One item. Its version is its ETag.",
    answers: { 200: itemSchema },
    problems: ["not-found"],
  },
  {
    method: "patch",
    path: ONE,
    summary: "Change fields of an item, where it still has the version that you name. What is left out stays as it is.",
    body: itemPatchSchema,
    headers: [{ name: "If-Match", description: "The item's ETag instead of version; * for whatever it is." }],
    answers: { 200: itemSchema },
    problems: [...BODY_PROBLEMS, "not-found", "item-changed", "story-exists"],
  },
  {
    method: "get",
    path: `${ONE}/history`,
    summary: "All changes of an item, oldest first: who made them, and the run, the line and the quote behind them.",
    answers: { 200: itemHistorySchema },
    problems: ["not-found"],
  },
];
