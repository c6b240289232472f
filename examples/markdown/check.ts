/** What the converter promises, checked before it converts anything. */
import { markdownToHtml } from "./renderer.ts";

const CASES: [markdown: string, html: string][] = [
  ["# Title #", "<h1>Title</h1>"],
  ["#hashtag", "<p>#hashtag</p>"],
  ["one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>"],
  [
    "*em* **strong** ***both*** ~~gone~~",
    "<p><em>em</em> <strong>strong</strong> <em><strong>both</strong></em> <del>gone</del></p>",
  ],
  ["**bold with *em* inside**", "<p><strong>bold with <em>em</em> inside</strong></p>"],
  [
    "***em* in bold** and ***bold** in em*",
    "<p><strong><em>em</em> in bold</strong> and <em><strong>bold</strong> in em</em></p>",
  ],
  ["snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"],
  ["\\*not em\\*", "<p>*not em*</p>"],
  ["`a < b` and `` ` ``", "<p><code>a &lt; b</code> and <code>`</code></p>"],
  ["`**code**` is code", "<p><code>**code**</code> is code</p>"],
  ['[text](/url "title")', '<p><a href="/url" title="title">text</a></p>'],
  [
    "[**bold** link](https://example.org/a_(b))",
    '<p><a href="https://example.org/a_(b)"><strong>bold</strong> link</a></p>',
  ],
  ["[a `]` b](/c) and [no link]", '<p><a href="/c">a <code>]</code> b</a> and [no link]</p>'],
  ["[x](javascript:alert(1))", '<p><a href="">x</a></p>'],
  ['![a "cat"](/cat.png)', '<p><img src="/cat.png" alt="a &quot;cat&quot;"></p>'],
  [
    "<https://example.org/?a=1&b=2>",
    '<p><a href="https://example.org/?a=1&amp;b=2">https://example.org/?a=1&amp;b=2</a></p>',
  ],
  ["<script>alert(1)</script> & more", "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>"],
  ["two spaces  \nbreak", "<p>two spaces<br>\nbreak</p>"],
  ["- a\n- b\n  - c\n- d", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n<li>d</li>\n</ul>"],
  ["- a\n\n- b", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>"],
  ["3. three\n4. four", '<ol start="3">\n<li>three</li>\n<li>four</li>\n</ol>'],
  ["> quoted\n> > deeper", "<blockquote>\n<p>quoted</p>\n<blockquote>\n<p>deeper</p>\n</blockquote>\n</blockquote>"],
  ["```js\na < b\n\n# no heading\n```", '<pre><code class="language-js">a &lt; b\n\n# no heading\n</code></pre>'],
  [
    "a | b\n:- | -:\n1 | `x\\|y`",
    '<table>\n<thead>\n<tr><th align="left">a</th><th align="right">b</th></tr>\n</thead>\n<tbody>\n<tr><td align="left">1</td><td align="right"><code>x|y</code></td></tr>\n</tbody>\n</table>',
  ],
  ["above\n***\nbelow", "<p>above</p>\n<hr>\n<p>below</p>"],
];

/** Throws at the first broken promise; returns how many were kept. */
export function checkConverter(): number {
  for (const [markdown, expected] of CASES) {
    const actual = markdownToHtml(markdown).trimEnd();
    if (actual !== expected) throw new Error(`${JSON.stringify(markdown)} gave\n${actual}\ninstead of\n${expected}`);
  }
  return CASES.length;
}
