/**
 * `POST /playground/generations`: a model writes a program, and its text streams back as lines of JSON:
 * `{"type":"retry"}` before it waits and asks again, `{"type":"wait"}` while the workspace's own limit holds it up,
 * `{"type":"fallback"}` when another provider is asked, `{"type":"text"}` as it is written, then `{"type":"done"}` with what
 * it used, or `{"type":"error"}`, which says whether the text before it is a part of an answer. While there is nothing to
 * say, empty lines come between them.
 */
import { Hono } from "hono";
import { stream } from "hono/streaming";
import * as z from "zod";
import { providerOf } from "../../actions/workspace-provider.ts";
import { MODES } from "../../domain/playground-modes.ts";
import { GENERATION_BOUNDS, generateProgram } from "../../llm/generate-program.ts";
import { ModelError } from "../../llm/provider.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { withSignsOfLife } from "../signs-of-life.ts";

const requestSchema = z.strictObject({
  description: z
    .string()
    .max(GENERATION_BOUNDS.descriptionChars, `has more than ${GENERATION_BOUNDS.descriptionChars} characters`)
    .refine((text) => text.trim() !== "", "is empty: describe what the program is to do"),
  language: z.enum(MODES),
  current: z.string().max(GENERATION_BOUNDS.currentChars).optional(),
});

export const generations = new Hono<SignedInEnv>().post("/", async (c) => {
  const body = await readJson(c, requestSchema);
  if (!body.ok) return problem(c, body);
  const { log, clock } = c.var.dependencies;
  const provider = await providerOf(c.var.dependencies, c.var.principal.workspaceId, {
    kind: "generate",
    id: c.var.principal.userId,
  });
  const requestId = c.var.requestId;
  c.header("content-type", "application/x-ndjson");
  c.header("cache-control", "private, no-store");
  return stream(c, async (out) => {
    const stop = new AbortController();
    out.onAbort(() => stop.abort());
    const line = (event: object) => out.write(`${JSON.stringify(event)}\n`);
    const writing = async () => {
      try {
        for await (const event of generateProgram({ ...body.value, provider, signal: stop.signal })) await line(event);
      } catch (error) {
        if (stop.signal.aborted) return;
        log.warn("a generation failed", { requestId, provider: provider.name, error });
        const isFault = error instanceof ModelError;
        const message = isFault ? error.message : "The program could not be generated.";
        await line({
          type: "error",
          message,
          ...(isFault ? { reason: error.reason, isPartial: error.isPartial, retries: error.retries } : {}),
        });
      }
    };
    await withSignsOfLife(clock, () => out.write("\n"), writing());
  });
});
