/** `/api/workspace/api-keys`: the keys with which the workspace asks providers of models. */
import { Hono } from "hono";
import {
  accessKey,
  changeKey,
  chooseKey,
  createKey,
  listKeys,
  removeKey,
  rotateKey,
  testSavedKey,
  testUnsavedKey,
} from "../../actions/provider-keys.ts";
import { changeKeySchema, createKeySchema, rotateKeySchema, testKeySchema } from "../../domain/provider-key.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { answer } from "./answer.ts";

export const providerKeys = new Hono<SignedInEnv>()
  .get("/", async (c) => c.json({ keys: await listKeys(c.var.dependencies, c.var.principal) }))
  .post("/", async (c) => {
    const body = await readJson(c, createKeySchema);
    return body.ok
      ? answer(c, await createKey(c.var.dependencies, c.var.principal, body.value), 201)
      : problem(c, body);
  })
  .post("/test", async (c) => {
    const body = await readJson(c, testKeySchema);
    return body.ok ? answer(c, await testUnsavedKey(c.var.dependencies, body.value)) : problem(c, body);
  })
  .get("/:id", async (c) => answer(c, await accessKey(c.var.dependencies, c.var.principal, c.req.param("id"))))
  .patch("/:id", async (c) => {
    const body = await readJson(c, changeKeySchema);
    if (!body.ok) return problem(c, body);
    return answer(c, await changeKey(c.var.dependencies, c.var.principal, c.req.param("id"), body.value));
  })
  .delete("/:id", async (c) => {
    const removed = await removeKey(c.var.dependencies, c.var.principal, c.req.param("id"));
    return removed.ok ? c.body(null, 204) : problem(c, removed);
  })
  .post("/:id/rotate", async (c) => {
    const body = await readJson(c, rotateKeySchema);
    if (!body.ok) return problem(c, body);
    return answer(c, await rotateKey(c.var.dependencies, c.var.principal, c.req.param("id"), body.value));
  })
  .post("/:id/test", async (c) => answer(c, await testSavedKey(c.var.dependencies, c.var.principal, c.req.param("id"))))
  .post("/:id/choose", async (c) => answer(c, await chooseKey(c.var.dependencies, c.var.principal, c.req.param("id"))));
