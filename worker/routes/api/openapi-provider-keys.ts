/** Keys of providers in `/openapi.json`. */
import {
  changeKeySchema,
  createKeySchema,
  keyTestSchema,
  providerKeyListSchema,
  providerKeySchema,
  rotateKeySchema,
  testedKeySchema,
  testKeySchema,
} from "../../domain/provider-key.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";

const KEYS = "/api/workspace/api-keys";
const KEY = `${KEYS}/{id}`;

export const PROVIDER_KEY_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: KEYS,
    summary: "List the workspace's keys of providers. Of a key its last characters are all that is told.",
    answers: { 200: providerKeyListSchema },
    problems: [],
  },
  {
    method: "post",
    path: KEYS,
    summary:
      "Test a key and save it, unless the provider rejects it. It is used from now on where it works or is the only one; else `note` says that it is not, and how to use it all the same.",
    body: createKeySchema,
    answers: { 201: testedKeySchema },
    problems: [...BODY_PROBLEMS, "too-many-keys", "not-configured"],
  },
  {
    method: "post",
    path: `${KEYS}/test`,
    summary: "Test a key without saving it, by asking the model for a word.",
    body: testKeySchema,
    answers: { 200: keyTestSchema },
    problems: BODY_PROBLEMS,
  },
  {
    method: "get",
    path: KEY,
    summary: "One key.",
    answers: { 200: providerKeySchema },
    problems: ["not-found"],
  },
  {
    method: "patch",
    path: KEY,
    summary: "Change the name, the model, the base URL or the prices set by hand. Another base URL discards the key.",
    body: changeKeySchema,
    answers: { 200: providerKeySchema },
    problems: [...BODY_PROBLEMS, "not-found"],
  },
  {
    method: "delete",
    path: KEY,
    summary: "Delete a key.",
    answers: { 204: "Deleted" },
    problems: ["not-found"],
  },
  {
    method: "post",
    path: `${KEY}/rotate`,
    summary: "Put a new key in the place of the old one, which is taken for a while where the new one is rejected.",
    body: rotateKeySchema,
    answers: { 200: testedKeySchema },
    problems: [...BODY_PROBLEMS, "not-found", "not-configured"],
  },
  {
    method: "post",
    path: `${KEY}/test`,
    summary: "Test a saved key.",
    answers: { 200: testedKeySchema },
    problems: ["not-found", "invalid-request"],
  },
  {
    method: "post",
    path: `${KEY}/choose`,
    summary: "Ask models with this key from now on.",
    answers: { 200: providerKeySchema },
    problems: ["not-found"],
  },
];
