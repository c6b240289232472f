/**
 * The isolate of one run: starts Python from the snapshot, runs the program, and reports how it ended. It is loaded for
 * one run and dropped after it. The program shares this isolate with the code below and may tamper with it; the host
 * therefore believes nothing that comes from here.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { TRAMPOLINES } from "runyard:trampolines";
import type { PyodideInterface } from "pyodide";
import { SeededRandom } from "../../javascript/random.ts";
import type { Ending, IsolateRequest, PythonHost, Report, Trace } from "../protocol.ts";
import { boot } from "./boot.ts";
import { NO_TRACE, readDump } from "./crash-trace.ts";
import { boundFiles } from "./files.ts";
import { Meter, type MeteredExports } from "./meter.ts";
import { Output } from "./output.ts";
import module from "./python.wasm";
import standardLibrary from "./python_stdlib.zip";
import snapshotFile from "./snapshot.bin";
import { Snapshot } from "./snapshot.ts";
import { isolateClock, world } from "./stand-ins.ts";
import suspender from "./suspender.wasm";

const ROOT = "/program";

const compiled = new Map(TRAMPOLINES);
const refuse = world.compile;
world.compile = (bytes) => compiled.get(hex(bytes)) ?? refuse(bytes);

export default class PythonIsolate extends WorkerEntrypoint {
  /** Called once. @param ready called when Python has started */
  async run(request: IsolateRequest, host: PythonHost, ready: () => Promise<void>): Promise<Report> {
    return new PythonRun(request, host).execute(ready);
  }
}

class PythonRun {
  readonly #request: IsolateRequest;
  readonly #host: PythonHost;
  readonly #output: Output;
  readonly #meter: Meter;
  #memory: WebAssembly.Memory | null = null;
  #memoryRefused = false;
  #trace: Trace = NO_TRACE;
  /** What Python prints while it is asked where it was; null while it prints for the program. */
  #dump: Uint8Array[] | null = null;

  constructor(request: IsolateRequest, host: PythonHost) {
    this.#request = request;
    this.#host = host;
    this.#output = new Output(request.outputBytes);
    this.#meter = new Meter(host, this.#output, request.fuel);
  }

  async execute(ready: () => Promise<void>): Promise<Report> {
    const ending = await this.#ending(ready);
    return {
      ...this.#meter.last(),
      ending,
      memoryBytes: this.#memory?.buffer.byteLength ?? 0,
      dropped: this.#output.dropped,
    };
  }

