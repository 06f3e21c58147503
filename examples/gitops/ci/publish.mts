/**
 * Puts what the workflows have found out where people see it, on GitHub or GitLab:
 *
 *   node ci/publish.mts comment FILE   the Markdown in FILE is the one comment on the pull or merge request
 *   node ci/publish.mts issue FILE     the Markdown in FILE is the one open issue about drift
 *   node ci/publish.mts healed         there is no drift any more: the issue is closed
 *
 * It takes for its own what the token has written that it runs with, on GitHub `github.token`.
 *
 * It needs Node 22.18 or newer and no package.
 */
import { readFileSync } from "node:fs";

const USAGE = "Usage: node ci/publish.mts comment FILE | issue FILE | healed";

// What this tool has written begins with one of these, which a page does not show. A marker anywhere else is a
// quotation in somebody's answer.
const COMMENT_MARKER = "<!-- atlas-access: preview -->";
const ISSUE_MARKER = "<!-- atlas-access: drift -->";

const ISSUE_TITLE = "MongoDB Atlas differs from what is declared";
const HEALED = "The drift check finds no difference any more.";

const TIMEOUT_MS = 30_000;
const PAGE_SIZE = 100;

/** A failure that one sentence explains. */
class Failure extends Error {}

/** A comment or an issue. */
interface Text {
  body: string;
  /** Whom it is by: what GitHub and GitLab know a user by, or undefined where the account is gone. */
  author: string | number | undefined;
}

interface Comment extends Text {
  id: number;
}

interface Issue extends Text {
  /** The number that people see. */
  number: number;
  title: string;
}

/** What GitHub and GitLab have in common. */
interface Forge {
  name: string;
  /** How many characters a comment or an issue holds. */
  limit: number;
  /** Where this run and its log are. */
  run: string;
  /** As what author the token writes. */
  self(): Promise<string | number>;
  comments(): AsyncIterable<Comment>;
  addComment(body: string): Promise<void>;
  editComment(id: number, body: string): Promise<void>;
  openIssues(): AsyncIterable<Issue>;
  openIssue(title: string, body: string): Promise<void>;
  editIssue(number: number, title: string, body: string): Promise<void>;
  closeIssue(number: number, comment: string): Promise<void>;
}

async function main([command, file, ...rest]: string[]): Promise<void> {
  const takesFile = command === "comment" || command === "issue";
  if ((!takesFile && command !== "healed") || (file !== undefined) !== takesFile || rest.length > 0) {
    throw new Failure(USAGE);
  }
  const text = file === undefined ? "" : read(file);
  const forge = forgeOfThisRun();
  if (command === "comment") await comment(forge, text);
  else if (command === "issue") await issue(forge, text);
  else await healed(forge);
}

async function comment(forge: Forge, text: string): Promise<void> {
  const body = bodyOf(forge, COMMENT_MARKER, text === "" ? "Nothing changes." : text);
  const own = await first(ownOf(forge, forge.comments(), COMMENT_MARKER));
  if (own === undefined) {
    await forge.addComment(body);
    console.log("The comment has been added.");
  } else if (isSame(own.body, body)) {
    console.log("The comment says so already.");
  } else {
    await forge.editComment(own.id, body);
    console.log("The comment has been updated.");
  }
}

async function issue(forge: Forge, text: string): Promise<void> {
  if (text === "")
    throw new Failure("The report is empty, and an issue about drift must say what has drifted.");
  const body = bodyOf(forge, ISSUE_MARKER, text);
  const own = await first(ownOf(forge, forge.openIssues(), ISSUE_MARKER));
  if (own === undefined) {
    await forge.openIssue(ISSUE_TITLE, body);
    console.log("An issue has been opened.");
  } else if (own.title === ISSUE_TITLE && isSame(own.body, body)) {
    console.log(`Issue ${own.number} says so already.`);
  } else {
    await forge.editIssue(own.number, ISSUE_TITLE, body);
    console.log(`Issue ${own.number} has been updated.`);
  }
}

async function healed(forge: Forge): Promise<void> {
  // All of them first: closing one moves those on later pages forward, past the end of what has been read.
  const open: Issue[] = [];
  for await (const own of ownOf(forge, forge.openIssues(), ISSUE_MARKER)) open.push(own);
  if (open.length === 0) console.log("No issue is open.");
  // Two runs at the same time may have opened one each.
  for (const { number } of open) {
    await forge.closeIssue(number, HEALED);
    console.log(`Issue ${number} has been closed.`);
  }
}

