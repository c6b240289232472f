/**
 * Splits Markdown into blocks. A block that holds others (a quote, a list item) is stripped of its marker and read
 * again by the same function, so nesting needs no special case. Left out on purpose: indented code, underlined
 * headings, link definitions and raw HTML.
 */
import type { Alignment, Block } from "./block.ts";

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const FENCE = /^( {0,3})(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])(?:( +)(.*)|$)/;
const TABLE_RULE = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** Lines with a place to read from; each `read…` takes its block's lines, or takes none and gives nothing. */
interface Source {
  readonly lines: readonly string[];
  at: number;
}

type Reader = (source: Source) => Block | undefined;

const READERS: readonly Reader[] = [readFence, readHeading, readRule, readQuote, readList, readTable, readParagraph];

export function lex(markdown: string): Block[] {
  return readBlocks(markdown.replace(/\r\n?/g, "\n").replaceAll("\t", "    ").split("\n"));
}

function readBlocks(lines: readonly string[]): Block[] {
  const source: Source = { lines, at: 0 };
  const blocks: Block[] = [];
  while (source.at < lines.length) {
    if (isBlank(lines[source.at])) {
      source.at += 1;
      continue;
    }
    for (const read of READERS) {
      const block = read(source);
      if (!block) continue;
      blocks.push(block);
      break;
    }
  }
  return blocks;
}

function readFence(source: Source): Block | undefined {
  const match = FENCE.exec(source.lines[source.at]!);
  if (!match) return undefined;
  const [, indent = "", fence = "", language = ""] = match;
  const closing = new RegExp(`^ {0,3}${fence[0]}{${fence.length},} *$`);
  const text: string[] = [];
  source.at += 1;
  while (source.at < source.lines.length) {
    const line = source.lines[source.at]!;
    source.at += 1;
    if (closing.test(line)) break;
    text.push(unindent(line, indent.length));
  }
  return { type: "code", language, text: text.map((line) => `${line}\n`).join("") };
}

function readHeading(source: Source): Block | undefined {
  const match = HEADING.exec(source.lines[source.at]!);
  if (!match) return undefined;
  source.at += 1;
  return { type: "heading", level: match[1]!.length, text: match[2] ?? "" };
}

function readRule(source: Source): Block | undefined {
  if (!RULE.test(source.lines[source.at]!)) return undefined;
  source.at += 1;
  return { type: "rule" };
}

function readQuote(source: Source): Block | undefined {
  if (!QUOTE.test(source.lines[source.at]!)) return undefined;
  const inner: string[] = [];
  for (; source.at < source.lines.length; source.at += 1) {
    const line = source.lines[source.at]!;
    // A paragraph inside a quote may go on without its marker.
    if (!QUOTE.test(line) && (isBlank(line) || startsBlock(line))) break;
    inner.push(line.replace(QUOTE, ""));
  }
  return { type: "quote", blocks: readBlocks(inner) };
}

function readList(source: Source): Block | undefined {
  const first = ITEM.exec(source.lines[source.at]!);
  if (!first) return undefined;
  const marker = markerKind(first);
  const items: Block[][] = [];
  let tight = true;
  let endedBlank = false;
  while (source.at < source.lines.length) {
    const line = source.lines[source.at]!;
    const match = ITEM.exec(line);
    if (!match || markerKind(match) !== marker || RULE.test(line)) break;
    const { lines, trailingBlank } = readItem(source, match);
    const blocks = readBlocks(lines);
    // Blank lines between items, or between the blocks of one, make all of them paragraphs.
    if (endedBlank || hasBlankBetween(lines, blocks)) tight = false;
    endedBlank = trailingBlank;
    items.push(blocks);
  }
  return { type: "list", ordered: first[3] !== undefined, start: Number(first[3] ?? 1), tight, items };
}

/** Takes one item's lines, without marker and indentation. */
function readItem(source: Source, match: RegExpExecArray): { lines: string[]; trailingBlank: boolean } {
  const [, indent = "", marker = "", , spaces = " ", text = ""] = match;
  // More than four spaces after the marker belong to the text.
  const width = indent.length + marker.length + (spaces.length > 4 ? 1 : spaces.length);
  const lines = [text];
  source.at += 1;
  for (; source.at < source.lines.length; source.at += 1) {
    const line = source.lines[source.at]!;
    const belongs = isBlank(line) || indentOf(line) >= width;
    const continuesParagraph = !isBlank(lines.at(-1)) && !startsBlock(line);
    if (!belongs && !continuesParagraph) break;
    lines.push(unindent(line, width));
  }
  const trailingBlank = lines.length > 1 && isBlank(lines.at(-1));
  while (lines.length > 1 && isBlank(lines.at(-1))) lines.pop();
  return { lines, trailingBlank };
}

function readTable(source: Source): Block | undefined {
  const [head, rule] = source.lines.slice(source.at, source.at + 2);
  if (!head?.includes("|") || rule === undefined || !TABLE_RULE.test(rule)) return undefined;
  const header = cellsOf(head);
  const alignments = cellsOf(rule).map(alignmentOf);
  if (header.length !== alignments.length) return undefined;
  const rows: string[][] = [];
  for (source.at += 2; source.at < source.lines.length; source.at += 1) {
    const line = source.lines[source.at]!;
    if (isBlank(line) || startsBlock(line)) break;
    const cells = cellsOf(line);
    // Short rows are filled up and long ones cut: a table has as many columns as its header.
    rows.push(header.map((_, column) => cells[column] ?? ""));
  }
  return { type: "table", header, alignments, rows };
}

/** What nothing else took. Always takes at least one line, so reading always ends. */
function readParagraph(source: Source): Block {
  const lines = [source.lines[source.at]!];
  for (source.at += 1; source.at < source.lines.length; source.at += 1) {
    const line = source.lines[source.at]!;
    if (isBlank(line) || startsBlock(line)) break;
    lines.push(line);
  }
  return {
    type: "paragraph",
    text: lines
      .map((line) => line.trimStart())
      .join("\n")
      .trimEnd(),
  };
}

/** Whether a line interrupts a paragraph. */
function startsBlock(line: string): boolean {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((pattern) => pattern.test(line));
}

/** A change of the bullet, or from bullets to numbers, begins a new list. */
function markerKind(item: RegExpExecArray): string {
  return item[3] === undefined ? item[2]! : item[2]!.at(-1)!;
}

function hasBlankBetween(lines: readonly string[], blocks: readonly Block[]): boolean {
  return blocks.length > 1 && lines.some((line, index) => isBlank(line) && isTopLevel(lines[index + 1]));
}

const isTopLevel = (line: string | undefined) => line !== undefined && !isBlank(line) && indentOf(line) === 0;

/** Splits at bars that are not escaped; bars at both ends are optional. */
function cellsOf(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function alignmentOf(cell: string): Alignment {
  if (cell.startsWith(":") && cell.endsWith(":")) return "center";
  if (cell.endsWith(":")) return "right";
  return cell.startsWith(":") ? "left" : undefined;
}

const isBlank = (line: string | undefined) => line === undefined || line.trim() === "";

const indentOf = (line: string) => line.length - line.trimStart().length;

/** Removes up to `width` leading spaces. */
const unindent = (line: string, width: number) => line.slice(Math.min(width, indentOf(line)));
