/**
 * A model that says what is expected of a meeting, over HTTP in Anthropic's protocol: as one program, or as tool calls
 * where it is offered tools. It answers at once.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { meetingRound } from "../../../worker/llm/mock-meeting-calls.ts";
import type { Findings } from "../../../worker/llm/mock-meeting-findings.ts";
import { meetingProgram } from "../../../worker/llm/mock-meeting-program.ts";
import { estimateTokens } from "../../../worker/llm/usage.ts";

export const MEETING_MODEL = "claude-sonnet-5";

type Block = { type: string; text?: string; content?: string; tool_use_id?: string; cache_control?: unknown };
interface Asked {
  readonly system: readonly Block[];
  readonly tools?: readonly { name: string }[];
  readonly messages: readonly { role: string; content: string | readonly Block[] }[];
}

const blocksOf = ({ content }: Asked["messages"][number]): readonly Block[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : content;

class ScriptedModel {
  findings: Findings = { findings: [], named: new Map(), called: new Map(), known: new Set() };
  /** Milliseconds from each whole request to the end of its answer. */
  readonly tookMs: number[] = [];
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
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    content: [],
    model: MEETING_MODEL,
    stop_reason: null,
  };
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

export interface MeetingModel {
  readonly baseUrl: string;
  readonly model: ScriptedModel;
  close(): void;
}

export async function startMeetingModel(): Promise<MeetingModel> {
  const model = new ScriptedModel();
  const server = createServer(async (request, response) => {
    const asked = JSON.parse(await textOf(request));
    const startedAt = performance.now();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(streamOf(model, asked), () => model.tookMs.push(performance.now() - startedAt));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { baseUrl, model, close: () => void server.close() };
}
