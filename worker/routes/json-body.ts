/** Reads a JSON body and checks it against a schema. */
import type { Context } from "hono";
import type * as z from "zod";
import { fail, type Result } from "../domain/errors.ts";
import { check } from "../domain/validation.ts";

/** Bytes of the largest body: room for 4,000,000 characters of program, most of them escaped. */
export const BODY_MAX_BYTES = 16 * 2 ** 20;

// biome-ignore lint/suspicious/noExplicitAny: any route's context will do, whatever its variables are.
export async function readJson<T extends z.ZodType>(c: Context<any>, schema: T): Promise<Result<z.output<T>>> {
  const mediaType = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    return fail("unsupported-media-type", "Send the body as JSON, with Content-Type: application/json.");
  }
  const text = utf8(await c.req.raw.arrayBuffer());
  if (text === null) {
    return fail("malformed-json", "The body is not UTF-8. Send binary data as base64, in a JSON string.");
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail("malformed-json", `The body could not be read as JSON: ${error.message}`);
  }
  return check(body, schema);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Null for bytes that are no text: to replace them would change what was sent, in silence. */
function utf8(bytes: ArrayBuffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return null;
  }
}
