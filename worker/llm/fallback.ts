/**
 * Asks the next provider where one cannot answer. It stands in front of retry.ts: a provider has had its retries when
 * the next is asked. Never once text was handed out: two models' halves are no answer.
 */
import {
  type AskedModel,
  isOfAnswer,
  ModelError,
  type ModelErrorReason,
  type ModelEvent,
  type Provider,
} from "./provider.ts";

/** What another provider, or another key, could cure. A bad request is bad everywhere, and who has gone waits for nobody. */
const CURABLE: readonly ModelErrorReason[] = [
  "rejected-key",
  "no-permission",
  "no-credit",
  "rate-limited",
  "overloaded",
  "unreachable",
  "timed-out",
  "cut-off",
  "over-limit",
  "circuit-open",
];

/** @param providers in the order in which they are asked; the first one's name and model stand for all */
export function withFallback(providers: readonly [Provider, ...Provider[]]): Provider {
  const [first, ...others] = providers;
  if (others.length === 0) return first;
  return {
    ...first,
    async *stream(request): AsyncGenerator<ModelEvent> {
      let asked: AskedModel = { provider: first.name, model: request.model };
      let provider = first;
      const rest = others.values();
      for (;;) {
        let isPartial = false;
        try {
          for await (const event of provider.stream({ ...request, model: asked.model })) {
            isPartial ||= isOfAnswer(event);
            yield event;
          }
          return;
        } catch (error) {
          const canHelp = error instanceof ModelError && !isPartial && CURABLE.includes(error.reason);
          const next: Provider | undefined = canHelp && !request.signal.aborted ? rest.next().value : undefined;
          if (next === undefined) throw error;
          // The same provider by another key is asked for the same model; another one has its own names for models.
          const model =
            next.name === first.name && next.name !== "openai-compatible" ? request.model : next.defaultModel;
          const to: AskedModel = { provider: next.name, model };
          yield { type: "fallback", from: asked, to, reason: (error as ModelError).reason };
          provider = next;
          asked = to;
        }
      }
    },
  };
}
