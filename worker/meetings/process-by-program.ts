/**
 * A meeting processed by one program: a model writes it, the checker reads it, a second model may look at it, and the
 * sandbox runs it. Each of these may send it back once: what is wrong with its form or its types, what was objected to,
 * and what it threw. Everything that ends a step is kept before the next begins.
 */
import type { GuestOutcome, ProgramError } from "../domain/guest-outcome.ts";
import type { MeasuredCall, ProcessingFailure, ProcessingPhase } from "../domain/meeting-processing.ts";
import type { ModelMessage, Provider } from "../llm/provider.ts";
import { answeredProgram } from "./answered-program.ts";
import { type Answer, askModel, type NoAnswer } from "./ask-model.ts";
import { errorText, healHint } from "./heal-hint.ts";
import type { Processed, ProcessedMeeting, ProcessingOptions, ProcessingPorts, ProgramCheck } from "./ports.ts";
import {
  healPrompt,
  meetingPrompt,
  objectionsPrompt,
  programSystem,
  reviewPrompt,
  reviewSystem,
  TRANSCRIPT_CHARS,
  typeErrorsPrompt,
} from "./prompt.ts";

/** Of one answer: some 1,500 lines of a program. */
const ANSWER_TOKENS = 16_000;
/** On top of it where the model may think first. */
export const THINKING_TOKENS = 8_000;
const REVIEW_TOKENS = 2_000;

class Failed extends Error {
  readonly reason: ProcessingFailure;

  constructor(reason: ProcessingFailure, sentence: string) {
    super(sentence);
    this.reason = reason;
  }
}

export async function processByProgram(
  ports: ProcessingPorts,
  meeting: ProcessedMeeting,
  options: ProcessingOptions,
): Promise<Processed> {
  const work = new ProgramWork(ports, meeting, options);
  try {
    const result = await work.run();
    return { kind: "processed", version: "v2", program: work.program, result, calls: work.calls };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    const { reason, message: sentence } = error;
    const { program, outcome, calls } = work;
    return { kind: "failed", version: "v2", reason, sentence, program, outcome, calls };
  }
}

class ProgramWork {
  readonly #ports: ProcessingPorts;
  readonly #meeting: ProcessedMeeting;
  readonly #options: ProcessingOptions;
  readonly #messages: ModelMessage[];
  readonly calls: MeasuredCall[] = [];
  program: string | null = null;
  /** How the last program that ran has ended; null where none did. */
  outcome: GuestOutcome | null = null;
  /** Form and types are mended once in a processing, not once for each program. */
  #mayMend = true;
  #questions = 0;
  #executions = 0;

  constructor(ports: ProcessingPorts, meeting: ProcessedMeeting, options: ProcessingOptions) {
    this.#ports = ports;
    this.#meeting = meeting;
    this.#options = options;
    this.#messages = [{ role: "user", text: meetingPrompt(meeting) }];
  }

  /** What the program exported. @throws Failed */
  async run() {
    refuseLong(this.#messages[0]!.text!);
    let program = await this.#checked(await this.#phase("generate", () => this.#write("generate")));
    if (this.#options.reviewByModel) {
      const objections = await this.#phase("review", () => this.#review(program));
      if (objections !== null) program = await this.#checked(await this.#revised(objections));
    }
    let outcome = await this.#execute(program);
    if (outcome.kind === "threw") outcome = await this.#execute(await this.#healed(outcome.error));
    if (outcome.kind === "completed") return outcome.result;
    throw failureOf(outcome);
  }

  /** The program that is to mend one that threw. */
  async #healed(error: ProgramError): Promise<string> {
    try {
      const prompt = healPrompt(errorText(error), healHint(error));
      return await this.#checked(await this.#phase("heal", () => this.#write("heal", prompt)));
    } catch (failure) {
      // The run ends as its program did; what came of the mending would else be nowhere.
      if (failure instanceof Failed) this.#ports.tell({ type: "note", text: `It was not mended: ${failure.message}` });
      throw failure;
    }
  }

