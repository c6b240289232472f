/**
 * "Describe it": asks the server for a program and lets it stream into the editor. Never runs it. The text before can
 * be had back with undo, or with Stop followed by undo.
 */
import { dollarText } from "../../worker/domain/dollars.ts";
import { formatCount, formatDuration } from "../../worker/views/format.ts";
import type { CodeEditorElement } from "../code-editor.ts";
import { readJsonLines } from "./ndjson.ts";

type GenerationEvent =
  | { type: "text"; text: string }
  | {
      type: "done";
      provider: string;
      isMock: boolean;
      model: string;
      usage: { inputTokens: number; outputTokens: number; estimated: boolean };
      cost: { micros: number | null };
    }
  | { type: "retry"; attempt: number; reason: string; waitMs: number }
  | { type: "wait"; message: string }
  | { type: "fallback"; from: { provider: string }; to: { provider: string; model: string }; reason: string }
  | { type: "error"; message: string; reason?: string };

export interface GenerateParts {
  readonly box: HTMLElement;
  readonly editor: CodeEditorElement;
  readonly language: () => string;
  /** Before the first text arrives: opens the file that it belongs into. */
  readonly start: () => void;
}

export function setUpGenerate({ box, editor, language, start: prepare }: GenerateParts): void {
  const find = <T extends HTMLElement>(name: string) => box.querySelector<T>(`[data-generate-${name}]`)!;
  const input = find<HTMLInputElement>("text");
  const start = find<HTMLButtonElement>("start");
  const stop = find<HTMLButtonElement>("stop");
  const status = find("status");
  let running: AbortController | null = null;

  const show = (isBusy: boolean, words: string) => {
    start.hidden = isBusy;
    stop.hidden = !isBusy;
    status.textContent = words;
  };

  const generate = async () => {
    const description = input.value.trim();
    if (description === "" || running) return input.focus();
    const controller = new AbortController();
    running = controller;
    prepare();
    show(true, "Writing …");
    try {
      show(
        false,
        await stream({ description, language: language(), current: editor.value }, editor, controller.signal, (words) =>
          show(true, words),
        ),
      );
    } catch (error) {
      const isRefused = error instanceof RefusedByBudget;
      const words = controller.signal.aborted
        ? "Stopped."
        : `Not written: ${error instanceof Error ? error.message : error}`;
      show(false, words);
      if (isRefused) status.append(" ", budgetsLink());
    } finally {
      running = null;
    }
  };

  start.addEventListener("click", generate);
  stop.addEventListener("click", () => running?.abort());
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    // Enter would submit the form around the field, which runs the program.
    event.preventDefault();
    void generate();
  });
}

/** Resolves to what is said about the finished text. */
async function stream(
  body: object,
  editor: CodeEditorElement,
  signal: AbortSignal,
  tell: (words: string) => void,
): Promise<string> {
  const response = await fetch("/playground/generations", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok || !response.body) throw new Error(await problemOf(response));
  let isFirst = true;
  for await (const event of readJsonLines<GenerationEvent>(response.body as unknown as AsyncIterable<Uint8Array>)) {
    if (event.type === "error" && event.reason === "over-budget") throw new RefusedByBudget(event.message);
    if (event.type === "error") throw new Error(event.message + (isFirst ? "" : PARTIAL));
    if (event.type === "done") return doneWords(event);
    if (event.type === "retry") {
      tell(
        `Attempt ${event.attempt} failed (${event.reason}); the next one follows in ${formatDuration(event.waitMs)} …`,
      );
      continue;
    }
    if (event.type === "wait") {
      tell(event.message);
      continue;
    }
    if (event.type === "fallback") {
      tell(`${event.from.provider} could not answer (${event.reason}); asking ${event.to.provider} …`);
      continue;
    }
    if (isFirst) editor.value = event.text;
    else editor.appendText(event.text);
    isFirst = false;
  }
  throw new Error("the answer broke off");
}

class RefusedByBudget extends Error {}

function budgetsLink(): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = "/settings/budgets";
  link.textContent = "Budgets";
  return link;
}

const PARTIAL = " What is in the editor is only a part of the program: undo brings back the text before.";

function doneWords({ provider, isMock, model, usage, cost }: Extract<GenerationEvent, { type: "done" }>): string {
  const about = usage.estimated ? "about " : "";
  const tokens = `${about}${formatCount(usage.inputTokens)} tokens in, ${formatCount(usage.outputTokens)} out`;
  const who = isMock ? `the mock provider (${model})` : `${provider} ${model}`;
  return `Written by ${who} · ${tokens} · ${costWords(isMock, cost.micros)}. Read it, then run it.`;
}

function costWords(isMock: boolean, micros: number | null): string {
  if (isMock) return "Mock · $0";
  return micros === null ? "cost unknown" : dollarText(micros);
}

async function problemOf(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? `status ${response.status}`;
  } catch {
    return `status ${response.status}`;
  }
}