  async #ending(ready: () => Promise<void>): Promise<Ending> {
    try {
      await isolateClock.sleep(0);
      const pyodide = await this.#boot();
      await ready();
      const { now, stop } = await this.#host.begin();
      this.#meter.begin(now);
      if (stop) return { kind: "stopped", limit: null, trace: NO_TRACE };
      this.#prepare(pyodide);
      const ending = await this.#run(pyodide);
      return this.#meter.stopped === null ? this.#judge(ending) : this.#stopped();
    } catch (error) {
      return this.#meter.stopped === null ? this.#afterHostError(error) : this.#stopped();
    } finally {
      this.#meter.finish();
    }
  }

  async #boot(): Promise<PyodideInterface> {
    const random = new SeededRandom(this.#request.seed);
    const { pyodide, memory } = await boot({
      module,
      standardLibrary,
      snapshot: new Snapshot(snapshotFile),
      now: () => this.#meter.lastShownMs,
      clocks: { realtime: () => this.#meter.look(), monotonic: () => this.#meter.lookSinceStart() },
      fillRandom: (bytes) => {
        this.#meter.charge(bytes.length);
        for (let i = 0; i < bytes.length; i++) bytes[i] = random.next() >>> 24;
      },
      pendingSignal: () => this.#meter.pendingSignal(),
      onInstance: (exports, canSuspend) => {
        this.#meter.canSuspend = canSuspend;
        this.#meter.attach(exports as unknown as MeteredExports, suspender);
      },
      pause: () => isolateClock.sleep(0),
      memoryLimitBytes: this.#request.memoryBytes,
      onMemoryRefused: () => {
        this.#memoryRefused = true;
      },
    });
    this.#memory = memory;
    return pyodide;
  }

  #prepare(pyodide: PyodideInterface): void {
    const { files, stdin, memoryBytes } = this.#request;
    boundFiles(pyodide, memoryBytes, (units) => this.#meter.charge(units));
    pyodide.FS.mkdirTree(ROOT);
    for (const [name, text] of Object.entries(files)) {
      const path = `${ROOT}/${name}`;
      pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
      pyodide.FS.writeFile(path, text);
    }
    pyodide.setStdout(this.#sink("stdout"));
    pyodide.setStderr(this.#sink("stderr"));
    let rest = new TextEncoder().encode(stdin);
    pyodide.setStdin({
      read(buffer: Uint8Array) {
        const part = rest.subarray(0, buffer.length);
        buffer.set(part);
        rest = rest.subarray(part.length);
        return part.length;
      },
    });
    pyodide.setInterruptBuffer(new Uint8Array(1));
  }

  #sink(stream: "stdout" | "stderr") {
    return {
      write: (utf8: Uint8Array) => {
        if (this.#dump !== null) this.#dump.push(utf8.slice());
        // Also after the limit is reached: what the program writes until it has stopped is counted.
        else if (!this.#output.write(stream, utf8)) this.#meter.stop("output");
        else if (this.#output.isFull) this.#meter.endSlice();
        return utf8.length;
      },
    };
  }

  async #run(pyodide: PyodideInterface): Promise<Ending> {
    const { entry, args } = this.#request;
    const run = pyodide.globals.get("_runyard_run");
    pyodide.globals.delete("_runyard_run");
    pyodide.runPython("import random; random.seed()");
    // Pyodide's own answer to an exception of the host prints to the program's output.
    (pyodide as unknown as Internals)._api.fatal_error = (error) => {
      this.#meter.finish();
      this.#locate(pyodide);
      throw error;
    };
    this.#meter.start();
    const text: string = await run.callPromising(
      JSON.stringify({ entry, args }),
      (ms: number) => this.#meter.beginSleep(ms),
      () => this.#meter.isSleeping,
      (trace: string) => {
        this.#trace = JSON.parse(trace);
      },
    );
    this.#meter.finish();
    return readEnding(text);
  }

  /** Finds out where Python was when it could not go on: it can tell that much without allocating anything. */
  #locate(pyodide: PyodideInterface): void {
    if (this.#trace !== NO_TRACE) return;
    this.#dump = [];
    try {
      (pyodide as unknown as Internals)._module._dump_traceback();
      this.#trace = readDump(this.#dump, ROOT);
    } catch {
      // Nothing is certain in an interpreter that was stopped in the middle of its work.
    }
    this.#dump = null;
  }

  /** Python reports its limits as errors that a program may catch; uncaught, they are what they say. */
  #judge(ending: Ending): Ending {
    if (ending.kind !== "failed") return ending;
    const { name, file, line, column, text } = ending.failure;
    const trace = { file, line, column, text };
    if (name === "MemoryError" && this.#memoryRefused) return { kind: "stopped", limit: "memory", trace };
    if (name === "RecursionError") return { kind: "stopped", limit: "stack", trace };
    return ending;
  }

  #stopped(): Ending {
    const reason = this.#meter.stopped;
    return { kind: "stopped", limit: reason === "host" ? null : reason, trace: this.#trace };
  }

  #afterHostError(error: unknown): Ending {
    const trace = this.#trace;
    const exitCode = (error as { status?: unknown } | null)?.status;
    if (exitCode === 0) return { kind: "completed", result: null };
    if (typeof exitCode === "number") return failed("SystemExit", `the program exited with code ${exitCode}`, trace);
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    // What Python raises in our own code: the program has replaced what that code needs.
    if (error instanceof Error && error.name === "PythonError") {
      return tampered(trace);
    }
    if (/call stack/i.test(message)) return { kind: "stopped", limit: "stack", trace };
    if (this.#memoryRefused) return { kind: "stopped", limit: "memory", trace };
    // Nothing but the C function behind os.abort() ends like this.
    if (/unreachable/.test(message)) return failed("Abort", "the program aborted the interpreter", trace);
    // WebAssembly's own traps: what a segmentation fault is elsewhere, by broken bytecode or by ctypes.
    if (error instanceof Error && error.name === "RuntimeError") {
      return failed("Crash", `the program crashed the interpreter: ${error.message}`, trace);
    }
    return { kind: "broken", message };
  }
}

function failed(name: string, message: string, trace: Trace): Ending {
  return { kind: "failed", failure: { name, message, ...trace, missingModule: null, isSyntax: false } };
}

/** Code of ours in Python could not do its work, or did another. */
function tampered(trace: Trace): Ending {
  return failed("Error", "the program replaced a built-in function that the sandbox itself needs", trace);
}

/** A program that reaches that code may have written the text. Nothing there knows of limits or of failures of ours. */
function readEnding(text: string): Ending {
  let said: Partial<Extract<Ending, { kind: "completed" | "failed" }>> | null;
  try {
    said = JSON.parse(text);
  } catch {
    return tampered(NO_TRACE);
  }
  if (said?.kind === "completed" || (said?.kind === "failed" && said.failure)) return said as Ending;
  return tampered(NO_TRACE);
}

/** What is internal to Pyodide and needed all the same. */
interface Internals {
  readonly _api: { fatal_error: (error: unknown) => never };
  readonly _module: { _dump_traceback(): void };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
