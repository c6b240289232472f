/**
 * What one program costs against tool calls, on the meetings of test/fixtures: calls, tokens and dollars of both ways.
 * Requests and answers are real and go over HTTP through Anthropic's SDK; what the model says is scripted from what a
 * careful person would draw from each meeting, the same for both. So the figures compare the two ways to say it, and
 * nothing about how well a model reads.
 *
 * Tokens are counted as a quarter of the characters of both bodies, cached ones by what the request before has marked.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { CODE_CAPABILITY_NAMES } from "../../worker/capabilities/code/declarations.ts";
import { findQuote } from "../../worker/domain/evidence.ts";
import { type MeasuredCall, totalsOf } from "../../worker/domain/meeting-processing.ts";
import { boundedAnswer } from "../../worker/egress/answer.ts";
import { createAnthropicProvider } from "../../worker/llm/anthropic.ts";
import { DEFAULT_TIMEOUTS, type Fetch } from "../../worker/llm/connection.ts";
import { meetingRound } from "../../worker/llm/mock-meeting-calls.ts";
import { dueOf } from "../../worker/llm/mock-meeting-due.ts";
import type { Finding, Findings, Said } from "../../worker/llm/mock-meeting-findings.ts";
import { meetingProgram } from "../../worker/llm/mock-meeting-program.ts";
import { costMicros, priceOf } from "../../worker/llm/prices.ts";
import type { Provider } from "../../worker/llm/provider.ts";
import { estimateTokens } from "../../worker/llm/usage.ts";
import type { ProcessedMeeting, ProcessingPorts } from "../../worker/meetings/ports.ts";
import { processMeeting } from "../../worker/meetings/process-meeting.ts";
import { renderDeclarations } from "../../worker/program/declarations.ts";
import { renderTools } from "../../worker/program/tools.ts";
import { systemClock } from "../../worker/system-ports.ts";
import { MEETING_FIXTURES, type MeetingFixture } from "../fixtures/meetings/meetings.ts";
import { MemoryDesk, toolAnswer } from "../support/memory-desk.ts";

const MODEL = "claude-sonnet-5";
/** Those that are for meetings: what a run about one is granted. */
const NAMES = CODE_CAPABILITY_NAMES.filter((name) => !name.startsWith("meetings.") && name !== "http.get");

function meetingOf({ name, title, heldAt, utterances }: MeetingFixture): ProcessedMeeting {
  const participants = [...new Set(utterances.flatMap(({ speaker }) => speaker ?? []))];
  return { id: `mtg_${name}`, title, heldAt: new Date(heldAt).toISOString(), participants, utterances };
}

/** What is expected of a meeting, as something that can be said in both ways. */
function findingsOf({ expected, heldAt }: MeetingFixture, { utterances }: ProcessedMeeting): Findings {
  const said = (quote: string): Said => ({ quote, utterance: findQuote(utterances as never, quote)!.index });
  const day = Date.parse(heldAt);
  const stories = expected.stories.map(({ key, title, quote, ...fields }): Finding => {
    const where = { said: said(quote), story: key };
    if (key === null) return { kind: "new-story", title: title ?? quote, ...where };
    const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
    return { kind: "story", fields: Object.fromEntries(given), ...where };
  });
  const findings = [
    ...stories.filter((finding) => finding.kind !== "story" || Object.keys(finding.fields).length > 0),
    ...expected.blockers.map(
      ({ title, story, quote }): Finding => ({ kind: "blocker", title, story, said: said(quote) }),
    ),
    ...expected.actionItems.map(({ title, owner, due, quote }): Finding => {
      const date = due === null ? null : dueOf(`by ${due}`, day);
      return { kind: "action", title, owner, due: date, story: null, said: said(quote) };
    }),
    ...expected.decisions.map(
      ({ title, quote }): Finding => ({ kind: "decision", title, story: null, said: said(quote) }),
    ),
  ];
  const named = new Map(
    findings.flatMap(({ story, said: first }) => (story === null ? [] : [[story, first] as const])),
  );
  return { findings, named };
}

type Block = { type: string; text?: string; content?: string; tool_use_id?: string; cache_control?: unknown };
interface Asked {
  readonly system: readonly Block[];
  readonly tools?: readonly { name: string }[];
  readonly messages: readonly { role: string; content: string | readonly Block[] }[];
}

