/**
 * The prelude's entry: defines the globals that a program may use and returns the functions that the host calls.
 * It runs once, while the engine's image is built, so it must neither read the clock, the input nor random numbers.
 */
import { PROGRAM_FAILED, type UNSETTLED } from "../guest-interface.ts";
import { AbortController, AbortSignal, later } from "./abort.ts";
import { structuredClone } from "./clone.ts";
import { createConsole } from "./console.ts";
import { atob, btoa, TextDecoder, TextEncoder } from "./encoding.ts";
import { describeFailure } from "./failure.ts";
import { createFetch, Headers, Response } from "./fetch.ts";
import { defineGlobal, type GuestHost } from "./guest-host.ts";
import { createHostCalls, type HostCalls } from "./host-calls.ts";
import { createInput } from "./input.ts";
import { installLocaleMethods } from "./locale-methods.ts";
import { createCrypto } from "./random.ts";
import { toJson } from "./result.ts";
import { installStack } from "./stack.ts";
import { installTimers } from "./timers.ts";
import { URL } from "./url.ts";
import { URLSearchParams } from "./url-search-params.ts";

/** How far the program came: its evaluation first, then its result where that is a promise. */
type Progress =
  | { readonly state: (typeof UNSETTLED)[number] }
  | { readonly state: "done"; readonly value: unknown }
  | { readonly state: "failed"; readonly error: unknown };

/** `stories.update` becomes a function `update` of the global `stories`. */
function entities(names: readonly string[], { call }: HostCalls): Record<string, Record<string, unknown>> {
  const found: Record<string, Record<string, unknown>> = {};
  for (const name of names) {
    const [entity, verb] = name.split(".");
    if (verb === undefined) continue;
    found[entity!] ??= {};
    found[entity!]![verb] = (input?: unknown) => call(name, input);
  }
  return found;
}

export default function install(host: GuestHost): readonly ((...args: never[]) => unknown)[] {
  const hostCalls = createHostCalls(host);
  const input = createInput(host, hostCalls);
  const timers = installTimers(host);
  later.inBackground = timers.inBackground;
  let startedAt: number | null = null;
  const timeOrigin = () => {
    startedAt ??= Number(host.input("startedAt"));
    return startedAt;
  };
  const globals = {
    console: createConsole(host),
    structuredClone,
    TextEncoder,
    TextDecoder,
    atob,
    btoa,
    URL,
    URLSearchParams,
    AbortController,
    AbortSignal,
    crypto: createCrypto(host, hostCalls),
    prompt: input.prompt,
    performance: {
      now: () => host.now() - timeOrigin(),
      get timeOrigin() {
        return timeOrigin();
      },
    },
  };
  /** What a run sees besides when a capability is granted to it. */
  const globalsOfCapability: Readonly<Record<string, object>> = {
    fetch: { fetch: createFetch(hostCalls), Headers, Response },
    generate: { generate: (request: unknown) => hostCalls.call("generate", request) },
  };
  installLocaleMethods(host);
  installStack();
  for (const [name, value] of Object.entries(globals)) defineGlobal(name, value);
  // The module "runyard" is a piece of text that finds its exports here; see module-loader.ts.
  Object.defineProperty(globalThis, Symbol.for("runyard"), { value: input.module });

  let progress: Progress = { state: "evaluating" };
  const settle = (value: unknown) => {
    const thenable =
      typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
    progress = thenable ? { state: "awaiting" } : { state: "done", value };
    if (thenable) Promise.resolve(value).then(finish, fail);
  };
  const finish = (value: unknown) => {
    progress = { state: "done", value };
  };
  const fail = (error: unknown) => {
    progress = { state: "failed", error };
  };
  return [
    /** Imports the entry as a module; its result is its default export. The name is resolved already. */
    (name: string) => void import(name).then((module) => settle(module.default), fail),
    /** Watches a script that was evaluated as an asynchronous function. */
    (script: Promise<{ value: unknown }>) => void script.then(({ value }) => settle(value), fail),
    () => (progress.state === "done" ? toJson(progress.value) : progress.state),
    () => (progress.state === "failed" ? progress.error : undefined),
    describeFailure,
    () => (progress.state === "failed" ? PROGRAM_FAILED : timers.nextDueAt(progress.state === "done")),
    timers.runNext,
    hostCalls.settle,
    /** Defines the globals of the capabilities that are granted, before the program runs. */
    (names: string) => {
      const known = JSON.parse(names) as string[];
      const granted = known.map((name) => globalsOfCapability[name] ?? {});
      for (const [name, value] of granted.flatMap(Object.entries)) defineGlobal(name, value);
      for (const [name, value] of Object.entries(entities(known, hostCalls))) defineGlobal(name, value);
      const context = host.input("context");
      if (context !== undefined) defineGlobal("context", JSON.parse(context));
    },
  ];
}
