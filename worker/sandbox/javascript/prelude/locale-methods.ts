/**
 * Where programs meet locales: the global `Intl`, `toLocaleString` and its kin, `localeCompare`. The code behind them is
 * `intl/intl.ts`, which the host hands over as text when a program first asks for any of these.
 */
import type { GuestHost } from "./guest-host.ts";
import type createIntl from "./intl/intl.ts";
import type { IntlParts } from "./intl/intl.ts";

export function installLocaleMethods(host: GuestHost): void {
  // biome-ignore lint/security/noGlobalEval: the text is the host's own, and the guest's rights are all it gets.
  const evaluate = eval;
  let parts: IntlParts | null = null;
  const load = (): IntlParts => {
    parts ??= (evaluate(host.input("intl")!) as typeof createIntl)(host.now);
    return parts;
  };
  Object.defineProperty(globalThis, "Intl", {
    ...{ configurable: true, enumerable: false, get: () => load().intl },
    set(value: unknown) {
      Object.defineProperty(globalThis, "Intl", { value, writable: true, configurable: true, enumerable: false });
    },
  });
  const text = String;
  const numberOf = unbound<number>(Number.prototype.valueOf);
  const bigIntOf = unbound<bigint>(BigInt.prototype.valueOf);
  const timeOf = unbound<number>(Date.prototype.getTime);
  define(Number.prototype, "toLocaleString", (self, ...options) => load().number(numberOf(self), ...options));
  define(BigInt.prototype, "toLocaleString", (self, ...options) => load().number(bigIntOf(self), ...options));
  define(String.prototype, "localeCompare", (self, that, ...options) => load().compare(text(self), that, ...options));
  define(Date.prototype, "toLocaleString", (self, ...options) => load().dateTime(timeOf(self), ...options));
  define(Date.prototype, "toLocaleDateString", (self, ...options) => load().date(timeOf(self), ...options));
  define(Date.prototype, "toLocaleTimeString", (self, ...options) => load().time(timeOf(self), ...options));
}

const unbound =
  <T>(method: () => T) =>
  (self: unknown): T =>
    Reflect.apply(method, self, []);

/** Adds a method as the language itself does: no constructor, not enumerable, replaceable. */
function define(owner: object, name: string, run: (self: unknown, ...args: unknown[]) => unknown): void {
  const holder = {
    [name](this: unknown, ...args: unknown[]) {
      return run(this, ...args);
    },
  };
  Object.defineProperty(owner, name, { value: holder[name], writable: true, configurable: true, enumerable: false });
}
