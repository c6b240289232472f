import { scryptSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "../../../worker/accounts/password.ts";
import { systemClock } from "../../../worker/system-ports.ts";

const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) };

const ports = { clock: systemClock, keepAlive: () => {} };

describe("a password at rest", () => {
  it("is scrypt as others compute it, with a salt of its own", async () => {
    const [first, second] = await Promise.all([
      hashPassword("correct horse", random, ports),
      hashPassword("correct horse", random, ports),
    ]);
    expect(first).not.toBe(second);
    const [name, N, r, p, salt, key] = first!.split("$");
    expect(name).toBe("scrypt");
    const options = { N: Number(N), r: Number(r), p: Number(p), maxmem: 2 ** 26 };
    expect(scryptSync("correct horse", Buffer.from(salt!, "hex"), 32, options).toString("hex")).toBe(key);
    expect(first).not.toContain("horse");
  });

  it("is recognised, however its characters were composed, and nothing else is", async () => {
    const hash = await hashPassword("caf\u00e9 au lait", random, ports);
    expect(await verifyPassword("cafe\u0301 au lait", hash, ports)).toBe(true);
    expect(await verifyPassword("cafe au lait", hash, ports)).toBe(false);
    // None of these costs anything.
    for (const odd of ["", "plain", "scrypt$1$2$3", hash.replace("scrypt", "md5")])
      expect(await verifyPassword("caf\u00e9 au lait", odd, ports)).toBe(false);
  });
});
