import { sign } from "@octokit/webhooks-methods";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DELIVERY_MAX_BYTES,
  DELIVERY_MAX_DEPTH,
  instantAt,
  parsePayload,
  readBody,
} from "../../../worker/webhooks/payload.ts";
import { isAddressedWith, isSignedWith, signatureOf } from "../../../worker/webhooks/signature.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const JSON_TYPE = "application/json";

describe("parsePayload", () => {
  it("reads JSON, and the payload of a form", () => {
    expect(parsePayload(bytes('{"a":1}'), JSON_TYPE)).toEqual({ ok: true, value: { a: 1 } });
    const form = `payload=${encodeURIComponent('{"a":"ä & b"}')}`;
    expect(parsePayload(bytes(form), "application/x-www-form-urlencoded")).toEqual({ ok: true, value: { a: "ä & b" } });
  });

  it("takes whatever JSON there is, at any depth that is allowed", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        expect(parsePayload(bytes(text), JSON_TYPE)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
      { numRuns: 300 },
    );
  });

  it("counts brackets outside of strings alone", () => {
    const text = JSON.stringify({ a: "[".repeat(500), b: '\\"[[{{' });
    expect(parsePayload(bytes(text), JSON_TYPE).ok).toBe(true);
  });

  it.each([
    ["[", "]"],
    ['{"a":', "}"],
  ])("refuses %s nested too deep, and takes what is just deep enough", (open, close) => {
    const nested = (depth: number) => bytes(open.repeat(depth) + (open === "[" ? "" : "1") + close.repeat(depth));
    expect(parsePayload(nested(DELIVERY_MAX_DEPTH), JSON_TYPE).ok).toBe(true);
    expect(parsePayload(nested(DELIVERY_MAX_DEPTH + 1), JSON_TYPE)).toMatchObject({
      ok: false,
      code: "invalid-request",
    });
    expect(parsePayload(nested(200_000), JSON_TYPE)).toMatchObject({ ok: false, code: "invalid-request" });
  });

  it.each([
    ["bytes that are no UTF-8", Uint8Array.of(0x22, 0xff, 0xfe, 0x22)],
    ["half a surrogate", Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ["nothing", new Uint8Array()],
    ["half an object", bytes('{"a":')],
    ["a form without a payload", bytes("a=1")],
  ])("refuses %s", (_, body) => {
    expect(parsePayload(body, JSON_TYPE)).toMatchObject({ ok: false, code: "malformed-json" });
  });
});

describe("readBody", () => {
  /** Bodies of any size cost nothing here: one chunk is sent again and again. */
  function endless(onPull: () => void): ReadableStream {
    const chunk = new Uint8Array(65_536);
    return new ReadableStream({
      pull(controller) {
        onPull();
        controller.enqueue(chunk);
      },
    });
  }
  const request = (body: BodyInit, headers: Record<string, string> = {}) =>
    new Request("http://runyard.test/", { method: "POST", body, headers, duplex: "half" } as RequestInit);

  it("reads a body whole, also one of several chunks", async () => {
    const body = new Uint8Array(DELIVERY_MAX_BYTES).fill(7);
    const read = await readBody(request(body));
    expect(read.ok && read.value).toEqual(body);
    expect(await readBody(new Request("http://runyard.test/", { method: "POST" }))).toEqual({
      ok: true,
      value: new Uint8Array(),
    });
  });

  it("refuses 25 MB by what the header says, without reading", async () => {
    let pulls = 0;
    const body = new ReadableStream({ pull: () => void pulls++ }, { highWaterMark: 0 });
    expect(await readBody(request(body, { "content-length": String(25_000_000) }))).toMatchObject({
      code: "payload-too-large",
    });
    expect(pulls).toBe(0);
  });

  it("stops reading a body that says nothing of its size, or lies", async () => {
    let pulls = 0;
    expect(await readBody(request(endless(() => pulls++)))).toMatchObject({ code: "payload-too-large" });
    expect(pulls).toBeLessThan(DELIVERY_MAX_BYTES / 65_536 + 4);
  });
});

describe("a signature", () => {
  it("is what GitHub's own library makes", async () => {
    const text = '{"a":"ä"}';
    expect(await signatureOf("secret", bytes(text))).toBe(await sign("secret", text));
    expect(await isSignedWith("secret", bytes(text), await sign("secret", text))).toBe(true);
  });

  it.each([
    null,
    "",
    "sha256=",
    "sha256=zz",
    `sha1=${"0".repeat(40)}`,
    `sha256=${"0".repeat(64)}`,
    `sha256=${"0".repeat(66)}`,
  ])("refuses %j", async (signature) => {
    expect(await isSignedWith("secret", bytes("{}"), signature)).toBe(false);
  });

  it("is of the raw bytes: one that differs is another body", async () => {
    const body = Uint8Array.of(0xff, 0xfe, 0x00);
    const signature = await signatureOf("secret", body);
    expect(await isSignedWith("secret", body, signature)).toBe(true);
    expect(await isSignedWith("secret", Uint8Array.of(0xfe, 0xfe, 0x00), signature)).toBe(false);
    expect(await isSignedWith("Secret", body, signature)).toBe(false);
  });

  it("may be replaced by the secret in the address", async () => {
    expect(await isAddressedWith("secret", "secret")).toBe(true);
    for (const given of [null, "", "secre", "secret2"]) expect(await isAddressedWith("secret", given)).toBe(false);
  });
});

describe("instantAt", () => {
  it.each([
    ["2026-11-20T18:04:06Z", "2026-11-20T18:04:06.000Z"],
    ["2026-11-20T18:04:06.806+0100", "2026-11-20T17:04:06.806Z"],
    ["2026-11-20T18:04:06.806-05:30", "2026-11-20T23:34:06.806Z"],
    [0, "1970-01-01T00:00:00.000Z"],
    ["yesterday", null],
    [Number.POSITIVE_INFINITY, null],
    [1e300, null],
    [{}, null],
    [null, null],
  ])("reads %j as %j", (value, expected) => {
    expect(instantAt({ at: value }, "at")).toBe(expected);
  });
});