function read(file: string): string {
  try {
    return normal(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

/** Those that this tool has written. Anybody can write a marker, and edit later what stands below it. */
async function* ownOf<Entry extends Text>(
  forge: Forge,
  entries: AsyncIterable<Entry>,
  marker: string,
): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    if (entry.body.startsWith(marker) && entry.author === (await forge.self())) yield entry;
  }
}

async function first<Entry>(entries: AsyncIterable<Entry>): Promise<Entry | undefined> {
  for await (const entry of entries) return entry;
  return undefined;
}

/** The marker and the text, which is cut at the end of a line where the forge would refuse it. */
function bodyOf(forge: Forge, marker: string, text: string): string {
  const whole = `${marker}\n${text}`;
  if (whole.length <= forge.limit) return whole;
  // The notice stands at the top, where no table or block of code that the cut leaves open can swallow it.
  const notice = `**This is cut off: it is longer than ${forge.name} takes. The whole is in the [log of the run](${forge.run}).**`;
  const head = `${marker}\n${notice}\n\n`;
  const room = text.slice(0, forge.limit - head.length + 1);
  // A single line that is longer than everything has no end to be cut at.
  const end = room.lastIndexOf("\n");
  return head + room.slice(0, end > 0 ? end : -1);
}

function isSame(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

/** Both forges may give a text back with other line ends, and without the blanks around it. */
function normal(text: string): string {
  return text.replaceAll("\r\n", "\n").trim();
}

function forgeOfThisRun(): Forge {
  if (process.env["GITHUB_ACTIONS"] === "true") return gitHub();
  if (process.env["GITLAB_CI"] === "true") return gitLab();
  throw new Failure(
    "This runs on GitHub Actions and GitLab CI only: neither GITHUB_ACTIONS nor GITLAB_CI is 'true'.",
  );
}

function gitHub(): Forge {
  const token = variable("GITHUB_TOKEN", `give it to the step by 'GITHUB_TOKEN: \${{ github.token }}'`);
  const repository = `${variable("GITHUB_API_URL")}/repos/${variable("GITHUB_REPOSITORY")}`;
  const call = caller({
    Authorization: `Bearer ${token}`,
    Accept: "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
  });
  // Pull requests are issues to GitHub, so both have their comments there.
  const issues = `${repository}/issues`;
  const forPull = "give the job the permission 'pull-requests: write'";
  const forIssue = "give the job the permission 'issues: write'";
  type Row = { body: string | null; user: { login: string } | null };
  type CommentRow = Row & { id: number };
  type IssueRow = Row & { number: number; title: string; pull_request?: object };
  const textOf = ({ body, user }: Row): Text => ({ body: body ?? "", author: user?.login });

  return {
    name: "GitHub",
    limit: 65_536,
    run: `${process.env["GITHUB_SERVER_URL"]}/${process.env["GITHUB_REPOSITORY"]}/actions/runs/${process.env["GITHUB_RUN_ID"]}`,
    // The name that `github.token` writes under; it may not ask for it, and nobody can sign up with brackets.
    self: async () => "github-actions[bot]",
    async *comments() {
      const url = `${issues}/${pullRequestNumber()}/comments`;
      for await (const row of pages<CommentRow>(call, url, forPull)) yield { id: row.id, ...textOf(row) };
    },
    async addComment(body) {
      await call("POST", `${issues}/${pullRequestNumber()}/comments`, forPull, { body });
    },
    async editComment(id, body) {
      await call("PATCH", `${issues}/comments/${id}`, forPull, { body });
    },
    async *openIssues() {
      for await (const row of pages<IssueRow>(call, `${issues}?state=open`, forIssue)) {
        if (row.pull_request === undefined) yield { number: row.number, title: row.title, ...textOf(row) };
      }
    },
    async openIssue(title, body) {
      await call("POST", issues, forIssue, { title, body });
    },
    async editIssue(number, title, body) {
      await call("PATCH", `${issues}/${number}`, forIssue, { title, body });
    },
    async closeIssue(number, body) {
      await call("PATCH", `${issues}/${number}`, forIssue, { state: "closed", state_reason: "completed" });
      await call("POST", `${issues}/${number}/comments`, forIssue, { body });
    },
  };
}

/** The number of the pull request: from PR_NUMBER, or else from the event that started the run. */
function pullRequestNumber(): number {
  const given = process.env["PR_NUMBER"] ?? "";
  const file = process.env["GITHUB_EVENT_PATH"] ?? "";
  let found: unknown = given;
  if (given === "" && file !== "") {
    const event = JSON.parse(read(file)) as { pull_request?: { number: number } };
    found = event.pull_request?.number;
  }
  const number = Number(found);
  if (!Number.isInteger(number) || number < 1) {
    throw new Failure("This run belongs to no pull request: run it on 'pull_request', or set PR_NUMBER.");
  }
  return number;
}

function gitLab(): Forge {
  const advice =
    "make a project access token with the role Reporter and the scope api, and set it as the CI/CD variable GITLAB_TOKEN";
  const token = variable("GITLAB_TOKEN", advice);
  const api = variable("CI_API_V4_URL");
  const project = `${api}/projects/${variable("CI_PROJECT_ID")}`;
  const call = caller({ "PRIVATE-TOKEN": token });
  const notes = (): string => {
    const number = variable("CI_MERGE_REQUEST_IID", "run this in a pipeline of a merge request");
    return `${project}/merge_requests/${number}/notes`;
  };
  const issues = `${project}/issues`;
  type Row = { author: { id: number } | null };
  type NoteRow = Row & { id: number; body: string };
  type IssueRow = Row & { iid: number; title: string; description: string | null };
  let self: Promise<number> | undefined;

  return {
    name: "GitLab",
    limit: 1_000_000,
    run: `${process.env["CI_JOB_URL"]}`,
    self() {
      self ??= call("GET", `${api}/user`, advice).then(({ text }) => (JSON.parse(text) as { id: number }).id);
      return self;
    },
    async *comments() {
      for await (const { id, body, author } of pages<NoteRow>(call, notes(), advice)) {
        yield { id, body, author: author?.id };
      }
    },
    async addComment(body) {
      await call("POST", notes(), advice, { body });
    },
    async editComment(id, body) {
      await call("PUT", `${notes()}/${id}`, advice, { body });
    },
    async *openIssues() {
      for await (const row of pages<IssueRow>(call, `${issues}?state=opened`, advice)) {
        yield { number: row.iid, title: row.title, body: row.description ?? "", author: row.author?.id };
      }
    },
    async openIssue(title, description) {
      await call("POST", issues, advice, { title, description });
    },
    async editIssue(number, title, description) {
      await call("PUT", `${issues}/${number}`, advice, { title, description });
    },
    async closeIssue(number, body) {
      await call("PUT", `${issues}/${number}`, advice, { state_event: "close" });
      await call("POST", `${issues}/${number}/notes`, advice, { body });
    },
  };
}

function variable(name: string, advice = "GitHub and GitLab set it by themselves"): string {
  const value = process.env[name] ?? "";
  if (value === "") throw new Failure(`${name} is not set: ${advice}.`);
  return value;
}

type Method = "GET" | "POST" | "PATCH" | "PUT";

interface Answer {
  status: number;
  text: string;
  hasNextPage: boolean;
}

/** Sends a request and returns its answer, or fails with `advice` where the token may not do that. */
type Call = (method: Method, url: string, advice: string, body?: object) => Promise<Answer>;

function caller(headers: Record<string, string>): Call {
  return async (method, url, advice, body) => {
    const send = async (): Promise<Answer> => {
      const response = await fetch(url, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // Following would turn a POST into a GET.
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer = {
        status: response.status,
        // Read to the end also where nobody wants it: an answer that is left unread keeps the process waiting.
        text: await response.text(),
        hasNextPage: /rel="next"/.test(response.headers.get("link") ?? ""),
      };
      if (answer.status >= 500) throw refusal(method, url, answer, "try again later");
      return answer;
    };
    // A read is tried twice. A write is not: it may have taken effect before the answer was lost.
    const answer = await (method === "GET" ? send().catch(send) : send()).catch((error: Error) => {
      if (error instanceof Failure) throw error;
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      throw new Failure(`${method} ${url} got no answer (${reason}): try again later.`);
    });
    const { status } = answer;
    if (status < 300) return answer;
    if (status < 400) throw refusal(method, url, answer, "it has moved, so run this where it is now");
    if (status === 401) throw refusal(method, url, answer, "the token is wrong or has expired");
    // Both forges answer 404 as well where a token may not see something.
    if (status === 403 || status === 404) throw refusal(method, url, answer, advice);
    throw refusal(method, url, answer, "look up what the answer means");
  };
}

function refusal(method: Method, url: string, { status, text }: Answer, hint: string): Failure {
  const said = /"(?:message|error)":\s*"([^"]+)"/.exec(text)?.[1];
  return new Failure(
    `${method} ${url} answered ${status}${said === undefined ? "" : ` (${said})`}: ${hint}.`,
  );
}

async function* pages<Row>(call: Call, url: string, advice: string): AsyncGenerator<Row> {
  const separator = url.includes("?") ? "&" : "?";
  for (let page = 1; ; page++) {
    const answer = await call("GET", `${url}${separator}per_page=${PAGE_SIZE}&page=${page}`, advice);
    yield* JSON.parse(answer.text) as Row[];
    // The address that the answer gives for the next page is not used: the token goes to one server only.
    if (!answer.hasNextPage) return;
  }
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error instanceof Failure ? error.message : (error.stack ?? error.message));
  process.exitCode = 1;
});
