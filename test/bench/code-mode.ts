/**
 * What one program costs against tool calls, on the meetings of test/fixtures: calls, tokens and dollars of both ways.
 * Requests and answers are real and go over HTTP through Anthropic's SDK; what the model says is scripted from what a
 * careful person would draw from each meeting, the same for both. So the figures compare the two ways to say it, and
 * nothing about how well a model reads.
 *
 * Tokens are counted as a quarter of the characters of both bodies, cached ones by what the request before has marked.
 */
import { CODE_CAPABILITY_NAMES } from "../../worker/capabilities/code/declarations.ts";
import { type MeasuredCall, totalsOf } from "../../worker/domain/meeting-processing.ts";
import { boundedAnswer } from "../../worker/egress/answer.ts";
import { createAnthropicProvider } from "../../worker/llm/anthropic.ts";
import { DEFAULT_TIMEOUTS, type Fetch } from "../../worker/llm/connection.ts";
import { costMicros, priceOf } from "../../worker/llm/prices.ts";
import type { Provider } from "../../worker/llm/provider.ts";
import type { ProcessedMeeting, ProcessingPorts } from "../../worker/meetings/ports.ts";
import { processMeeting } from "../../worker/meetings/process-meeting.ts";
import { renderDeclarations } from "../../worker/program/declarations.ts";
import { renderTools } from "../../worker/program/tools.ts";
import { systemClock } from "../../worker/system-ports.ts";
import { MEETING_FIXTURES, type MeetingFixture } from "../fixtures/meetings/meetings.ts";
import { findingsOf, meetingOf } from "../support/expected-findings.ts";
import { MemoryDesk, toolAnswer } from "../support/memory-desk.ts";
import { MEETING_MODEL, startMeetingModel } from "../support/providers/meeting-model.ts";

/** Those that are for meetings: what a run about one is granted. */
const NAMES = CODE_CAPABILITY_NAMES.filter((name) => !name.startsWith("meetings.") && name !== "http.get");

async function process(provider: Provider, meeting: ProcessedMeeting, fixture: MeetingFixture, version: "v1" | "v2") {
  const desk = new MemoryDesk(meeting);
  // A team's tracker has the stories that it talks about.
  for (const key of new Set(fixture.expected.stories.flatMap(({ key }) => key ?? []))) desk.addStory(key, key);
  const capabilities = desk.capabilities();
  const { tools, nameOf } = renderTools(NAMES);
  const ports: ProcessingPorts = {
    ...{ provider, reviewer: provider, clock: systemClock, signal: new AbortController().signal },
    capabilities: { declarations: renderDeclarations(NAMES), tools, capabilityOf: nameOf },
    kept: { get: () => undefined, put: () => {} },
    tell: () => {},
    check: async () => ({ kind: "passed" }),
    execute: (program) => desk.execute(program),
    callTool: (name, input) => toolAnswer(() => capabilities.get(name)!(input)),
  };
  const choice = { version, fallback: false, thinking: false, reviewByModel: false };
  const processed = await processMeeting(ports, meeting, choice);
  if (processed.kind === "failed") throw new Error(`${fixture.name} ${version}: ${processed.sentence}`);
  return { calls: processed.calls, writes: desk.effects.length };
}

function dollars(calls: readonly MeasuredCall[], isCached: boolean): number {
  const price = priceOf("anthropic", MEETING_MODEL, Date.now())!;
  const micros = calls.reduce((sum, call) => {
    const cache = isCached ? {} : { cacheReadTokens: 0, cacheWriteTokens: 0 };
    return sum + costMicros({ ...call, ...cache }, price);
  }, 0);
  return micros / 1_000_000;
}

const { model, baseUrl, close } = await startMeetingModel();
const send: Fetch = async (url, init) => boundedAnswer(await fetch(url, init), { signal: init.signal! });
const connection = { fetch: send, clock: systemClock, timeouts: DEFAULT_TIMEOUTS };
const provider = createAnthropicProvider({ connection, apiKey: "sk-bench", baseUrl, model: MEETING_MODEL });

console.log(
  "| meeting | words | writes V1/V2 | calls V1/V2 | input V1 | input V2 | output V1 | output V2 | $ V1 | $ V2 | $ V1 cached | $ V2 cached |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|---|");
const nothing = { stories: [], blockers: [], actionItems: [], decisions: [] };
const short = MEETING_FIXTURES.find(({ name }) => name === "stand-up")!;
for (const fixture of [...MEETING_FIXTURES, { ...short, name: "stand-up, nothing to write", expected: nothing }]) {
  const meeting = meetingOf(fixture);
  model.findings = findingsOf(fixture, meeting);
  const [v1, v2] = [await process(provider, meeting, fixture, "v1"), await process(provider, meeting, fixture, "v2")];
  const [one, two] = [totalsOf(v1.calls), totalsOf(v2.calls)];
  const words = fixture.utterances.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0);
  const costs = [false, true].flatMap((isCached) => [v1, v2].map(({ calls }) => dollars(calls, isCached).toFixed(4)));
  const tokens = [one.inputTokens, two.inputTokens, one.outputTokens, two.outputTokens].map((each) =>
    each.toLocaleString("en"),
  );
  const counts = [words.toLocaleString("en"), `${v1.writes}/${v2.writes}`, `${one.calls}/${two.calls}`];
  console.log(`| ${[fixture.name, ...counts, ...tokens, ...costs].join(" | ")} |`);
}
close();
