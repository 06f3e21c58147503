import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { type ProcessResult, runProcess } from "../process";
import { FakeGitHub, FakeGitLab, type Forge } from "./forges";

const script = path.join(__dirname, "../../examples/gitops/ci/publish.mts");
const commentMark = "<!-- atlas-access: preview -->";
const issueMark = "<!-- atlas-access: drift -->";
const issueTitle = "MongoDB Atlas differs from what is declared";
const commentOf = (stack: string): string => `<!-- atlas-access: preview of stack ${stack} -->`;
const issueOf = (stack: string): string => `<!-- atlas-access: drift of stack ${stack} -->`;

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "publish-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs the script with nothing in its environment but what is given, and Node's cache, as it runs a hundred times. */
function publish(args: string[], env: Record<string, string>): Promise<ProcessResult> {
  const { NODE_COMPILE_CACHE } = process.env;
  return runProcess(process.execPath, [script, ...args], {
    env: { NODE_COMPILE_CACHE, ...env },
    cwd: folder,
  });
}

async function report(content: string): Promise<string> {
  const file = path.join(folder, "report.md");
  await writeFile(file, content);
  return file;
}

/** Where a server has been, and is no more. */
async function addressOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const said = (stdout: string): ProcessResult => ({ code: 0, stdout: `${stdout}\n`, stderr: "" });
const failed = (stderr: string): ProcessResult => ({ code: 1, stdout: "", stderr: `${stderr}\n` });

