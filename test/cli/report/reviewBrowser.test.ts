import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { ReviewRow } from "../../../provider/cli/report/review";
import { reviewPage } from "../../../provider/cli/report/reviewPage";
import { runProcess } from "../../process";
import { BrowserPage, browserArguments, findBrowser } from "./browser";
import { large, row, rows, sample, shopId } from "./reviewSample";

const found = findBrowser();
const skip =
  found === undefined
    ? "chromium and chromedriver are not installed: `apt-get install chromium chromium-driver`"
    : false;
const browser = found ?? { chromium: "", driver: "" };

/** The pictures stay here, for people to look at. @default a folder that goes with the test */
const kept = process.env["REVIEW_PICTURES"];

/** By how much the page is wider than the window, or a cell of it than the cell has room. */
const excess = `return Math.max(...[document.documentElement, ...document.querySelectorAll("td, th")].map((each) => each.scrollWidth - each.clientWidth))`;

/** Words that are on more than one line, where it is not between the parts of a name. */
const brokenWords = `return [...document.querySelectorAll("td div, th button")].flatMap((element) => {
  const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const broken = [];
  while (nodes.nextNode()) {
    for (const { 0: word, index } of nodes.currentNode.data.matchAll(/[^\\s-]+-?/g)) {
      const range = document.createRange();
      range.setStart(nodes.currentNode, index);
      range.setEnd(nodes.currentNode, index + word.length);
      if (range.getClientRects().length > 1) broken.push(word);
    }
  }
  return broken;
})`;

const rowsShown = `return [...document.querySelectorAll("#access tbody tr")].filter((row) => row.offsetParent !== null).map((row) => row.cells[1].textContent)`;

