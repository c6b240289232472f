/**
 * A provider whose answers never hold the key that they were asked with: a server may repeat in its answer what it was
 * sent, and answers are shown, run and stored.
 */
import type { RedactedText, Redactor } from "../domain/redactor.ts";
import type { ModelEvent, ModelRequest, Provider } from "./provider.ts";

/** @param redactor has learned of the key when the answer begins */
export function withRedaction(provider: Provider, redactor: Redactor): Provider {
  return { ...provider, stream: (request) => redactedStream(provider, request, redactor) };
}

type Piece = Extract<ModelEvent, { type: "text" | "thinking" }>;

async function* redactedStream(
  provider: Provider,
  request: ModelRequest,
  redactor: Redactor,
): AsyncGenerator<ModelEvent> {
  /** The text or the thinking that is being written. */
  let open = null as { readonly type: Piece["type"]; readonly text: RedactedText } | null;
  const close = (): Piece[] => {
    const rest = open === null ? [] : pieces(open.type, open.text.finish());
    open = null;
    return rest;
  };
  try {
    for await (const event of provider.stream(request)) {
      if (event.type !== "text" && event.type !== "thinking") {
        yield* close();
        yield redactedEvent(event, (text) => wholeText(redactor, text));
        continue;
      }
      if (open?.type !== event.type) {
        yield* close();
        open = { type: event.type, text: redactor.begin() };
      }
      yield* pieces(event.type, open.text.push(event.text));
    }
  } catch (error) {
    yield* close();
    throw error;
  }
}

function pieces(type: Piece["type"], text: string): Piece[] {
  return text === "" ? [] : [{ type, text }];
}

function wholeText(redactor: Redactor, text: string): string {
  const redacted = redactor.begin();
  return redacted.push(text) + redacted.finish();
}

function redactedEvent(event: Exclude<ModelEvent, Piece>, redact: (text: string) => string): ModelEvent {
  switch (event.type) {
    case "thought": {
      const { text, signature } = event.part;
      const part = { ...event.part, text: redact(text), signature: signature === null ? null : redact(signature) };
      return { type: "thought", part };
    }
    case "tool-call": {
      const { id, name, input } = event;
      return { ...event, id: redact(id), name: redact(name), input: redactedValue(input, redact) as typeof input };
    }
    case "malformed-tool-call": {
      const { id, name, inputText, problem } = event;
      return { ...event, id: redact(id), name: redact(name), inputText: redact(inputText), problem: redact(problem) };
    }
    case "done":
      return { ...event, model: redact(event.model) };
    case "retry":
    case "wait":
    case "fallback":
      return event;
  }
}

/** A value of JSON: keys are texts of the model as much as values are. */
function redactedValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactedValue(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactedValue(item, redact)]));
}
