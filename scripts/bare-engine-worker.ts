/**
 * The JavaScript engine behind an endpoint and nothing else: no queue, no journal, no database. For measurements and
 * conformance; `bare-engine.ts` serves it. It is not part of the product and knows no authentication.
 */
import { DEFAULT_LIMITS, type Limits, type Program } from "../worker/domain/program.ts";
import type { GuestResult } from "../worker/sandbox/engine.ts";
import { createJavaScriptEngine } from "../worker/sandbox/javascript/engine.ts";
import { quickJsModule } from "../worker/sandbox/javascript/quickjs-module.ts";

/** One program to run; what is left out is empty, or the default. */
export interface BareRequest {
  readonly files: Program["files"];
  readonly entry: string;
  readonly language?: Program["language"];
  readonly limits?: Partial<Limits>;
}

export interface BareResult extends Pick<GuestResult, "outcome" | "usage"> {
  readonly stdout: string;
  readonly stderr: string;
}

const engine = createJavaScriptEngine(quickJsModule);

const clock = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

async function run({ files, entry, language = "javascript", limits = {} }: BareRequest): Promise<BareResult> {
  const output = { stdout: "", stderr: "" };
  const { outcome, usage } = await engine.execute({
    program: { language, entry, files, stdin: "", args: [] },
    limits: { ...DEFAULT_LIMITS, ...limits },
    seed: "bare",
    clock,
    signal: new AbortController().signal,
    replay: null,
    capabilities: [],
    onOutput: (stream, text) => {
      output[stream] += text;
    },
    onNotice: () => undefined,
  });
  return { outcome, usage, ...output };
}

export default {
  /** Takes a list of {@link BareRequest} and answers with a list of {@link BareResult}: one after the other. */
  async fetch(request: Request): Promise<Response> {
    const results: BareResult[] = [];
    for (const program of (await request.json()) as BareRequest[]) results.push(await run(program));
    return Response.json(results);
  },
};
