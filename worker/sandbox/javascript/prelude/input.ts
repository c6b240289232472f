/** What a program reads and writes besides the console: the module `"runyard"` and the global `prompt`. */
import { writeText } from "./console.ts";
import { type GuestHost, STDERR, STDOUT } from "./guest-host.ts";
import type { HostCalls } from "./host-calls.ts";

export interface RunyardModule {
  readonly stdin: { text(): string; lines(): string[]; line(): string | null };
  readonly args: readonly string[];
  readonly files: readonly string[];
  readTextFile(name: string): string;
  write(text: unknown): void;
  writeError(text: unknown): void;
  /** Calls a capability that is granted to the run, by its name. */
  readonly call: HostCalls["call"];
}

export function createInput(
  host: GuestHost,
  { call }: HostCalls,
): { module: RunyardModule; prompt: (message?: unknown) => string | null } {
  const read = (what: string): unknown => {
    const json = host.input(what);
    return json === undefined ? undefined : JSON.parse(json);
  };
  let rest: string | null = null;
  const remaining = () => {
    rest ??= read("stdin") as string;
    return rest;
  };
  const stdin = {
    /** Everything that was not read yet. */
    text(): string {
      const text = remaining();
      rest = "";
      return text;
    },
    /** The remaining lines, without their ends. */
    lines(): string[] {
      const text = stdin.text();
      if (text === "") return [];
      return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n").map(withoutReturn);
    },
    /** The next line without its end, or null after the last one. */
    line(): string | null {
      const text = remaining();
      if (text === "") return null;
      const at = text.indexOf("\n");
      rest = at < 0 ? "" : text.slice(at + 1);
      return withoutReturn(at < 0 ? text : text.slice(0, at));
    },
  };
  const texts = new Map<string, string>();
  const module: RunyardModule = {
    stdin,
    get args() {
      return Object.freeze(read("args") as string[]);
    },
    get files() {
      return Object.freeze(read("files") as string[]);
    },
    readTextFile(name) {
      const wanted = String(name).replace(/^\.\//, "");
      const text = texts.get(wanted) ?? read(`file:${wanted}`);
      if (typeof text !== "string") throw new Error(`no such file: "${wanted}" is not among the run's files`);
      texts.set(wanted, text);
      return text;
    },
    write: (text) => writeText(host, STDOUT, String(text)),
    writeError: (text) => writeText(host, STDERR, String(text)),
    call,
  };
  const prompt = (message?: unknown) => {
    if (message !== undefined) writeText(host, STDOUT, `${message} `);
    return stdin.line();
  };
  return { module, prompt };
}

const withoutReturn = (line: string) => (line.endsWith("\r") ? line.slice(0, -1) : line);
