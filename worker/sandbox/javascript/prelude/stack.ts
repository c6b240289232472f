/** Stack texts as people want to read them: frames of the program's own files, from where an error was made. */

/** Frames of the program's own files: none of the prelude, of native functions or of text given to `eval`. */
export function ownFrames(stack: unknown): string {
  if (typeof stack !== "string") return "";
  return stack
    .split("\n")
    .filter((line) => line.trim() !== "" && !/runyard:|\(native\)|<input>/.test(line))
    .map((line) => line.replace(/at <(?:eval|anonymous)> \((.*)\)$/, "at $1"))
    .join("\n");
}

/** An error's stack without the constructors of its own classes, which QuickJS counts as callers. */
export function stackOf(error: Error): string | null {
  if (typeof error.stack !== "string") return null;
  const constructors = new Set<string>();
  for (let at = Object.getPrototypeOf(error); at !== null && at !== Error.prototype; at = Object.getPrototypeOf(at)) {
    const constructor = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof constructor === "function") constructors.add(constructor.name);
  }
  const lines = error.stack.split("\n");
  const first = lines.findIndex((line) => !constructors.has(line.match(/^\s*at (\S+) \(/)?.[1] ?? ""));
  return lines.slice(first).join("\n");
}