  async #phase<T>(phase: ProcessingPhase, work: () => Promise<T>, wentWell: (done: T) => boolean = () => true) {
    this.#ports.tell({ type: "begin", phase });
    let isOk = false;
    try {
      const done = await work();
      isOk = wentWell(done);
      return done;
    } finally {
      this.#ports.tell({ type: "end", phase, isOk });
    }
  }

  /** Asks for a program; what the answer is like is checked with its types. */
  async #write(phase: ProcessingPhase, prompt?: string): Promise<Answer> {
    if (prompt !== undefined) this.#messages.push({ role: "user", text: prompt });
    const { thinking } = this.#options;
    const answer = await this.#ask(phase, this.#ports.provider, {
      system: programSystem(this.#ports.capabilities.declarations),
      cacheSystem: true,
      messages: [...this.#messages],
      maxTokens: ANSWER_TOKENS + (thinking ? THINKING_TOKENS : 0),
      ...(thinking ? { thinkingTokens: THINKING_TOKENS } : {}),
    });
    // An empty message is refused by providers.
    this.#messages.push({ role: "assistant", text: answer.text.trim() === "" ? "(no answer)" : answer.text });
    return answer;
  }

  async #revised(objections: string): Promise<Answer> {
    this.#ports.tell({ type: "note", text: `The reviewing model objects:\n${objections}` });
    return this.#phase("generate", () => this.#write("generate", objectionsPrompt(objections)));
  }

  /** The program of an answer, without type errors. */
  async #checked(answer: Answer): Promise<string> {
    return this.#phase("check", async () => {
      let current = answer;
      for (;;) {
        const found = answeredProgram(current.text, current.stopReason);
        if (found.kind === "refused") throw new Failed("no-program", "The model declined to write this program.");
        if (found.kind === "cut") throw new Failed("limit", ANSWER_TOO_LONG);
        const check = found.kind === "program" ? await this.#check(found.program) : null;
        if (found.kind === "program" && check?.kind !== "failed") return found.program;
        const problem = check?.kind === "failed" ? check.errors : found.kind === "unusable" ? found.problem : "";
        if (!this.#mayMend) {
          const reason = check === null ? "no-program" : "does-not-compile";
          throw new Failed(reason, `${STILL_WRONG[reason]} ${problem}`);
        }
        this.#mayMend = false;
        this.#ports.tell({ type: "note", text: `This goes back to the model:\n${problem}` });
        current = await this.#write("check", check === null ? problem : typeErrorsPrompt(problem));
      }
    });
  }

  async #check(program: string): Promise<ProgramCheck> {
    this.program = program;
    this.#ports.tell({ type: "program", program });
    const check = await this.#ports.check(program);
    if (check.kind === "not-checked") {
      this.#ports.tell({ type: "note", text: `The types were not checked: ${check.message}` });
    }
    return check;
  }

  /** What the reviewer objects to; null for nothing. */
  async #review(program: string): Promise<string | null> {
    const answer = await this.#ask("review", this.#ports.reviewer, {
      system: reviewSystem(this.#ports.capabilities.declarations),
      cacheSystem: true,
      messages: [{ role: "user", text: reviewPrompt(this.#meeting, program) }],
      maxTokens: REVIEW_TOKENS,
    });
    if (/^\W*APPROVED\b/i.test(answer.text)) return null;
    // What does not approve objects: a review that cannot be read must not let a program pass.
    const objections = answer.text.replace(/^\W*OBJECTIONS:?\**\s*\n?/i, "").trim();
    return objections === ""
      ? "The review came without a word on what is wrong: look over the program again."
      : objections;
  }

  async #execute(program: string): Promise<GuestOutcome> {
    const number = ++this.#executions;
    this.outcome = await this.#phase(
      "execute",
      () => this.#ports.execute(program, number),
      ({ kind }) => kind === "completed",
    );
    return this.outcome;
  }

  async #ask(
    phase: ProcessingPhase,
    provider: Provider,
    request: Parameters<typeof askModel>[1]["request"],
  ): Promise<Answer> {
    this.#questions += 1;
    const answer = await askModel(this.#ports, {
      name: `v2:${this.#questions}`,
      version: "v2",
      phase,
      provider,
      request,
    });
    this.calls.push(answer.call);
    if (answer.kind === "no-answer") throw noAnswer(answer);
    return answer;
  }
}

const ANSWER_TOO_LONG =
  "The model reached the limit of its answer before the program was complete. Process the meeting with tool calls, or split it.";

const STILL_WRONG = {
  "no-program": "The model was asked twice and gave no usable program.",
  "does-not-compile": "The program does not compile, also after its errors went back to the model.",
} as const;

function noAnswer({ reason, sentence }: NoAnswer): Failed {
  return new Failed(reason === "aborted" ? "cancelled" : "no-answer", sentence);
}

function failureOf(outcome: Exclude<GuestOutcome, { kind: "completed" }>): Failed {
  switch (outcome.kind) {
    case "threw":
      return new Failed("threw", `The program threw ${outcome.error.name}: ${outcome.error.message}`);
    case "limit":
      return new Failed("limit", `The program reached its limit of ${outcome.limit}.`);
    case "cancelled":
      return new Failed("cancelled", "The run was cancelled.");
  }
}

function refuseLong(prompt: string): void {
  if (prompt.length <= TRANSCRIPT_CHARS) return;
  throw new Failed("limit", longSentence(prompt.length));
}

/** Said by both ways. */
export function longSentence(chars: number): string {
  return `The transcript has ${chars} characters; at most ${TRANSCRIPT_CHARS} are sent to a model. Split the meeting and process its parts.`;
}
