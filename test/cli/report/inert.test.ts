import assert from "node:assert/strict";
import { test } from "node:test";
import { harmless, inMarkdown, onOneLine } from "../../../provider/cli/report/inert";
import { markdownTable } from "../../../provider/cli/report/tables";

test("shows control characters, which then do nothing to a terminal", () => {
  assert.equal(
    harmless("a\u001b]0;title\u0007\u009b2J\r\n\tb"),
    "a\\u001b]0;title\\u0007\\u009b2J\\u000d\n\tb",
  );
});

test("shows characters that turn the direction of writing, or that nobody sees", () => {
  const hidden = [
    ..."\u202a\u202e\u2066\u2069\u061c\u200e\u200f\u00ad\u200b\u200d\ufeff\u2028\u2029\u{e0041}",
    "\ud800",
  ];
  for (const character of hidden) {
    const shown = harmless(`a${character}b`);
    assert.match(shown, /^a(\\u[0-9a-f]{4})+b$/);
    assert.equal(JSON.parse(`"${shown}"`), `a${character}b`, "JSON reads it as what it is");
  }
});

test("leaves letters, marks and signs of any language as they are", () => {
  const text = "Zoë, Łukasz, 李雷, محمد, हिन्दी, 👍🏽 – «x»";
  assert.equal(harmless(text), text);
  assert.equal(onOneLine(text), text);
});

test("shows line feeds in what is one line", () => {
  assert.equal(onOneLine("a\n\tb\r"), "a\\u000a\\u0009b\\u000d");
});

test("keeps text from being a column, markup, a link, a mention or a reference", () => {
  const gap = "<!-- -->";
  for (const [text, cell] of [
    ["x | y", "x \\| y"],
    ["[z](https://example.com) www", `\\[z\\](https:${gap}//example.com) www`],
    ["(@team\r\nof <b>, ada@example.com", `(@${gap}team of \\<b\\>, ada@example.com`],
    ["&#64;x\u2028/close #12", `&amp;#${gap}64;x /close #${gap}12`],
    ["www.example.com WWW.example.com", `www${gap}.example.com WWW${gap}.example.com`],
    [".@name _@name +@name -@name", `.@${gap}name \\_@${gap}name +@${gap}name -@${gap}name`],
    ["GH-1 gh-2 a/b#3 !4 &5", `GH-${gap}1 gh-${gap}2 a/b#${gap}3 !${gap}4 &amp;${gap}5`],
    ['%"v1" %v1 ~bug 100 %', `%${gap}"v1" %${gap}v1 \\~bug 100 %`.replace("~", `~${gap}`)],
    ["ftp://x :tada: $x$", `ftp:${gap}//x :${gap}tada: &#36;${gap}x&#36;${gap}`],
    ["<img src=x onerror=1> `code` <!-- x -->", "\\<img src=x onerror=1\\> \\`code\\` \\<!-- x --\\>"],
    ["a\u202eb\u001b[2J", "a\\\\u202eb\\\\u001b\\[2J"],
  ] as const) {
    assert.equal(inMarkdown(text), cell);
    assert.equal(markdownTable(["a"], [[text]]), `| a |\n| --- |\n| ${cell} |`);
  }
});
