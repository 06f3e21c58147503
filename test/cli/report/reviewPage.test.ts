import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { reviewPage } from "../../../provider/cli/report/reviewPage";
import { row, sample, shopId } from "./reviewSample";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("base64");

describe("the page of a review", () => {
  test("permits its own style and script by their hashes, and nothing else", () => {
    const page = reviewPage(sample());
    const contents = (name: string): string[] =>
      [...page.matchAll(new RegExp(`<${name}[^>]*>([^]*?)</${name}>`, "g"))].map(([, text = ""]) => text);
    const [style = "", ...otherStyles] = contents("style");
    const [script = "", ...otherScripts] = contents("script");
    assert.deepEqual([otherStyles, otherScripts], [[], []]);
    const [, policy] = /<meta http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(page) ?? [];
    assert.equal(
      policy,
      `default-src 'none'; style-src 'sha256-${hashOf(style)}'; script-src 'sha256-${hashOf(script)}'; base-uri 'none'; form-action 'none'`,
    );
  });

  test("needs no other file and no network", () => {
    const page = reviewPage(sample());
    assert.doesNotMatch(
      page,
      /\b(src|href|action|background|poster|srcset)\s*=|@import|url\(|https?:|<(link|img|iframe|object|base|form)\b/i,
    );
    assert.doesNotMatch(page, /\son\w+\s*=|\sstyle\s*=/i);
    assert.doesNotMatch(page, /\{\{/);
  });

  test("escapes whatever Atlas, a program or a stack says", () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&amp;{{rows}}$&\u202e`;
    const shown =
      "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;{{rows}}$&amp;\\u202e";
    const hostile = row({
      username: evil,
      isOwner: true,
      way: { kind: "team", teamIds: ["t"], roles: [evil] },
      teams: [evil],
      declaredBy: [{ stack: evil, resource: evil, urn: evil, roles: undefined, since: undefined }],
      undeclaredRoles: [evil],
      since: { at: evil, because: "declared" },
      lastSignIn: evil,
    });
    const invited = row({
      isPending: true,
      invitation: { sentAt: evil, expiresAt: evil, sentBy: evil },
    });
    const page = reviewPage(
      sample({
        stacks: [evil],
        gaps: [evil],
        projects: [{ projectId: evil, name: evil, rows: [hostile, invited] }],
      }),
    );
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.doesNotMatch(page, /<img|onerror='/);
    assert.ok(page.split(shown).length > 15, String(page.split(shown).length));
  });

  test("has its gaps, a line for each project, and a row for each way", () => {
    const page = reviewPage(sample({ gaps: ["Teams are shown by their ids."] }));
    assert.match(page, /<li>Gap: Teams are shown by their ids\.<\/li>/);
    assert.match(
      page,
      new RegExp(`<div>shop \\(${shopId}\\)</div>.*<div><span>mallory@<wbr>example\\.<wbr>com</span></div>`),
    );
    assert.equal(page.match(/<td data-label="User">/g)?.length, 3);
    assert.match(page, /<tr class="owner undeclared">/);
  });

  test("says nothing of what is declared when no stack was named", () => {
    assert.doesNotMatch(
      reviewPage(sample({ stacks: [] })),
      /<th scope="col">(Declared by|Undeclared)|<tr class="[^"]*undeclared/,
    );
  });
});
