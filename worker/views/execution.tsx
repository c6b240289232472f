/** `/executions/:id`: one call of a model: what was asked and answered, what it used and cost, and how it got there. */
import type { Child } from "hono/jsx";
import type { Execution, ExecutionTexts } from "../domain/execution.ts";
import { priceWords } from "../domain/hand-price.ts";
import { type PriceSnapshot, SET_BY_HAND } from "../domain/price.ts";
import { StateBadge } from "./components/status-badge.tsx";
import { costWord, OUTCOME_LOOKS, providerWord, SOURCE_WORDS } from "./execution-words.ts";
import { formatCount, formatDuration, formatInstant, plural } from "./format.ts";
import { Layout, type Shell } from "./layout.tsx";

export interface ExecutionProps {
  readonly execution: Execution;
  readonly texts: ExecutionTexts | null;
}

export function ExecutionPage({ shell, execution, texts }: ExecutionProps & { readonly shell: Shell }) {
  const { model, provider, outcome, message, retries, fallbacks } = execution;
  return (
    <Layout shell={shell} section="executions" title={`Call of ${model}`}>
      <div class="page-head">
        <h1>{model}</h1>
        <StateBadge look={OUTCOME_LOOKS[outcome]} large />
        {provider === "mock" ? <span class="mark">Mock</span> : null}
      </div>
      <div class="call-results">
        {message === null ? null : <p class="notice notice-failed">{message}</p>}
        <section class="panel" aria-label="Facts">
          <Facts execution={execution} />
        </section>
        {retries.length + fallbacks.length === 0 ? null : <Path execution={execution} />}
        {texts === null ? (
          <p class="muted note">
            {outcome === "live"
              ? "What it asks and answers stands here when it has ended."
              : "The prompt and the answer are not kept, or not any more: Settings, Limits says for how long they are."}
          </p>
        ) : (
          <>
            <Text title="Prompt" text={texts.prompt} chars={texts.promptChars} />
            <Text title="Answer" text={texts.answer} chars={texts.answerChars} />
          </>
        )}
      </div>
    </Layout>
  );
}

function Facts({ execution }: { readonly execution: Execution }) {
  const { source, provider, startedAt, latencyMs, firstTokenMs, waitedMs, tokens, status } = execution;
  const origin =
    source.kind === "run" ? <a href={`/runs/${source.id}`}>{SOURCE_WORDS.run}</a> : SOURCE_WORDS[source.kind];
  const facts: readonly (readonly [label: string, value: Child])[] = [
    ["Provider", providerWord(provider)],
    ["Asked by", origin],
    ["Started", formatInstant(startedAt)],
    ["Took", formatDuration(latencyMs)],
    ["First token after", formatDuration(firstTokenMs)],
    ...(waitedMs === 0 ? [] : [["Waited for the limit", formatDuration(waitedMs)] as const]),
    ...(status === null ? [] : [["HTTP status", status] as const]),
    ["Tokens in", counted(tokens?.input, tokens)],
    ["From a cache", counted(tokens?.cacheRead, tokens)],
    ["Into a cache", counted(tokens?.cacheWrite, tokens)],
    ["Tokens out", counted(tokens?.output, tokens)],
    ["Of them thinking", counted(tokens?.thinking, tokens)],
    ["Cost", costWord(execution)],
    ...(execution.price === null || provider === "mock"
      ? []
      : [["Price", snapshotWords(execution.price as PriceSnapshot)] as const]),
  ];
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function counted(count: number | undefined, tokens: Execution["tokens"]): string {
  if (count === undefined) return "–";
  return tokens?.isEstimated && count > 0 ? `about ${formatCount(count)}` : formatCount(count);
}

/** The price as it was kept beside the cost, and where it came from. */
function snapshotWords({ source, pricedAs, rates }: PriceSnapshot): string {
  const rows = rates.map(({ aboveInputTokens, input, output, cacheRead }) => {
    const above = aboveInputTokens === 0 ? "" : `; with more than ${formatCount(aboveInputTokens)} tokens in: `;
    return above + priceWords({ input, output, cachedInput: cacheRead });
  });
  const from = source === SET_BY_HAND ? source : `by ${source}`;
  return `${pricedAs}, ${from}: ${rows.join("")} for a million tokens`;
}

function Path({ execution: { retries, fallbacks } }: { readonly execution: Execution }) {
  return (
    <section class="panel" aria-labelledby="path-title">
      <h2 id="path-title">On the way</h2>
      <ol>
        {retries.map(({ attempt, reason, status, waitMs }) => (
          <li>
            Attempt {attempt} failed: {reason}
            {status === null ? "" : ` (HTTP ${status})`}. The next one followed {formatDuration(waitMs)} later.
          </li>
        ))}
        {fallbacks.map(({ from, to, reason }) => (
          <li>
            {providerWord(from.provider)} {from.model} could not answer ({reason}): {providerWord(to.provider)}{" "}
            {to.model} was asked.
          </li>
        ))}
      </ol>
    </section>
  );
}

function Text({ title, text, chars }: { readonly title: string; readonly text: string; readonly chars: number }) {
  const isCut = chars > text.length && text.length > 0;
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      <pre class="excerpt call-text" tabindex={0}>
        {text === "" ? "(empty)" : text}
      </pre>
      {isCut ? <p class="muted">The first characters of {plural(chars, "character")} are kept.</p> : null}
    </section>
  );
}
