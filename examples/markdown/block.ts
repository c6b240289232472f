/** The tree that the lexer builds and the renderer walks. Text is still Markdown here; `inline.ts` reads it. */

export type Block =
  | { type: "heading"; level: number; text: string }
  | { type: "paragraph"; text: string }
  | { type: "code"; language: string; text: string }
  | { type: "quote"; blocks: Block[] }
  | { type: "list"; ordered: boolean; start: number; tight: boolean; items: Block[][] }
  | { type: "table"; header: string[]; alignments: Alignment[]; rows: string[][] }
  | { type: "rule" };

export type Alignment = "left" | "center" | "right" | undefined;
