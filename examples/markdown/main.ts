// Converts sample.md to HTML. Change the sample, or the converter, and run again.
import { checkConverter } from "./check.ts";
import { lex } from "./lexer.ts";
import { renderBlocks } from "./renderer.ts";
import sample from "./sample.md";

const checks = checkConverter();
console.error(`${checks} checks passed.`);

const blocks = lex(sample);
const html = renderBlocks(blocks);
console.log(html);

const headings = blocks.flatMap((block) => (block.type === "heading" ? [block.text] : []));
export default { checks, blocks: blocks.length, characters: html.length, headings };
