/**
 * The import object of one instance: the few things that the C library asks of its system, answered without one.
 * Owns no state. A guest has no files, no environment and no time zone but UTC.
 */
import type { GuestImports, Pointer } from "./abi.ts";

/** JavaScript Promise Integration, not yet in the type declarations of the platform. */
interface PromiseIntegration {
  readonly Suspending: new (import_: () => Promise<number>) => () => number;
  promising<Args extends unknown[], Result>(export_: (...args: Args) => Result): (...args: Args) => Promise<Result>;
}

/** How a guest is entered so that it can be suspended, and what it calls for that. */
interface Suspension {
  suspending(import_: () => Promise<number>): () => number;
  promising<Args extends unknown[], Result>(export_: (...args: Args) => Result): (...args: Args) => Promise<Result>;
}

/** True where the runtime can suspend WebAssembly. */
export const canSuspend = () => "Suspending" in WebAssembly && "promising" in WebAssembly;

/**
 * The means to suspend a guest. Where the runtime has none, the guest runs through each turn without a pause: the hook
 * can still end it, but nobody else is served meanwhile, and output waits for the end of the turn.
 */
export function suspension(): Suspension {
  if (!canSuspend()) {
    return {
      suspending: () => absent("suspend"),
      promising:
        (export_) =>
        async (...args) =>
          export_(...args),
    };
  }
  const { Suspending, promising } = WebAssembly as unknown as PromiseIntegration;
  return { suspending: (import_) => new Suspending(import_), promising };
}

/** Something that cannot happen in a sound engine, for example a failed assertion in C. Ends the run as a fault. */
export class EngineFault extends Error {}

const absent = (name: string) => () => {
  throw new EngineFault(`the engine called ${name}`);
};

/** @param suspend the import that suspends the guest: a `WebAssembly.Suspending`, except at build time */
export function importObject(
  memory: WebAssembly.Memory,
  guest: Omit<GuestImports, "suspend">,
  suspend: () => number,
): WebAssembly.Imports {
  return {
    host: {
      memory,
      interrupt: (atPoll: number) => guest.interrupt(atPoll),
      suspend,
      date_now: () => guest.now(),
      resize_heap: (bytes: number) => guest.resizeHeap(bytes >>> 0),
      call_function: (_context: Pointer, _self: Pointer, _count: number, argv: Pointer, id: number) =>
        guest.callFunction(argv, id),
      normalize_module: (_runtime: Pointer, _context: Pointer, base: Pointer, specifier: Pointer) =>
        guest.normalizeModule(base, specifier),
      load_module: (_runtime: Pointer, _context: Pointer, name: Pointer) => guest.loadModule(name),
      promise_rejection: (_context: Pointer, promise: bigint, handled: number) => {
        guest.promiseRejection(promise, handled !== 0);
        return 0;
      },
      free_host_ref: () => undefined,
      localtime: (seconds: bigint, target: Pointer) => writeUtc(memory, Number(seconds), target),
      tzset: (timezone: Pointer, daylight: Pointer, standardName: Pointer, daylightName: Pointer) =>
        writeZone(memory, timezone, daylight, [standardName, daylightName]),
      environ_get: () => 0,
      environ_sizes_get: (count: Pointer, bytes: Pointer) => {
        const view = new DataView(memory.buffer);
        view.setUint32(count, 0, true);
        view.setUint32(bytes, 0, true);
        return 0;
      },
      fd_write: absent("fd_write"),
      assert_fail: absent("assert"),
      abort: absent("abort"),
      proc_exit: absent("exit"),
      set_timer: absent("setitimer"),
      clear_keepalive: () => undefined,
    },
  };
}

/** Fills C's `struct tm` for a time in UTC. */
function writeUtc(memory: WebAssembly.Memory, seconds: number, target: Pointer): void {
  const date = new Date(seconds * 1000);
  const startOfYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  const fields = [
    ...[date.getUTCSeconds(), date.getUTCMinutes(), date.getUTCHours(), date.getUTCDate(), date.getUTCMonth()],
    ...[date.getUTCFullYear() - 1900, date.getUTCDay(), Math.floor((date.getTime() - startOfYear) / 86_400_000)],
    ...[0, 0],
  ];
  const view = new DataView(memory.buffer);
  fields.forEach((value, i) => view.setInt32(target + 4 * i, value || 0, true));
}

function writeZone(memory: WebAssembly.Memory, timezone: Pointer, daylight: Pointer, names: readonly Pointer[]): void {
  const view = new DataView(memory.buffer);
  view.setInt32(timezone, 0, true);
  view.setInt32(daylight, 0, true);
  for (const name of names) new Uint8Array(memory.buffer).set([0x55, 0x54, 0x43, 0], name);
}
