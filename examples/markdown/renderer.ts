/** Writes blocks as HTML, one block to a line. */
import type { Alignment, Block } from "./block.ts";
import { escapeHtml, renderInline } from "./inline.ts";
import { lex } from "./lexer.ts";

export function markdownToHtml(markdown: string): string {
  return renderBlocks(lex(markdown));
}

export function renderBlocks(blocks: readonly Block[]): string {
  return blocks.map((block) => `${renderBlock(block)}\n`).join("");
}

function renderBlock(block: Block): string {
  switch (block.type) {
    case "heading":
      return `<h${block.level}>${renderInline(block.text)}</h${block.level}>`;
    case "paragraph":
      return `<p>${renderInline(block.text)}</p>`;
    case "code":
      return `<pre><code${languageClass(block.language)}>${escapeHtml(block.text)}</code></pre>`;
    case "quote":
      return `<blockquote>\n${renderBlocks(block.blocks)}</blockquote>`;
    case "list":
      return renderList(block);
    case "table":
      return renderTable(block);
    case "rule":
      return "<hr>";
  }
}

const languageClass = (language: string) => (language === "" ? "" : ` class="language-${escapeHtml(language)}"`);

function renderList({ ordered, start, tight, items }: Extract<Block, { type: "list" }>): string {
  const tag = ordered ? "ol" : "ul";
  const opening = ordered && start !== 1 ? `<ol start="${start}">` : `<${tag}>`;
  const html = items.map((blocks) => `<li>${renderItem(blocks, tight)}</li>\n`);
  return `${opening}\n${html.join("")}</${tag}>`;
}

/** The text of a tight list stands in its item without a paragraph around it. */
function renderItem(blocks: readonly Block[], tight: boolean): string {
  const parts = blocks.map((block) =>
    tight && block.type === "paragraph" ? renderInline(block.text) : renderBlock(block),
  );
  return parts.length > 1 || !tight ? `${parts.join("\n")}\n` : parts.join("");
}

function renderTable({ header, alignments, rows }: Extract<Block, { type: "table" }>): string {
  const row = (cells: readonly string[], tag: "th" | "td") =>
    `<tr>${cells.map((cell, column) => renderCell(cell, tag, alignments[column])).join("")}</tr>\n`;
  const body = rows.length > 0 ? `<tbody>\n${rows.map((cells) => row(cells, "td")).join("")}</tbody>\n` : "";
  return `<table>\n<thead>\n${row(header, "th")}</thead>\n${body}</table>`;
}

function renderCell(text: string, tag: "th" | "td", alignment: Alignment): string {
  const align = alignment ? ` align="${alignment}"` : "";
  return `<${tag}${align}>${renderInline(text)}</${tag}>`;
}
