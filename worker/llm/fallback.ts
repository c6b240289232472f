/**
 * Asks the next provider where one cannot answer. It stands in front of retry.ts: a provider has had its retries when
 * the next is asked. Never once text was handed out: two models' halves are no answer.
 */
import {
  type AskedModel,
  isNotice,
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
      let left: readonly Provider[] = others;
      for (;;) {
        let isPartial = false;
        try {
          for await (const event of provider.stream({ ...request, model: asked.model })) {
            isPartial ||= !isNotice(event);
            yield event;
          }
          return;
        } catch (error) {
          const canHelp = error instanceof ModelError && !isPartial && CURABLE.includes(error.reason);
          // Keys of one provider share its limit of calls: another one would be refused the same way.
          if (error instanceof ModelError && error.reason === "over-limit") {
            const { name } = provider;
            left = left.filter((other) => other.name !== name);
          }
          const next: Provider | undefined = canHelp && !request.signal.aborted ? left[0] : undefined;
          if (next === undefined) throw error;
          left = left.slice(1);
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