for (const Fake of [FakeGitHub, FakeGitLab]) {
  describe(`publishing on ${Fake.name.slice("Fake".length)}`, () => {
    let forge: Forge;
    /** Of the comments, the issues, and for what the token lacks. */
    let comments: string;
    let issues: string;
    let mayComment: string;
    let mayIssue: string;
    let edit: string;

    beforeEach(async () => {
      forge = await new Fake().start();
      const isGitHub = forge.name === "GitHub";
      const base = isGitHub ? "/repos/acme/atlas-access" : "/projects/9";
      issues = `${base}/issues`;
      comments = isGitHub ? `${issues}/5/comments` : `${base}/merge_requests/5/notes`;
      edit = isGitHub ? "PATCH" : "PUT";
      const gitLab =
        "make a project access token with the role Reporter and the scope api, and set it as the CI/CD variable GITLAB_TOKEN";
      mayComment = isGitHub ? "give the job the permission 'pull-requests: write'" : gitLab;
      mayIssue = isGitHub ? "give the job the permission 'issues: write'" : gitLab;
    });

    afterEach(() => forge.stop());

    const run = async (args: string[], env: Record<string, string> = {}): Promise<ProcessResult> =>
      publish(args, { ...forge.env(), ...env });
    const comment = async (content: string, env: Record<string, string> = {}): Promise<ProcessResult> =>
      run(["comment", await report(content)], env);
    const issue = async (content: string, env: Record<string, string> = {}): Promise<ProcessResult> =>
      run(["issue", await report(content)], env);

    test("keeps a comment for each stack, also where one name begins with the other", async () => {
      for (const text of ["1 to create", "2 to create"]) {
        for (const stackVariable of ["prod", "production", "acme/atlas-access/prod"]) {
          await comment(text, { STACK: stackVariable });
        }
      }
      assert.deepEqual(
        forge.comments.map(({ body }) => body),
        ["prod", "production", "acme/atlas-access/prod"].map((stack) => `${commentOf(stack)}\n2 to create`),
      );
    });

    test("keeps an issue for each stack, and closes none of another", async () => {
      for (const stackVariable of ["prod", "production"]) {
        assert.deepEqual(
          await issue("Bob was added", { STACK: stackVariable }),
          said("An issue has been opened."),
        );
        assert.deepEqual(
          await issue("Eve was added", { STACK: stackVariable }),
          said(`Issue ${forge.issues.length} has been updated.`),
        );
      }
      assert.deepEqual(await run(["healed"], { STACK: "prod" }), said("Issue 1 has been closed."));
      assert.deepEqual(
        forge.issues.map(({ title, body, isOpen }) => ({ title, body, isOpen })),
        [
          {
            title: "MongoDB Atlas differs from what stack prod declares",
            body: `${issueOf("prod")}\nEve was added\n\n${forge.ways}`,
            isOpen: false,
          },
          {
            title: "MongoDB Atlas differs from what stack production declares",
            body: `${issueOf("production")}\nEve was added\n\n${forge.ways}`,
            isOpen: true,
          },
        ],
      );
      assert.deepEqual(await run(["healed"], { STACK: "prod" }), said("No issue is open."));
      assert.deepEqual(await run(["healed"]), said("No issue is open."));
    });

    test("goes on with the comment and the issue of the time before markers named a stack", async () => {
      forge.addComment(`${commentMark}\n### An update of stack production: 1 to create, 0 unchanged\n`);
      forge.addIssue(
        issueTitle,
        `${issueMark}\n**This is cut off.**\n\n### Stack production has drifted: 2 differences`,
      );
      const env = { STACK: "production" };
      assert.deepEqual(await comment("2 to create", env), said("The comment has been updated."));
      assert.deepEqual(await issue("Eve was added", env), said("Issue 1 has been updated."));
      assert.equal(forge.comments[0]?.body, `${commentOf("production")}\n2 to create`);
      assert.deepEqual(
        forge.issues.map(({ title, body }) => ({ title, body })),
        [
          {
            title: "MongoDB Atlas differs from what stack production declares",
            body: `${issueOf("production")}\nEve was added\n\n${forge.ways}`,
          },
        ],
      );
    });

    test("goes on with a comment about a preview that failed at that time", async () => {
      forge.addComment(
        `${commentMark}\nThe preview failed:\n\n    access.yaml:1: ### Stack staging is wrong`,
      );
      await comment("1 to create", { STACK: "production" });
      assert.deepEqual(
        forge.comments.map(({ body }) => body),
        [`${commentOf("production")}\n1 to create`],
      );
    });

    test("leaves to another stack what was written about it at that time, and prefers its own", async () => {
      const old = `${commentMark}\n### An update of stack staging changes nothing\n`;
      forge.addComment(old);
      forge.addComment(`${commentMark}\n### An update of stack production changes nothing`);
      forge.addComment(`${commentOf("production")}\n1 to create`);
      forge.addIssue(issueTitle, `${issueMark}\n### Stack staging has drifted: 1 difference`);
      const env = { STACK: "production" };
      await comment("2 to create", env);
      assert.deepEqual(await run(["healed"], env), said("No issue is open."));
      assert.deepEqual(
        [forge.comments[0]?.body, forge.comments[2]?.body, forge.issues[0]?.isOpen],
        [old, `${commentOf("production")}\n2 to create`, true],
      );
    });

    test("waits where the forge limits requests, and says so", async () => {
      forge.faults.push(
        { status: 200, body: [] },
        { status: forge.name === "GitHub" ? 403 : 429, headers: { "Retry-After": "1" } },
      );
      assert.deepEqual(await comment("1 to create"), {
        code: 0,
        stdout: "The comment has been added.\n",
        stderr: `${forge.name} limits how many requests it takes: the next one goes out in 1 s.\n`,
      });
      assert.equal(forge.comments.length, 1);
    });

    test("does not wait for an hour, and does not speak of permissions then", async () => {
      const body = { message: "API rate limit exceeded" };
      const prefix = forge.name === "GitHub" ? "X-RateLimit" : "RateLimit";
      const reset = String(Math.floor(Date.now() / 1_000) + 36.5 * 60);
      for (const status of forge.name === "GitHub" ? [403, 429] : [429]) {
        forge.faults.push({
          status,
          body,
          headers: { [`${prefix}-Remaining`]: "0", [`${prefix}-Reset`]: reset },
        });
        assert.deepEqual(
          await comment("1 to create"),
          failed(
            `GET ${forge.url}${comments}?per_page=100&page=1 answered ${status} (API rate limit exceeded): ${forge.name} limits how many requests it takes: run the job again in 37 minutes.`,
          ),
        );
      }
    });

    test("says that the conversation is locked", async () => {
      forge.isLocked = true;
      const { stderr } = await comment("1 to create");
      assert.match(
        stderr,
        /answered 403 \(.*\): the conversation is locked: unlock it, and run the job again\.\n$/,
      );
    });

    test("says that issues are switched off", async () => {
      forge.hasIssues = false;
      for (const result of [await issue("Bob was added"), await run(["healed"])]) {
        assert.match(
          result.stderr,
          /answered 4(03|10) \(.*\): issues are switched off here: switch them on under Settings > /,
        );
      }
    });

    test("says that nothing can change where all is archived", async () => {
      forge.isArchived = true;
      const { stderr } = await issue("Bob was added");
      assert.match(
        stderr,
        /answered 403 \(.*\): the (repository|project) is archived, so nothing in it can change\.\n$/,
      );
    });

    for (const [status, body, says] of [
      [
        404,
        { message: "Not Found" },
        (): string => ` (Not Found): it is not there, or the token may not see it: ${mayComment}`,
      ],
      [410, { message: "Gone" }, (): string => " (Gone): it has been deleted"],
      [413, "<html>\n<h1>413</h1>", (): string => ": the text is longer than this server takes"],
      [
        422,
        {
          message: "Validation Failed",
          errors: [{ resource: "IssueComment", field: "body", code: "custom" }],
        },
        (): string =>
          ` (Validation Failed; resource IssueComment, field body, code custom): ${forge.name} does not take what was sent`,
      ],
      [
        400,
        { message: { note: ["is too long"] } },
        (): string => ` (note is too long): ${forge.name} does not take what was sent`,
      ],
      [
        403,
        { message: "Unable to create comment because issue is locked." },
        (): string =>
          " (Unable to create comment because issue is locked.): the conversation is locked: unlock it, and run the job again",
      ],
      [
        418,
        "short\n\u001b[31mand::stout",
        (): string => " (short [31mand::stout): look up what the answer means",
      ],
    ] as const) {
      test(`says what ${status} means for ${JSON.stringify(body).slice(0, 30)}`, async () => {
        forge.faults.push({ status: 200, body: [] }, { status, body });
        assert.deepEqual(
          await comment("1 to create"),
          failed(`POST ${forge.url}${comments} answered ${status}${says()}.`),
        );
      });
    }

    test("changes what is there once more after a failure, as that does no harm", async () => {
      const own = forge.addComment(`${commentMark}\nold`);
      forge.faults.push({
        status: 200,
        body: [{ ...own, user: { login: "github-actions[bot]" }, author: { id: 41 } }],
      });
      if (forge.name === "GitLab") {
        forge.faults.push({ status: 200, body: { id: 41 } });
      }
      forge.faults.push({ status: 500 });
      assert.deepEqual(await comment("new"), said("The comment has been updated."));
      assert.equal(own.body, `${commentMark}\nnew`);
    });

    test("says that something else than the forge has answered", async () => {
      for (const body of ["<html>Sign in</html>", { message: "welcome" }]) {
        forge.faults.push({ status: 200, body });
        assert.deepEqual(
          await comment("1 to create"),
          failed(
            `GET ${forge.url}${comments}?per_page=100&page=1 was answered by something else than the API: look whether a proxy or a page to sign in is in between.`,
          ),
        );
      }
    });

    test("says that nobody listens there", async () => {
      const name = forge.name === "GitHub" ? "GITHUB_API_URL" : "CI_API_V4_URL";
      const url = await addressOfNobody();
      const { code, stderr } = await comment("1 to create", { [name]: url });
      assert.equal(code, 1);
      assert.equal(
        stderr,
        `GET ${url}${comments}?per_page=100&page=1 got no answer (connect ECONNREFUSED ${url.slice("http://".length)}): look whether this runner reaches it (a proxy in HTTPS_PROXY is used where NODE_USE_ENV_PROXY is 1), or try again later.\n`,
      );
    });

    test("adds one comment, updates it, and leaves it where it says so already", async () => {
      assert.deepEqual(await comment("1 to create\n"), said("The comment has been added."));
      assert.deepEqual(await comment("2 to create\n"), said("The comment has been updated."));
      assert.deepEqual(await comment("2 to create\n"), said("The comment says so already."));
      assert.deepEqual(
        forge.comments.map(({ body }) => body),
        [`${commentMark}\n2 to create`],
      );
      const id = forge.comments[0]?.id;
      const at = forge.name === "GitHub" ? `${issues}/comments/${id}` : `${comments}/${id}`;
      assert.deepEqual(forge.writes(), [`POST ${comments}`, `${edit} ${at}`]);
    });

    test("takes a text with other line ends for the same", async () => {
      forge.addComment(`${commentMark}\r\na\r\nb\r\n`);
      assert.deepEqual(await comment("a\nb\n"), said("The comment says so already."));
    });

    test("finds its comment on a later page, and asks no other server for it", async () => {
      for (let i = 0; i < 230; i++) {
        forge.addComment(`opinion ${i}`);
      }
      const own = forge.addComment(`${commentMark}\nold`);
      await comment("new");
      assert.equal(own.body, `${commentMark}\nnew`);
      assert.equal(forge.comments.length, 231);
      assert.deepEqual(
        forge.requests.filter((line) => line.startsWith(`GET ${comments}`)),
        [1, 2, 3].map((page) => `GET ${comments}?per_page=100&page=${page}`),
      );
    });

    test("does not take a quotation of its comment for its own", async () => {
      forge.addComment(`> ${commentMark}\n> 1 to create\n\nWhy?`);
      forge.addComment(`As it said:\n${commentMark}`);
      await comment("1 to create");
      assert.deepEqual(forge.writes(), [`POST ${comments}`]);
      assert.equal(forge.comments.length, 3);
    });

    test("does not take for its own what somebody else has written below its marker, and could edit later", async () => {
      const others = (["somebody", "deleted"] as const).map((by) =>
        forge.addComment(`${commentMark}\nNothing changes.`, by),
      );
      assert.deepEqual(await comment("Nothing changes."), said("The comment has been added."));
      assert.deepEqual(await comment("2 to delete"), said("The comment has been updated."));
      assert.deepEqual(
        others.map(({ body }) => body),
        [`${commentMark}\nNothing changes.`, `${commentMark}\nNothing changes.`],
      );
      assert.equal(forge.comments[2]?.body, `${commentMark}\n2 to delete`);
      // Whom the token writes as is asked once at most, however much others have written.
      const asked = forge.requests.filter((line) => line === "GET /user");
      assert.equal(asked.length, forge.name === "GitHub" ? 0 : 2);
    });

    test("neither updates nor closes an issue that somebody else has opened with its marker", async () => {
      forge.addIssue(issueTitle, `${issueMark}\nAll is well`, { by: "somebody" });
      forge.addIssue(issueTitle, `${issueMark}\nAll is well`, { by: "deleted" });
      assert.deepEqual(await issue("Eve was added"), said("An issue has been opened."));
      assert.deepEqual(await run(["healed"]), said("Issue 3 has been closed."));
      assert.deepEqual(
        forge.issues.map(({ body, isOpen }) => ({ body, isOpen })),
        [
          { body: `${issueMark}\nAll is well`, isOpen: true },
          { body: `${issueMark}\nAll is well`, isOpen: true },
          { body: `${issueMark}\nEve was added\n\n${forge.ways}`, isOpen: false },
        ],
      );
    });

    test("opens one issue, updates it, and leaves it where it says so already", async () => {
      forge.addIssue("Something else", null);
      forge.addIssue("A pull request", `${issueMark}\nby chance`, { isPullRequest: true });
      assert.deepEqual(await issue("Bob was added\n"), said("An issue has been opened."));
      assert.deepEqual(await issue("Bob was added\n"), said("Issue 3 says so already."));
      assert.deepEqual(await issue("Eve was added\n"), said("Issue 3 has been updated."));
      const { title, body } = forge.issues[2] ?? {};
      assert.deepEqual(
        { title, body },
        { title: issueTitle, body: `${issueMark}\nEve was added\n\n${forge.ways}` },
      );
      assert.deepEqual(forge.writes(), [`POST ${issues}`, `${edit} ${issues}/3`]);
    });

    test("gives the issue its title back", async () => {
      const open = forge.addIssue("Drift?", `${issueMark}\nBob was added`);
      assert.deepEqual(await issue("Bob was added"), said("Issue 1 has been updated."));
      assert.equal(open.title, issueTitle);
    });

    test("closes the issue when there is no drift any more, and opens another for the next", async () => {
      await issue("Bob was added");
      assert.deepEqual(await run(["healed"]), said("Issue 1 has been closed."));
      assert.deepEqual(
        forge.issues.map(({ isOpen, comments: texts }) => ({ isOpen, texts })),
        [{ isOpen: false, texts: ["The drift check finds no difference any more."] }],
      );
      assert.deepEqual(await run(["healed"]), said("No issue is open."));
      assert.deepEqual(await issue("Bob was added"), said("An issue has been opened."));
      assert.equal(forge.issues.length, 2);
    });

    test("closes all issues of its own, as two may be open, also where closing moves the next page", async () => {
      forge.addIssue(issueTitle, `${issueMark}\nBob was added`);
      for (let i = 0; i < 99; i++) {
        forge.addIssue(`Wish ${i}`, "…");
      }
      forge.addIssue(issueTitle, `${issueMark}\nBob was added`);
      assert.deepEqual(await run(["healed"]), said("Issue 1 has been closed.\nIssue 101 has been closed."));
      assert.deepEqual(
        forge.issues.filter(({ isOpen }) => !isOpen).map(({ number }) => number),
        [1, 101],
      );
    });

    const table = (...rows: string[]): string =>
      [
        "### Stack production has drifted: 2 differences, the worst is critical",
        "",
        "| Severity | What happened | Who or what | Property | Declared | Actual |",
        "| --- | --- | --- | --- | --- | --- |",
        ...rows,
        "",
        "To bring back what is declared, run it.",
      ].join("\n");
    const eve = "| critical | She has \\| it. | eve in shop | roles | nothing | GROUP\\_OWNER |";
    const bob = "| low | He has it. | bob in shop |  | there |  |";
    /** Of each row of a table, who it is about and the last column. */
    const seenIn = (body: string | null | undefined): (string | undefined)[][] =>
      [...(body ?? "").matchAll(/ \| (\w+) in shop \|.*\| ([^|]*) \|$/gm)].map(([, name, date]) => [
        name,
        date,
      ]);
    const today = (): string => new Date().toISOString().slice(0, 10);

    test("says when a difference was first seen, which the issue itself carries on", async () => {
      const before = today();
      await issue(table(eve));
      const open = forge.issues[0];
      assert.ok(open?.body != null);
      assert.match(open.body, / \| Actual \| First seen \|\n(\| --- ){7}\|\n/);
      assert.ok([before, today()].includes(seenIn(open.body)[0]?.[1] ?? ""));
      // The forge gives it back with other line ends, and three weeks pass.
      open.body = open.body.replaceAll(/\d{4}-\d{2}-\d{2}/g, "2026-01-02").replaceAll("\n", "\r\n");
      const later = today();
      // Another severity, or other words, make it no other difference.
      await issue(table(bob, eve.replace("critical", "high").replace("She has", "Eve has")));
      assert.deepEqual(seenIn(open.body), [
        ["bob", later],
        ["eve", "2026-01-02"],
      ]);
      assert.match(open.body, /\n\nTo bring back what is declared, run it\.\n\nTo take this back, /);
      await issue(table(bob, eve.replace("OWNER", "READ\\_ONLY")));
      assert.deepEqual(seenIn(open.body)[1], ["eve", later]);
      assert.deepEqual(
        await issue(table(bob, eve.replace("OWNER", "READ\\_ONLY"))),
        said("Issue 1 says so already."),
      );
    });

    test("does not know when a difference was first seen that may stand in what was cut off, or in an older issue", async () => {
      const cut = "**This is cut off: it is longer than it may be.**";
      const open = forge.addIssue(issueTitle, `${issueMark}\n${cut}\n\n${table()}`);
      await issue(table(eve));
      assert.deepEqual(seenIn(open.body), [["eve", "unknown"]]);
      open.body = `${issueMark}\n${table(eve)}`;
      await issue(table(eve, bob));
      assert.deepEqual(seenIn(open.body), [
        ["eve", "unknown"],
        ["bob", today()],
      ]);
    });

    test("says in the title of the issue what the worst is", async () => {
      await issue(table(eve));
      assert.equal(forge.issues[0]?.title, `${issueTitle} (critical)`);
      await issue("### Stack production has drifted: 1 difference, which is low\n");
      assert.equal(forge.issues[0]?.title, `${issueTitle} (low)`);
    });

    test("opens one pull or merge request that takes over a file, and updates it", async () => {
      const kind = forge.name === "GitHub" ? "Pull request" : "Merge request";
      const file = path.join(folder, "access.yaml");
      const takeOver = async (content: string, text: string): Promise<ProcessResult> => {
        await writeFile(file, content);
        return run(["take-over", "access.yaml", await report(text)], { STACK: "production" });
      };
      assert.deepEqual(
        await takeOver("people: {}\r\n\n", "Bob was added\n"),
        said(`${kind} 6 has been opened.`),
      );
      assert.deepEqual(
        await takeOver("people: { eve }\n", "Eve was added\n"),
        said(`${kind} 6 has been updated.`),
      );
      const title = "Take over into access.yaml what MongoDB Atlas has";
      assert.deepEqual(forge.proposals, [
        {
          number: 6,
          title,
          body: "A merge leaves Atlas as it is: it declares what was changed there by hand.\nThis was the report:\n\nEve was added",
          branch: "take-over/production",
          base: "main",
          isOpen: true,
        },
      ]);
      assert.deepEqual(
        [...forge.branches],
        [["take-over/production", { file: "access.yaml", content: "people: { eve }\n", message: title }]],
      );
      // The one before has been merged, and its branch is still there, as is one with a longer name.
      for (const each of forge.proposals) {
        each.isOpen = false;
      }
      forge.branches.set("take-over/production-2", { file: "", content: "", message: "" });
      assert.deepEqual(
        await takeOver("people: {}\r\n\n", "Bob was added"),
        said(`${kind} 7 has been opened.`),
      );
      assert.equal(forge.branches.get("take-over/production")?.content, "people: {}\r\n\n");
    });

    test("says what a token lacks that may not open a pull or merge request", async () => {
      await writeFile(path.join(folder, "access.yaml"), "people: {}\n");
      forge.faults.push({ status: 403, body: { message: "Forbidden for you" } });
      const { code, stderr } = await run(["take-over", "access.yaml", await report("Bob was added")]);
      assert.equal(code, 1);
      assert.match(
        stderr,
        forge.name === "GitHub"
          ? /answered 403 \(Forbidden for you\): give the job the permissions 'contents: write' and 'pull-requests: write'\.\n$/
          : /answered 403 \(Forbidden for you\): make a project access token with the role Developer and the scope api, and set it as the protected CI\/CD variable TAKE_OVER_TOKEN\.\n$/,
      );
    });

    test("finds its issue on a later page", async () => {
      for (let i = 0; i < 120; i++) {
        forge.addIssue(`Wish ${i}`, "…");
      }
      forge.addIssue(issueTitle, `${issueMark}\nBob was added`);
      assert.deepEqual(await run(["healed"]), said("Issue 121 has been closed."));
    });

    test("cuts what is too long at the end of a line, and says where the whole is", async () => {
      const line = `${"x".repeat(98)}é\n`;
      assert.deepEqual(
        await comment(line.repeat(forge.limit / 100 + 1)),
        said("The comment has been added."),
      );
      const body = forge.comments[0]?.body ?? "";
      assert.ok(body.length <= forge.limit && body.length > forge.limit - 400, `${body.length} characters`);
      const [marker, notice, empty, ...lines] = body.split("\n");
      assert.equal(marker, commentMark);
      assert.equal(
        notice,
        `**This is cut off: it is longer than ${forge.name} takes. The whole is in the [log of the run](${forge.run}).**`,
      );
      assert.equal(empty, "");
      assert.deepEqual([...new Set(lines)], [line.trim()]);
    });

    test("cuts a single line that is too long somewhere", async () => {
      await issue("x".repeat(forge.limit + 1));
      assert.equal(forge.issues[0]?.body?.length, forge.limit);
    });

    test("reads once more after a failure of the server or the connection", async () => {
      forge.addComment(`${commentMark}\nold`);
      forge.faults.push({ status: 502 });
      assert.deepEqual(await comment("new"), said("The comment has been updated."));
      forge.faults.push("broken");
      assert.deepEqual(await comment("newer"), said("The comment has been updated."));
    });

    test("gives up after the second failure", async () => {
      forge.faults.push({ status: 502 }, { status: 503, body: { message: "Maintenance" } });
      const get = `GET ${forge.url}${comments}?per_page=100&page=1`;
      assert.deepEqual(await comment("new"), failed(`${get} answered 503 (Maintenance): try again later.`));
      assert.equal(forge.requests.length, 2);
    });

    test("writes once, whatever comes back", async () => {
      // The first answer is that to the listing.
      for (const fault of [{ status: 500 }, "broken"] as const) {
        const writes = forge.writes().length;
        forge.faults.push({ status: 200, body: [] }, fault);
        const { code, stderr } = await comment("new");
        assert.equal(code, 1);
        const problem = fault === "broken" ? "got no answer (other side closed)" : "answered 500";
        assert.equal(stderr, `POST ${forge.url}${comments} ${problem}: try again later.\n`);
        assert.equal(forge.writes().length, writes + 1);
      }
    });

    test("says which permission is missing", async () => {
      const refusal = { status: 403, body: { message: "Forbidden for you" } };
      forge.faults.push({ status: 200, body: [] }, refusal);
      assert.deepEqual(
        await comment("new"),
        failed(`POST ${forge.url}${comments} answered 403 (Forbidden for you): ${mayComment}.`),
      );
      forge.faults.push({ status: 200, body: [] }, refusal);
      assert.deepEqual(
        await issue("new"),
        failed(`POST ${forge.url}${issues} answered 403 (Forbidden for you): ${mayIssue}.`),
      );
    });

    test("says that a token is wrong, and does not show it", async () => {
      const name = forge.name === "GitHub" ? "GITHUB_TOKEN" : "GITLAB_TOKEN";
      assert.deepEqual(
        await run(["healed"], { [name]: "not-the-token" }),
        failed(
          `GET ${forge.url}${issues}?state=${forge.name === "GitHub" ? "open" : "opened"}&per_page=100&page=1 answered 401 (Bad credentials): the token is wrong or has expired.`,
        ),
      );
    });

    test("does not follow to another address", async () => {
      forge.faults.push({ status: 301, headers: { Location: "http://127.0.0.1:1/elsewhere" } });
      assert.deepEqual(
        await comment("new"),
        failed(
          `GET ${forge.url}${comments}?per_page=100&page=1 answered 301: it has moved, so run this where it is now.`,
        ),
      );
    });

    test("refuses to comment on nothing, and to open an issue about nothing", async () => {
      assert.deepEqual(
        await comment("\n"),
        failed("The preview is empty, and a comment about it must say what a merge would change."),
      );
      assert.deepEqual(
        await issue("\n"),
        failed("The report is empty, and an issue about drift must say what has drifted."),
      );
      assert.deepEqual(forge.requests, []);
    });
  });
}

