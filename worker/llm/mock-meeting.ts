/**
 * What the mock provider answers where it is asked to process a meeting: a program, calls of tools, or a review, whichever
 * the request asks for. It knows such a request as a model would: by its transcript, its declarations and its tools.
 */
import { spokenWords } from "../domain/evidence.ts";
import { type MeetingRound, meetingRound } from "./mock-meeting-calls.ts";
import { findingsIn } from "./mock-meeting-findings.ts";
import { meetingProgram, type ProgramFlaw } from "./mock-meeting-program.ts";
import { meetingOf } from "./mock-meeting-prompt.ts";

/** A request of the chat-completions protocol, as far as it matters here. */
export interface AskedChat {
  readonly messages: readonly {
    readonly role: string;
    readonly content?: string | null | undefined;
    readonly tool_calls?: readonly unknown[] | undefined;
    readonly tool_call_id?: string | undefined;
  }[];
  /** Names of the tools that were offered. */
  readonly tools: readonly string[];
}

/** Null for a request that is about no meeting. */
export function meetingAnswer({ messages, tools }: AskedChat): MeetingRound | null {
  const prompt = messages.find(({ role, content }) => role === "user" && content?.includes("<transcript>"))?.content;
  const meeting = prompt ? meetingOf(prompt) : null;
  if (!prompt || !meeting) return null;
  const system = messages.find(({ role }) => role === "system" || role === "developer")?.content ?? "";
  const program = /<program>\n([\s\S]*)\n<\/program>/.exec(prompt)?.[1];
  if (program !== undefined) return said(reviewOf(program, meeting.utterances));
  if (tools.includes("stories_findByKey")) {
    const results = new Map(messages.flatMap(({ tool_call_id: id, content }) => (id ? [[id, content ?? ""]] : [])));
    const answered = messages.filter(({ tool_calls: calls }) => calls !== undefined && calls.length > 0).length;
    return meetingRound(findingsIn(meeting), { answered, results, tools });
  }
  if (!/<declarations>[\s\S]*\bstories\b/.test(system)) return null;
  const isFirst = messages.filter(({ role }) => role === "user").length === 1;
  const source = meetingProgram(findingsIn(meeting), isFirst ? flawIn(prompt) : null);
  // JSON writes no line breaks, so that no line of the program can close the block.
  return said(`Here is a program, written by the mock provider.\n\n\`\`\`typescript\n${source}\n\`\`\`\n`);
}

function said(text: string): MeetingRound {
  return { text, calls: [] };
}

/** A transcript may ask to see how a program that is wrong is dealt with. */
function flawIn(prompt: string): ProgramFlaw | null {
  if (/\bmock:type-error\b/.test(prompt)) return "type-error";
  return /\bmock:throws\b/.test(prompt) ? "throws" : null;
}

/** Compares quotes with the transcript, and looks at nothing else. */
function reviewOf(program: string, utterances: readonly { readonly text: string }[]): string {
  const spoken = utterances.map(({ text }) => ` ${spokenWords(text)} `).join("\n");
  const quotes = [...program.matchAll(/\bquote: ("(?:[^"\\]|\\.)*")/g)].map(
    ([, quote]) => JSON.parse(quote!) as string,
  );
  const unsaid = quotes.filter((quote) => !spoken.includes(` ${spokenWords(quote)} `));
  if (unsaid.length === 0) {
    return `APPROVED\nThe mock provider found each of the ${quotes.length} quotes in the transcript. It looks at nothing else.`;
  }
  return `OBJECTIONS\n${unsaid.map((quote) => `- nobody said ${JSON.stringify(quote)}`).join("\n")}`;
}
