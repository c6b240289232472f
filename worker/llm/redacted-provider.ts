/**
 * A provider whose text never holds the key that it was asked with: a server may repeat in its answer what it was sent,
 * and answers are shown, run and stored.
 */
import type { RedactedText, Redactor } from "../domain/redactor.ts";
import type { ModelEvent, ModelRequest, Provider } from "./provider.ts";

/** @param redactor has learned of the key when the answer begins */
export function withRedaction(provider: Provider, redactor: Redactor): Provider {
  return { ...provider, stream: (request) => redactedStream(provider, request, redactor) };
}

async function* redactedStream(
  provider: Provider,
  request: ModelRequest,
  redactor: Redactor,
): AsyncGenerator<ModelEvent> {
  let text: RedactedText | null = null;
  const textEvents = (piece: string | undefined): ModelEvent[] => (piece ? [{ type: "text", text: piece }] : []);
  try {
    for await (const event of provider.stream(request)) {
      if (event.type === "text") {
        text ??= redactor.begin();
        yield* textEvents(text.push(event.text));
        continue;
      }
      yield* textEvents(text?.finish());
      yield event;
    }
  } catch (error) {
    yield* textEvents(text?.finish());
    throw error;
  }
}
