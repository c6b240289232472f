/**
 * `crypto`: random values from the run's seed, and digests by the host. Random values are reproducible, so they must not
 * protect anything.
 */
import { type BytesSource, bytesOf, fromBase64, isBytes, toBase64 } from "./bytes.ts";
import type { GuestHost } from "./guest-host.ts";
import type { HostCalls } from "./host-calls.ts";

const MAX_BYTES = 65_536;
/** Asked of the host at once: it is not suspended while it makes them. A multiple of its word, so that none are lost. */
const PIECE_BYTES = 2_048;

export interface Crypto {
  getRandomValues<T extends ArrayBufferView>(target: T): T;
  randomUUID(): string;
  readonly subtle: { digest(algorithm: string | { name: string }, data: BytesSource): Promise<ArrayBuffer> };
}

export function createCrypto(host: GuestHost, hostCalls: HostCalls): Crypto {
  return {
    getRandomValues(target) {
      if (!ArrayBuffer.isView(target)) throw new TypeError("getRandomValues needs an integer typed array");
      if (target.byteLength > MAX_BYTES) throw new Error(`getRandomValues fills at most ${MAX_BYTES} bytes`);
      const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
      for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
        const piece = bytes.subarray(from, from + PIECE_BYTES);
        const digits = host.random(piece.length);
        for (let i = 0; i < piece.length; i++) piece[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
      }
      return target;
    },
    randomUUID() {
      const digits = host.random(16);
      const variant = "89ab"[Number.parseInt(digits[16]!, 16) & 3]!;
      const hex = `${digits.slice(0, 12)}4${digits.slice(13, 16)}${variant}${digits.slice(17)}`;
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
    },
    subtle: {
      async digest(algorithm, data) {
        if (!isBytes(data)) throw new TypeError("digest needs an ArrayBuffer or a typed array");
        const name = String(typeof algorithm === "object" ? algorithm.name : algorithm).toUpperCase();
        const digest = await hostCalls.call("digest", { algorithm: name, data: toBase64(bytesOf(data)) });
        return fromBase64(digest as string).buffer;
      },
    },
  };
}
