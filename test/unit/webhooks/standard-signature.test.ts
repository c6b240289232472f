import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { systemRandom } from "../../../worker/system-ports.ts";
import { newSigningSecret, signatureHeader } from "../../../worker/webhooks/standard-signature.ts";

const body = '{"type":"run.succeeded","text":"ü"}';
const now = Math.floor(Date.now() / 1_000);

async function headersOf(secrets: readonly string[]) {
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(now),
    "webhook-signature": await signatureHeader(secrets, "msg_1", now, body),
  };
}

describe("signatureHeader", () => {
  it("is verified by the standard's own library, with either secret of a rotation", async () => {
    const [current, previous] = [newSigningSecret(systemRandom), newSigningSecret(systemRandom)];
    const headers = await headersOf([current, previous]);
    for (const secret of [current, previous]) {
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    }
  });

  it("is refused with another secret, body, id or time", async () => {
    const secret = newSigningSecret(systemRandom);
    const headers = await headersOf([secret]);
    const verify =
      (text: string, changed: object, by = secret) =>
      () =>
        new Webhook(by).verify(text, { ...headers, ...changed });
    expect(verify(body, {})).not.toThrow();
    expect(verify(body, {}, newSigningSecret(systemRandom))).toThrow();
    expect(verify(`${body} `, {})).toThrow();
    expect(verify(body, { "webhook-id": "msg_2" })).toThrow();
    expect(verify(body, { "webhook-timestamp": String(now - 1) })).toThrow();
  });

  it("makes secrets of the length that the standard asks for", () => {
    const secret = newSigningSecret(systemRandom);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });
});