const blocksOf = ({ content }: Asked["messages"][number]): readonly Block[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;

/** Speaks Anthropic's protocol: answers with what is expected of the meeting, in the way that the request asks for. */
class ScriptedModel {
  findings: Findings = { findings: [], named: new Map() };
  /** Prefixes that were marked for the cache, as a provider keeps them. */
  readonly #cached = new Set<string>();

  answer(asked: Asked): { text: string; calls: readonly { id: string; name: string; arguments: string }[] } {
    if (!asked.tools?.length)
      return { text: `\`\`\`typescript\n${meetingProgram(this.findings, null)}\n\`\`\``, calls: [] };
    const results = new Map(
      asked.messages
        .flatMap(blocksOf)
        .flatMap(({ tool_use_id: id, content }) => (id ? [[id, content ?? ""] as const] : [])),
    );
    const answered = asked.messages.filter(({ role }) => role === "assistant").length;
    return meetingRound(this.findings, { answered, results, tools: asked.tools.map(({ name }) => name) });
  }

  /** Input tokens: those that a cache has, those that go into one, and the others. */
  inputOf(asked: Asked) {
    const parts = [
      JSON.stringify(asked.tools ?? []) + JSON.stringify(asked.system.map(({ text }) => text)),
      ...asked.messages.map((message) =>
        JSON.stringify(blocksOf(message).map(({ cache_control: _, ...block }) => block)),
      ),
    ];
    const isMarked = [
      asked.system.some(({ cache_control: mark }) => mark),
      ...asked.messages.map((message) => blocksOf(message).some(({ cache_control: mark }) => mark)),
    ];
    const prefixes = parts.map((_, at) => parts.slice(0, at + 1).join(""));
    const read = prefixes.findLast((prefix) => this.#cached.has(prefix))?.length ?? 0;
    const written = prefixes.findLast((_, at) => isMarked[at])?.length ?? 0;
    prefixes.forEach((prefix, at) => isMarked[at] && this.#cached.add(prefix));
    const all = prefixes.at(-1)!.length;
    return {
      cache_read_input_tokens: estimateTokens(read),
      cache_creation_input_tokens: estimateTokens(Math.max(0, written - read)),
      input_tokens: estimateTokens(all - Math.max(read, written)),
    };
  }
}

function streamOf(model: ScriptedModel, asked: Asked): string {
  const { text, calls } = model.answer(asked);
  const chars = calls.reduce((sum, call) => sum + call.name.length + call.arguments.length, text.length);
  const frames: { type: string; [field: string]: unknown }[] = [];
  const block = (start: object, delta: object) => {
    const index = frames.filter(({ type }) => type === "content_block_start").length;
    frames.push({ type: "content_block_start", index, content_block: start });
    frames.push({ type: "content_block_delta", index, delta }, { type: "content_block_stop", index });
  };
  const message = { id: "msg_1", type: "message", role: "assistant", content: [], model: MODEL, stop_reason: null };
  frames.push({ type: "message_start", message: { ...message, usage: { ...model.inputOf(asked), output_tokens: 1 } } });
  if (text !== "") block({ type: "text", text: "" }, { type: "text_delta", text });
  for (const { id, name, arguments: partial_json } of calls) {
    block({ type: "tool_use", id, name, input: {} }, { type: "input_json_delta", partial_json });
  }
  const stop_reason = calls.length > 0 ? "tool_use" : "end_turn";
  frames.push({
    type: "message_delta",
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens: estimateTokens(chars) },
  });
  frames.push({ type: "message_stop" });
  return frames.map((frame) => `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`).join("");
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

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
  const choice = { version, fallback: false, thinking: false, reviewByModel: false, model: MODEL };
  const processed = await processMeeting(ports, meeting, choice);
  if (processed.kind === "failed") throw new Error(`${fixture.name} ${version}: ${processed.sentence}`);
  return { calls: processed.calls, writes: desk.effects.length };
}

function dollars(calls: readonly MeasuredCall[], isCached: boolean): number {
  const price = priceOf("anthropic", MODEL, Date.now())!;
  const micros = calls.reduce((sum, call) => {
    const cache = isCached ? {} : { cacheReadTokens: 0, cacheWriteTokens: 0 };
    return sum + costMicros({ ...call, ...cache }, price);
  }, 0);
  return micros / 1_000_000;
}

const model = new ScriptedModel();
const server = createServer(async (request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(streamOf(model, JSON.parse(await textOf(request))));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const send: Fetch = async (url, init) => boundedAnswer(await fetch(url, init), { signal: init.signal! });
const connection = { fetch: send, clock: systemClock, timeouts: DEFAULT_TIMEOUTS };
const provider = createAnthropicProvider({ connection, apiKey: "sk-bench", baseUrl });

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
server.close();