describe("publishing", () => {
  test("says where a person opens the pull request that GitHub Actions may not open", async () => {
    const gitHub = await new FakeGitHub().start();
    try {
      gitHub.mayOpenPullRequests = false;
      await writeFile(path.join(folder, "access.yaml"), "people: {}\n");
      const args = ["take-over", "access.yaml", await report("Bob was added")];
      assert.deepEqual(
        await publish(args, { ...gitHub.env(), STACK: "production" }),
        failed(
          `POST ${gitHub.url}/repos/acme/atlas-access/pulls answered 403 (GitHub Actions is not permitted to create or approve pull requests.): ` +
            "open it yourself at https://github.example.com/acme/atlas-access/compare/main...take-over/production?expand=1, " +
            "or allow GitHub Actions to create pull requests under Settings > Actions > General, as README.md says.",
        ),
      );
      assert.equal(gitHub.branches.get("take-over/production")?.content, "people: {}\n");
    } finally {
      await gitHub.stop();
    }
  });

  const usage = failed(
    "Usage: node ci/publish.mts comment FILE | issue FILE | healed | take-over FILE REPORT",
  );

  test("shows how it is called", async () => {
    for (const args of [
      [],
      ["heal"],
      ["comment"],
      ["healed", "x"],
      ["issue", "a", "b"],
      ["take-over", "a"],
      ["issue", ""],
    ]) {
      assert.deepEqual(await publish(args, {}), usage, args.join(" "));
    }
  });

  test("wants a name of a stack that can stand in a marker", async () => {
    for (const stackVariable of ["a b", "--> @ada", "a/b/c/d", "é"]) {
      assert.deepEqual(
        await publish(["healed"], { GITHUB_ACTIONS: "true", STACK: stackVariable }),
        failed(`STACK must be the name of a stack, such as production, but got '${stackVariable}'.`),
      );
    }
  });

  test("says that a file is missing", async () => {
    assert.deepEqual(
      await publish(["comment", "none.md"], {}),
      failed("none.md cannot be read: ENOENT: no such file or directory, open 'none.md'."),
    );
  });

  test("says that it is neither on GitHub nor on GitLab", async () => {
    assert.deepEqual(
      await publish(["healed"], {}),
      failed(
        "This runs on GitHub Actions and GitLab CI only: neither GITHUB_ACTIONS nor GITLAB_CI is 'true'.",
      ),
    );
  });

  test("says where a token comes from", async () => {
    assert.deepEqual(
      await publish(["healed"], { GITHUB_ACTIONS: "true" }),
      failed(`GITHUB_TOKEN is not set: give it to the step by 'GITHUB_TOKEN: \${{ github.token }}'.`),
    );
    assert.deepEqual(
      await publish(["healed"], { GITLAB_CI: "true" }),
      failed(
        "GITLAB_TOKEN is not set: make a project access token with the role Reporter and the scope api, and set it as the CI/CD variable GITLAB_TOKEN.",
      ),
    );
  });

  test("says what a token of GitLab lacks that may not ask whose it is", async () => {
    const gitLab = await new FakeGitLab().start();
    try {
      const row = { id: 1, body: `${commentMark}\nold`, author: { id: 41 } };
      gitLab.faults.push(
        { status: 200, body: [row] },
        { status: 403, body: { error: "insufficient_scope" } },
      );
      assert.deepEqual(
        await publish(["comment", await report("new")], gitLab.env()),
        failed(
          `GET ${gitLab.url}/user answered 403 (insufficient_scope): make a project access token with the role Reporter and the scope api, and set it as the CI/CD variable GITLAB_TOKEN.`,
        ),
      );
      assert.deepEqual(gitLab.writes(), []);
    } finally {
      await gitLab.stop();
    }
  });

  test("wants the event of a pull request for a comment", async () => {
    const gitHub = await new FakeGitHub().start();
    try {
      await gitHub.writeEvent({ ref: "refs/heads/main" });
      assert.deepEqual(
        await publish(["comment", await report("1 to create")], gitHub.env()),
        failed("This run belongs to no pull request: run it on 'pull_request'."),
      );
    } finally {
      await gitHub.stop();
    }
  });

  test("wants a pipeline of a merge request for a comment", async () => {
    const gitLab = await new FakeGitLab().start();
    try {
      const { CI_MERGE_REQUEST_IID, ...env } = gitLab.env();
      assert.equal(CI_MERGE_REQUEST_IID, "5");
      assert.deepEqual(
        await publish(["comment", await report("1 to create")], env),
        failed("CI_MERGE_REQUEST_IID is not set: run this in a pipeline of a merge request."),
      );
    } finally {
      await gitLab.stop();
    }
  });
});