describe("the page of a review in a browser", { skip }, () => {
  let folder: string;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    response.end();
  });
  const open = async (name: string, page: string): Promise<string> => {
    const file = path.join(folder, `${name}.html`);
    await writeFile(file, page);
    return pathToFileURL(file).href;
  };

  before(async () => {
    folder = kept ?? (await mkdtemp(path.join(tmpdir(), "review-")));
    await mkdir(folder, { recursive: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    server.close();
    if (kept === undefined) {
      await rm(folder, { recursive: true, maxRetries: 3 });
    }
  });

  test("sorts by each column in both orders, with what has no value last", async () => {
    const page = await BrowserPage.open(browser, await open("sorted", reviewPage(sample())));
    try {
      const sortedBy = async (column: number): Promise<unknown> => {
        await page.click(`#access th:nth-child(${column}) button`);
        return page.run(rowsShown);
      };
      const [ada, mallory, tess] = ["ada@example.com", "mallory@example.com", "tess@example.com"];
      assert.deepEqual(await sortedBy(2), [ada, mallory, tess]);
      assert.deepEqual(await sortedBy(2), [tess, mallory, ada]);
      assert.equal(
        await page.run(`return document.querySelector("#access th:nth-child(2)").ariaSort`),
        "descending",
      );
      // Since: Mallory's is not known.
      assert.deepEqual(await sortedBy(6), [ada, tess, mallory]);
      assert.deepEqual(await sortedBy(6), [tess, ada, mallory]);
    } finally {
      await page.close();
    }
  });

  test("filters by words and by boxes, and says what it shows", async () => {
    const page = await BrowserPage.open(browser, await open("filtered", reviewPage(sample())));
    try {
      const status = `return document.getElementById("shown").textContent`;
      assert.equal(await page.run(status), "3 rows.");
      await page.type("#text", "Mallory operations");
      assert.deepEqual(await page.run(rowsShown), ["mallory@example.com"]);
      assert.equal(await page.run(status), "1 of 3 rows: “Mallory operations”.");
      await page.run(`text.value = ""; text.dispatchEvent(new Event("input"))`);
      await page.click("#undeclared");
      assert.deepEqual(await page.run(rowsShown), ["mallory@example.com", "tess@example.com"]);
      await page.click("#invited");
      assert.deepEqual(await page.run(rowsShown), ["tess@example.com"]);
      assert.equal(await page.run(status), "1 of 3 rows: Not declared, Invited only.");
    } finally {
      await page.close();
    }
  });

  test("runs nothing and loads nothing that a name in Atlas brings along, nor a script that is put in later", async () => {
    const { port } = server.address() as AddressInfo;
    const evil = `</td><script>window.ran = true</script><img src="http://127.0.0.1:${port}/img" onerror="window.ran = true">`;
    const hostile = sample({
      projects: [{ projectId: shopId, name: evil, rows: [row({ username: evil })] }],
    });
    // As if the escaping had failed.
    const unescaped = reviewPage(hostile)
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"');
    for (const [name, html] of [
      ["hostile", reviewPage(hostile)],
      ["unescaped", unescaped],
    ] as const) {
      const page = await BrowserPage.open(browser, await open(name, html));
      try {
        await page.run(
          `const late = document.createElement("script"); late.textContent = "window.ran = true"; document.body.append(late);`,
        );
        assert.equal(await page.run("return window.ran === undefined"), true, name);
        assert.deepEqual(requests, [], name);
      } finally {
        await page.close();
      }
    }
  });

  test("breaks long names between their parts, and one that has none so that all stays on the page", async () => {
    const roles = ["GROUP_DATA_ACCESS_READ_WRITE", "GROUP_STREAM_PROCESSING_OWNER"];
    const [ada = row()] = rows;
    const long = row({
      username: "christopher.montgomery-featherstone@subsidiary.example.com",
      way: { kind: "project", roles },
      declaredBy: ada.declaredBy,
      undeclaredRoles: roles,
    });
    const pageOf = (...more: ReviewRow[]): string =>
      reviewPage(
        sample({
          projects: [{ projectId: shopId, name: "payments-production-eu", rows: [...rows, ...more] }],
        }),
      );
    const endless = row({ username: `${"x".repeat(200)}@example.com` });
    for (const [name, html, isBroken] of [
      ["long", pageOf(long), false],
      ["endless", pageOf(long, endless), true],
    ] as const) {
      const page = await BrowserPage.open(browser, await open(name, html));
      try {
        for (const width of [1000, 1151, 1300, 1600]) {
          await page.resize(width, 900);
          assert.equal(await page.run(excess), 0, `${name}, ${width} wide`);
          const broken = (await page.run(brokenWords)) as string[];
          const where = `${name}, ${width} wide: ${broken.join(" ")}`;
          assert.ok(
            broken.every((word) => isBroken && word.startsWith("xxx")),
            where,
          );
        }
      } finally {
        await page.close();
      }
    }
  });

  for (const count of [3, 500]) {
    test(`fits narrow and wide screens and paper with ${count} rows`, async () => {
      const page = await BrowserPage.open(browser, await open(`rows-${count}`, reviewPage(large(count))));
      try {
        for (const [width, isPrinted] of [
          [360, false],
          [800, false],
          [821, false],
          [1000, false],
          [1151, false],
          [1300, false],
          [1400, false],
          [950, true],
        ] as const) {
          await page.resize(width, 900);
          await page.print(isPrinted);
          assert.equal(await page.run(excess), 0, `${width} wide`);
          assert.equal(((await page.run(rowsShown)) as string[]).length, count);
          const isTable = await page.run(
            `return getComputedStyle(document.querySelector("#access tbody tr")).display`,
          );
          assert.equal(isTable, isPrinted || width > 1150 ? "table-row" : "block");
          const tools = await page.run(`return document.querySelector(".tools").offsetParent !== null`);
          assert.equal(tools, !isPrinted);
        }
      } finally {
        await page.close();
      }
    });

    for (const width of [500, 1000, 1300, 1600]) {
      test(`makes a picture with ${count} rows, ${width} wide`, async () => {
        const url = await open(`rows-${count}`, reviewPage(large(count)));
        const picture = path.join(folder, `rows-${count}-${width}.png`);
        const { code, stderr } = await runProcess(
          browser.chromium,
          [...browserArguments, `--window-size=${width},1200`, `--screenshot=${picture}`, url],
          { env: process.env, limitMs: 60_000 },
        );
        assert.equal(code, 0, stderr);
        const bytes = await readFile(picture);
        assert.equal(bytes.readUInt32BE(16), width, "width in the head of a PNG");
        // A blank one is a tenth of that.
        assert.ok(bytes.length > 30_000, `${bytes.length} bytes`);
      });
    }
  }
});
