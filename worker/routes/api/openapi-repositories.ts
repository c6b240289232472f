/** What `/openapi.json` says about repositories. */
import * as z from "zod";
import { reposFileSchema, repositoryChangeSchema } from "../../domain/repos-file.ts";
import { repositorySchema } from "../../domain/repository.ts";
import { BODY_PROBLEMS, type Operation } from "./openapi-operation.ts";
import { importQuerySchema } from "./repositories.ts";

const ONE = "/api/repositories/{key}";

export const REPOSITORY_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/api/repositories",
    summary: "List the workspace's repositories, by key.",
    answers: { 200: z.strictObject({ repositories: z.array(repositorySchema) }) },
    problems: [],
  },
  {
    method: "post",
    path: "/api/repositories",
    summary: "Add a repository.",
    body: repositorySchema,
    answers: { 201: repositorySchema },
    problems: [...BODY_PROBLEMS, "repository-exists"],
  },
  {
    method: "get",
    path: "/api/repositories/export",
    summary: "All repositories as repos.json. Never holds a secret.",
    answers: { 200: reposFileSchema },
    problems: [],
  },
  {
    method: "post",
    path: "/api/repositories/import",
    summary: "Import repos.json, whole or not at all; with dryRun=true, only say what would change.",
    query: importQuerySchema,
    body: reposFileSchema,
    answers: { 200: z.strictObject({ changes: z.array(repositoryChangeSchema), isDryRun: z.boolean() }) },
    problems: ["malformed-json", "payload-too-large", "invalid-request", "repository-exists"],
  },
  {
    method: "get",
    path: ONE,
    summary: "One repository.",
    answers: { 200: repositorySchema },
    problems: ["not-found"],
  },
  {
    method: "put",
    path: ONE,
    summary: "Replace a repository's settings. Its key stays.",
    body: repositorySchema,
    answers: { 200: repositorySchema },
    problems: [...BODY_PROBLEMS, "not-found", "repository-exists"],
  },
  {
    method: "delete",
    path: ONE,
    summary: "Delete a repository, with the endpoints that speak for it alone. Runs that wait for it are cancelled.",
    answers: { 204: "Deleted" },
    problems: ["not-found"],
  },
];
