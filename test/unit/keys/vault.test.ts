import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64 } from "../../../worker/domain/base64.ts";
import { Secret } from "../../../worker/domain/secret.ts";
import type { WrappedKey } from "../../../worker/domain/wrapped-key.ts";
import { encrypt } from "../../../worker/keys/cipher.ts";
import { type DataKeys, Vault } from "../../../worker/keys/vault.ts";
import { systemRandom } from "../../../worker/system-ports.ts";

const OLD = new Secret(btoa("o".repeat(32)));
const NEW = new Secret(btoa("n".repeat(32)));
const CANARY = "sk-canary-0123456789";

function dataKeysInMemory() {
  const rows = new Map<string, WrappedKey>();
  const dataKeys: DataKeys = {
    find: async (id) => rows.get(id) ?? null,
    add: async (id, key) => void (rows.has(id) || rows.set(id, key)),
    replace: async (id, before, after) => void (rows.get(id)?.wrapped === before.wrapped && rows.set(id, after)),
  };
  return { rows, dataKeys, open: (...keys: Secret[]) => new Vault(keys, dataKeys, systemRandom) };
}

const failureOf = (opening: Promise<unknown>) => opening.then(() => null, String);

describe("a vault", () => {
  it("gives back every secret, for its own workspace and context alone", async () => {
    const vault = dataKeysInMemory().open(OLD);
    const text = fc.string({ unit: "binary", maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, text, text, fc.boolean(), async (secret, context, other, swapsWorkspace) => {
        const sealed = await vault.seal("ws_a", context, new Secret(secret));
        expect((await vault.open("ws_a", context, sealed)).reveal()).toBe(secret);
        await vault.seal("ws_b", context, new Secret(secret));
        if (swapsWorkspace) expect(await failureOf(vault.open("ws_b", context, sealed))).toContain("does not open");
        if (other !== context) expect(await failureOf(vault.open("ws_a", other, sealed))).toContain("does not open");
      }),
      // Each of them is a dozen calls of Web Crypto.
      { numRuns: 30 },
    );
  });

  it("never writes the same twice, and nothing of the secret", async () => {
    const vault = dataKeysInMemory().open(OLD);
    const [first, second] = [
      await vault.seal("ws_a", "c", new Secret(CANARY)),
      await vault.seal("ws_a", "c", new Secret(CANARY)),
    ];
    expect(first).not.toBe(second);
    expect(atob(first!.slice(3))).not.toContain("canary");
  });

  it("opens no text of which any byte was changed, and says nothing of it", async () => {
    const vault = dataKeysInMemory().open(OLD);
    const sealed = await vault.seal("ws_a", "c", new Secret(CANARY));
    const bytes = Uint8Array.from(atob(sealed.slice(3)), (char) => char.charCodeAt(0));
    for (const at of bytes.keys()) {
      const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
      const failure = await failureOf(vault.open("ws_a", "c", `v2.${toBase64(changed)}`));
      expect(failure, String(at)).toContain("does not open");
      expect(failure).not.toContain("canary");
    }
    for (const odd of ["v2.", "v2.AAAA", "v2.%%%"])
      expect(await failureOf(vault.open("ws_a", "c", odd)), odd).toContain("does not open");
    expect(await failureOf(vault.open("ws_a", "c", "v9.AAAA"))).toContain("format that is not known");
  });

  it("gives two that seal first at once the same data key", async () => {
    const vault = dataKeysInMemory().open(OLD);
    const sealed = await Promise.all(
      Array.from({ length: 8 }, (_, at) => vault.seal("ws_a", `c${at}`, new Secret(`s${at}`))),
    );
    for (const [at, each] of sealed.entries())
      expect((await vault.open("ws_a", `c${at}`, each)).reveal()).toBe(`s${at}`);
  });

  it("rotates the key-encryption key without a decrypt that fails, old and new servers side by side", async () => {
    const { rows, open } = dataKeysInMemory();
    const sealed: [context: string, text: string][] = [];
    // Each step of the rotation runs beside the one before it, as a deployment does.
    const steps = [open(OLD), open(OLD, NEW), open(NEW, OLD), open(NEW)];
    for (const [at, step] of steps.entries()) {
      for (const vault of at === 0 ? [step] : [steps[at - 1]!, step, steps[at - 1]!]) {
        const context = `c${sealed.length}`;
        sealed.push([context, await vault.seal("ws_a", context, new Secret(context))]);
        for (const [of, text] of sealed) expect((await vault.open("ws_a", of, text)).reveal()).toBe(of);
      }
    }
    const [last] = rows.values();
    expect(await failureOf(open(OLD).open("ws_a", ...sealed[0]!))).toContain(
      `needs the key-encryption key ${last?.wrappedBy}`,
    );
  });

  it("opens nothing of a workspace whose data key is destroyed, also where another is made", async () => {
    const { rows, open } = dataKeysInMemory();
    const sealed = await open(OLD).seal("ws_a", "c", new Secret(CANARY));
    rows.delete("ws_a");
    expect(await failureOf(open(OLD).open("ws_a", "c", sealed))).toContain("does not open");
    await open(OLD).seal("ws_a", "c", new Secret("other"));
    expect(await failureOf(open(OLD).open("ws_a", "c", sealed))).toContain("does not open");
  });

  it("does not take another workspace's data key for its own", async () => {
    const { rows, open } = dataKeysInMemory();
    await open(OLD).seal("ws_a", "c", new Secret(CANARY));
    rows.set("ws_b", rows.get("ws_a")!);
    expect(await failureOf(open(OLD).seal("ws_b", "c", new Secret(CANARY)))).toContain("was changed");
  });

  it("still opens what the installation's key sealed itself, with any of the keys", async () => {
    const key = Uint8Array.from(atob(OLD.reveal()), (char) => char.charCodeAt(0));
    const sealed = `v1.${await encrypt(key, new TextEncoder().encode(CANARY), "ws_a/ep_1", systemRandom)}`;
    const { open } = dataKeysInMemory();
    for (const vault of [open(OLD), open(NEW, OLD)])
      expect((await vault.open("ws_a", "ws_a/ep_1", sealed)).reveal()).toBe(CANARY);
    expect(await failureOf(open(NEW).open("ws_a", "ws_a/ep_1", sealed))).toContain("does not open");
    expect(await failureOf(open(OLD).open("ws_a", "ws_a/ep_2", sealed))).toContain("does not open");
  });

  it("says when no key is set", async () => {
    const vault = dataKeysInMemory().open();
    expect(vault.canSeal).toBe(false);
    expect(await failureOf(vault.seal("ws_a", "c", new Secret("x")))).toContain("RUNYARD_SECRETS_KEY is not set");
  });
});

describe("a secret", () => {
  it("is printed by nothing", () => {
    const secret = new Secret(CANARY);
    const printed = [
      JSON.stringify({ secret }),
      `${secret}`,
      String(secret),
      inspect(secret),
      inspect({ deep: { list: [secret] } }, { depth: 9, showHidden: true }),
      new Error(`no ${secret}`).stack,
      JSON.stringify(Object.entries(secret)),
    ];
    for (const text of printed) expect(text).not.toContain("canary");
    expect(printed.slice(0, 4)).toEqual(['{"secret":"[redacted]"}', ...Array(3).fill("[redacted]")]);
    expect(secret.reveal()).toBe(CANARY);
  });

  it("hints at its end, unless it is so short that this would give it away", () => {
    expect(new Secret(CANARY).hint).toBe("6789");
    expect(new Secret("short").hint).toBe("");
  });
});
