import { describe, expect, it } from "vitest";
import { openSecret, sealSecret } from "../../../worker/keys/sealed-secret.ts";
import { systemRandom } from "../../../worker/system-ports.ts";

const key = btoa("k".repeat(32));

describe("a sealed secret", () => {
  it("opens with its key and its context, and never looks the same twice", async () => {
    const seal = () => sealSecret(key, "whsec_ü", "ws_a/ep_1", systemRandom);
    const [first, second] = [await seal(), await seal()];
    expect(first).not.toBe(second);
    expect(first).not.toContain(btoa("whsec"));
    for (const sealed of [first, second]) expect(await openSecret(key, sealed, "ws_a/ep_1")).toBe("whsec_ü");
  });

  it.each([
    ["another key", btoa("x".repeat(32)), "ws_a/ep_1", (sealed: string) => sealed],
    ["another context", key, "ws_b/ep_1", (sealed: string) => sealed],
    ["a text that was changed", key, "ws_a/ep_1", (sealed: string) => `${sealed.slice(0, -4)}AAAA`],
    ["a text that was cut short", key, "ws_a/ep_1", () => "v1.AAAA"],
    ["an unknown format", key, "ws_a/ep_1", (sealed: string) => sealed.replace("v1", "v9")],
  ])("does not open with %s, and the error holds nothing of it", async (_, otherKey, context, change) => {
    const sealed = change(await sealSecret(key, "canary", "ws_a/ep_1", systemRandom));
    const error = await openSecret(otherKey, sealed, context).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect(error?.message).not.toContain(sealed);
    expect(error?.message).not.toContain("canary");
  });
});
