/**
 * `error.stack` as V8 writes it and as people print it: `Name: message`, then frames of the program's own files. The
 * engine keeps the frames in a property of its own; `stack` is an accessor of `Error.prototype` that puts the two together
 * each time it is read, so that it shows the name and the message that the error has by then.
 */
import { FRAMES_PROPERTY } from "../guest-interface.ts";

export function defineHidden(owner: object, name: string, value: unknown): object {
  return Object.defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: false });
}

/** Frames of the program's own files: none of the prelude, of native functions or of text given to `eval`. */
export function ownFrames(frames: string | null): string {
  return (frames ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !/runyard:|\(native\)|<input>/.test(line))
    .map((line) => line.replace(/at <(?:eval|anonymous)> \((.*)\)$/, "at $1"))
    .join("\n");
}

/**
 * The engine's frames of an error, without the constructors of its own classes, which QuickJS counts as callers. Null for
 * what is not an error, or no longer.
 */
export function framesOf(error: object): string | null {
  const frames = (error as Record<string, unknown>)[FRAMES_PROPERTY];
  if (typeof frames !== "string") return null;
  const constructors = new Set<string>();
  for (let at = Object.getPrototypeOf(error); at !== null && at !== Error.prototype; at = Object.getPrototypeOf(at)) {
    const constructor = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof constructor === "function") constructors.add(constructor.name);
  }
  const lines = frames.split("\n");
  const first = lines.findIndex((line) => !constructors.has(line.match(/^\s*at (\S+) \(/)?.[1] ?? ""));
  return lines.slice(first).join("\n");
}

/** A stack that the program has set itself; null where it has not. */
export function stackSetByProgram(error: Error): string | null {
  const own: unknown = Object.getOwnPropertyDescriptor(error, "stack")?.value;
  return typeof own === "string" ? own : null;
}

/** What an error says of itself, whatever the program made of it. */
function heading(error: object): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

export function installStack(): void {
  Object.defineProperty(Error.prototype, "stack", {
    get(this: unknown) {
      const frames = typeof this === "object" && this !== null ? framesOf(this) : null;
      return frames === null ? undefined : [heading(this as object), ownFrames(frames)].filter(Boolean).join("\n");
    },
    /** From then on the error has what it was given. */
    set(this: unknown, stack: unknown) {
      if (typeof this === "object" && this !== null) defineHidden(this, "stack", stack);
    },
    configurable: true,
    enumerable: false,
  });
  /** Programs written for V8 call it in constructors of errors; on other objects it gives them a stack. */
  defineHidden(Error, "captureStackTrace", function captureStackTrace(target: object) {
    if (typeof framesOf(target) === "string") return;
    const frames = ownFrames(framesOf(new Error()));
    defineHidden(target, "stack", [heading(target), frames].filter(Boolean).join("\n"));
  });
}
