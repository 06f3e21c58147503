import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

/** Whom a comment or an issue is by: the token's identity, another one, or one whose account is gone. */
export type Author = "token" | "somebody" | "deleted";

/** A comment on the pull request, or on an issue. */
export interface FakeComment {
  id: number;
  body: string;
  by: Author;
}

export interface FakeIssue {
  number: number;
  title: string;
  body: string | null;
  isOpen: boolean;
  /** Only GitHub lists pull requests among the issues. */
  isPullRequest: boolean;
  by: Author;
  comments: string[];
}

/** A pull or merge request, and what its branch changes. */
export interface FakeProposal {
  number: number;
  title: string;
  body: string;
  branch: string;
  base: string;
  isOpen: boolean;
}

/** A branch that is one commit after the run's. */
export interface FakeBranch {
  file: string;
  content: string;
  message: string;
}

/** What is answered in place of the real thing: a status with a body, or a connection that breaks. */
export type Fault = { status: number; body?: unknown; headers?: Record<string, string> } | "broken";

interface Answer {
  status: number;
  /** Sent as it is where it is a text, and otherwise as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

const testToken = "token-for-the-tests-only";

/**
 * A GitHub or GitLab that knows one repository with one pull request, and the calls of publish.mts. It refuses what it
 * does not know, so that a wrong path is a failure.
 */
export abstract class Forge {
  abstract readonly name: "GitHub" | "GitLab";
  /** How many characters a comment holds. */
  abstract readonly limit: number;
  /** The address of the run's log, as `env` gives it. */
  abstract readonly run: string;
  readonly comments: FakeComment[] = [];
  readonly issues: FakeIssue[] = [];
  readonly proposals: FakeProposal[] = [];
  readonly branches = new Map<string, FakeBranch>();
  /** `POST /repos/…/comments`, in the order of arrival. */
  readonly requests: string[] = [];
  /** The next requests get these. */
  readonly faults: Fault[] = [];
  /** Whether the conversation of the pull request is closed to the token. */
  isLocked = false;
  hasIssues = true;
  isArchived = false;
  private nextId = 1;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error: Error) => {
        response.writeHead(500).end(JSON.stringify({ message: error.message }));
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get token(): string {
    return testToken;
  }

  /** How an issue says what to do. */
  abstract readonly ways: string;

  /** What a job of the pull request has in its environment. */
  abstract env(): Record<string, string>;

  /** Requests that change something. */
  writes(): string[] {
    return this.requests.filter((line) => !line.startsWith("GET "));
  }

  addComment(body: string, by: Author = "token"): FakeComment {
    const comment = { id: this.nextId++, body, by };
    this.comments.push(comment);
    return comment;
  }

  addIssue(
    title: string,
    body: string | null,
    { by = "token", isPullRequest = false }: { by?: Author; isPullRequest?: boolean } = {},
  ): FakeIssue {
    const number = this.issues.length + 1;
    const issue = { number, title, body, isOpen: true, isPullRequest, by, comments: [] };
    this.issues.push(issue);
    return issue;
  }

  protected propose(title: string, body: string, branch: string, base: string): number {
    const number = this.proposals.length + 6;
    this.proposals.push({ number, title, body, branch, base, isOpen: true });
    return number;
  }

  protected abstract isAuthorized(request: IncomingMessage): boolean;

  protected abstract answer(route: string, url: URL, body: Record<string, string>): Answer;

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const url = new URL(request.url ?? "/", this.url);
    this.requests.push(`${request.method} ${request.url}`);
    const fault = this.faults.shift();
    if (fault === "broken") {
      request.socket.destroy();
      return;
    }
    const answer = fault ?? this.normalAnswer(request, url, body);
    response.writeHead(answer.status, { "Content-Type": "application/json", ...answer.headers });
    response.end(typeof answer.body === "object" ? JSON.stringify(answer.body) : answer.body);
  }

  private normalAnswer(request: IncomingMessage, url: URL, body: string): Answer {
    if (!this.isAuthorized(request)) {
      return { status: 401, body: { message: "Bad credentials" } };
    }
    const parsed = body === "" ? {} : (JSON.parse(body) as Record<string, string>);
    const longest = Math.max(
      0,
      ...[parsed["body"], parsed["description"]].map((value) => value?.length ?? 0),
    );
    if (longest > this.limit) {
      return { status: 422, body: { message: "body is too long" } };
    }
    return this.answer(`${request.method} ${url.pathname}`, url, parsed);
  }

  /** A page of rows; the link to the next one is there as long as there is one, and leads to nowhere. */
  protected page(rows: unknown[], url: URL): Answer {
    const size = Number(url.searchParams.get("per_page") ?? 20);
    const page = Number(url.searchParams.get("page") ?? 1);
    const hasMore = rows.length > page * size;
    return {
      status: 200,
      body: rows.slice((page - 1) * size, page * size),
      headers: {
        Link: hasMore ? '<http://127.0.0.1:1/elsewhere>; rel="next"' : '<http://127.0.0.1:1/>; rel="first"',
      },
    };
  }

  protected readonly missing: Answer = { status: 404, body: { message: "Not Found" } };
}

export class FakeGitHub extends Forge {
  readonly name = "GitHub";
  readonly limit = 65_536;
  readonly run = "https://github.example.com/acme/atlas-access/actions/runs/77";
  readonly ways =
    "To take this back, [start the deployment](https://github.example.com/acme/atlas-access/actions/workflows/deploy.yml) by **Run workflow**. " +
    "To take it over, [start the workflow that opens a pull request](https://github.example.com/acme/atlas-access/actions/workflows/take-over.yml) by **Run workflow**.";
  /** A setting of the repository, which is off in a new one. */
  mayOpenPullRequests = true;
  /** What trees and commits hold, by their hash. */
  private readonly objects = new Map<string, FakeBranch>();
  private folder = "";

  override async start(): Promise<this> {
    this.folder = await mkdtemp(path.join(tmpdir(), "github-"));
    await this.writeEvent({ pull_request: { number: 5 } });
    return super.start();
  }

  override async stop(): Promise<void> {
    await super.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What has started the run. */
  async writeEvent(event: object): Promise<void> {
    await writeFile(this.eventFile, JSON.stringify(event));
  }

  private get eventFile(): string {
    return path.join(this.folder, "event.json");
  }

  env(): Record<string, string> {
    return {
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: this.url,
      GITHUB_SERVER_URL: "https://github.example.com",
      GITHUB_REPOSITORY: "acme/atlas-access",
      GITHUB_RUN_ID: "77",
      GITHUB_SHA: "5ha",
      GITHUB_REF_NAME: "main",
      GITHUB_TOKEN: this.token,
      GITHUB_EVENT_PATH: this.eventFile,
    };
  }

  protected isAuthorized(request: IncomingMessage): boolean {
    return request.headers.authorization === `Bearer ${this.token}`;
  }

  protected answer(route: string, url: URL, body: Record<string, string>): Answer {
    const repository = "/repos/acme/atlas-access";
    const base = `${repository}/issues`;
    if (route === `GET ${repository}`) {
      return { status: 200, body: { archived: this.isArchived, has_issues: this.hasIssues } };
    }
    if (route === `GET ${base}/5`) {
      return { status: 200, body: { number: 5, locked: this.isLocked } };
    }
    if (this.isLocked && /^(POST|PATCH) .*comments/.test(route)) {
      return { status: 403, body: { message: "Resource not accessible by integration" } };
    }
    if (this.isArchived && !route.startsWith("GET ")) {
      return { status: 403, body: { message: "Forbidden" } };
    }
    if (!this.hasIssues && / .*\/issues(\/\d+)?$/.test(route)) {
      return { status: 410, body: { message: "Issues has been disabled in this repository." } };
    }
    if (route === `GET ${base}/5/comments`) {
      const rows = this.comments.map(({ id, body: text, by }) => ({ id, body: text, user: this.user(by) }));
      return this.page(rows, url);
    }
    if (route === `POST ${base}/5/comments`) {
      return { status: 201, body: this.addComment(body["body"] ?? "") };
    }
    if (route === `GET ${base}` && url.searchParams.get("state") === "open") {
      const rows = this.issues
        .filter(({ isOpen }) => isOpen)
        .map(({ number, title, body: text, isPullRequest, by }) => ({
          number,
          title,
          body: text,
          user: this.user(by),
          ...(isPullRequest ? { pull_request: {} } : {}),
        }));
      return this.page(rows, url);
    }
    if (route === `POST ${base}`) {
      return { status: 201, body: this.addIssue(body["title"] ?? "", body["body"] ?? "") };
    }
    if (route.startsWith(`GET ${repository}/git/`) || / .*\/(git|pulls)\b/.test(route)) {
      return this.answerAboutCode(route.replace(` ${repository}/`, " "), url, body);
    }
    const comment = /^PATCH .*\/issues\/comments\/(\d+)$/.exec(route)?.[1];
    if (comment !== undefined) {
      const found = this.comments.find(({ id }) => id === Number(comment));
      return found === undefined ? this.missing : { status: 200, body: Object.assign(found, body) };
    }
    const [, method, number, rest] = /^(POST|PATCH) .*\/issues\/(\d+)(\/comments)?$/.exec(route) ?? [];
    const issue = this.issues.find((candidate) => candidate.number === Number(number));
    if (issue === undefined) {
      return this.missing;
    }
    if (method === "POST" && rest !== undefined) {
      issue.comments.push(body["body"] ?? "");
      return { status: 201, body: {} };
    }
    const { state, state_reason: reason, ...edited } = body;
    Object.assign(issue, edited);
    if (state === "closed" && reason === "completed") {
      issue.isOpen = false;
    }
    return { status: 200, body: {} };
  }

  private answerAboutCode(route: string, url: URL, body: Record<string, unknown>): Answer {
    if (route === "GET git/commits/5ha") {
      return { status: 200, body: { sha: "5ha", tree: { sha: "7ree" } } };
    }
    if (route === "POST git/trees" && body["base_tree"] === "7ree") {
      const [entry] = body["tree"] as { path: string; mode: string; type: string; content: string }[];
      if (entry?.mode !== "100644" || entry.type !== "blob") {
        return { status: 422, body: { message: "Must supply a valid tree.mode" } };
      }
      return this.keep({ file: entry.path, content: entry.content, message: "" });
    }
    if (route === "POST git/commits" && JSON.stringify(body["parents"]) === '["5ha"]') {
      const tree = this.objects.get(String(body["tree"]));
      return tree === undefined ? this.missing : this.keep({ ...tree, message: String(body["message"]) });
    }
    const [, prefix] = /^GET git\/matching-refs\/heads\/(.*)$/.exec(route) ?? [];
    if (prefix !== undefined) {
      const names = [...this.branches.keys()].filter((name) => name.startsWith(prefix));
      return this.page(
        names.map((name) => ({ ref: `refs/heads/${name}` })),
        url,
      );
    }
    const ref = route === "POST git/refs" ? String(body["ref"]) : /^PATCH git\/(.*)$/.exec(route)?.[1];
    if (ref !== undefined) {
      const branch = ref.replace(/^refs\/heads\//, "");
      const commit = this.objects.get(String(body["sha"]));
      const isThere = this.branches.has(branch);
      if (commit === undefined || isThere !== (body["force"] === true)) {
        return {
          status: 422,
          body: { message: isThere ? "Reference already exists" : "Reference does not exist" },
        };
      }
      this.branches.set(branch, commit);
      return { status: isThere ? 200 : 201, body: { ref } };
    }
    if (route === "GET pulls") {
      const head = url.searchParams.get("head");
      const rows = this.proposals.filter(({ isOpen, branch }) => isOpen && head === `acme:${branch}`);
      return this.page(
        rows.map(({ number }) => ({ number })),
        url,
      );
    }
    if (route === "POST pulls" && !this.mayOpenPullRequests) {
      const message = "GitHub Actions is not permitted to create or approve pull requests.";
      return { status: 403, body: { message } };
    }
    if (route === "POST pulls") {
      const { title, body: text, head, base } = body as Record<string, string>;
      return { status: 201, body: { number: this.propose(title ?? "", text ?? "", head ?? "", base ?? "") } };
    }
    const number = Number(/^PATCH pulls\/(\d+)$/.exec(route)?.[1]);
    const pull = this.proposals.find((each) => each.number === number);
    return pull === undefined ? this.missing : { status: 200, body: Object.assign(pull, body) };
  }

  private keep(object: FakeBranch): Answer {
    const sha = `0bject${this.objects.size}`;
    this.objects.set(sha, object);
    return { status: 201, body: { sha } };
  }

  /** A name with brackets is one that nobody can sign up with. */
  private user(by: Author): { login: string } | null {
    if (by === "deleted") {
      return null;
    }
    return { login: by === "token" ? "github-actions[bot]" : "github-actions" };
  }
}

export class FakeGitLab extends Forge {
  readonly name = "GitLab";
  readonly limit = 1_000_000;
  readonly run = "https://gitlab.example.com/acme/atlas-access/-/jobs/77";
  readonly ways =
    "To take this back, [start a pipeline](https://gitlab.example.com/acme/atlas-access/-/pipelines/new). " +
    "To take it over, start the job take-over of the newest [scheduled pipeline](https://gitlab.example.com/acme/atlas-access/-/pipelines?source=schedule), which opens a merge request.";

  env(): Record<string, string> {
    return {
      GITLAB_CI: "true",
      CI_API_V4_URL: this.url,
      CI_PROJECT_ID: "9",
      CI_MERGE_REQUEST_IID: "5",
      CI_JOB_URL: this.run,
      CI_PROJECT_URL: "https://gitlab.example.com/acme/atlas-access",
      CI_COMMIT_SHA: "5ha",
      CI_DEFAULT_BRANCH: "main",
      GITLAB_TOKEN: this.token,
    };
  }

  protected isAuthorized(request: IncomingMessage): boolean {
    return request.headers["private-token"] === this.token;
  }

  protected answer(route: string, url: URL, body: Record<string, string>): Answer {
    const notes = "/projects/9/merge_requests/5/notes";
    const issues = "/projects/9/issues";
    if (route === "GET /projects/9") {
      const level = this.hasIssues ? "enabled" : "disabled";
      return { status: 200, body: { archived: this.isArchived, issues_access_level: level } };
    }
    if (route === "GET /projects/9/merge_requests/5") {
      return { status: 200, body: { iid: 5, discussion_locked: this.isLocked || null } };
    }
    const isRefused =
      (!this.hasIssues && route.includes("/issues")) ||
      (this.isLocked && /^(POST|PUT) .*\/notes/.test(route)) ||
      (this.isArchived && !route.startsWith("GET "));
    if (isRefused) {
      return { status: 403, body: { message: "403 Forbidden" } };
    }
    if (route === "GET /user") {
      return { status: 200, body: this.user("token") };
    }
    if (route === `GET ${notes}`) {
      const rows = this.comments.map(({ id, body: text, by }) => ({ id, body: text, author: this.user(by) }));
      return this.page(rows, url);
    }
    if (route === `POST ${notes}`) {
      return { status: 201, body: this.addComment(body["body"] ?? "") };
    }
    if (route === `GET ${issues}` && url.searchParams.get("state") === "opened") {
      const rows = this.issues
        .filter(({ isOpen, isPullRequest }) => isOpen && !isPullRequest)
        .map(({ number, title, body: description, by }) => ({
          iid: number,
          title,
          description,
          author: this.user(by),
        }));
      return this.page(rows, url);
    }
    if (route === `POST ${issues}`) {
      return { status: 201, body: this.addIssue(body["title"] ?? "", body["description"] ?? "") };
    }
    if (/\/(repository|merge_requests(\/\d+)?$)/.test(route)) {
      return this.answerAboutCode(route.replace(" /projects/9/", " "), url, body);
    }
    const note = /^PUT \/projects\/9\/merge_requests\/5\/notes\/(\d+)$/.exec(route)?.[1];
    if (note !== undefined) {
      const found = this.comments.find(({ id }) => id === Number(note));
      return found === undefined ? this.missing : { status: 200, body: Object.assign(found, body) };
    }
    const [, method, number, rest] = /^(POST|PUT) \/projects\/9\/issues\/(\d+)(\/notes)?$/.exec(route) ?? [];
    const issue = this.issues.find((candidate) => candidate.number === Number(number));
    if (issue === undefined) {
      return this.missing;
    }
    if (method === "POST" && rest !== undefined) {
      issue.comments.push(body["body"] ?? "");
      return { status: 201, body: {} };
    }
    if (body["title"] !== undefined) {
      issue.title = body["title"];
    }
    if (body["description"] !== undefined) {
      issue.body = body["description"];
    }
    if (body["state_event"] === "close") {
      issue.isOpen = false;
    }
    return { status: 200, body: {} };
  }

  private answerAboutCode(route: string, url: URL, body: Record<string, unknown>): Answer {
    if (route === "POST repository/commits") {
      const [action] = body["actions"] as { action: string; file_path: string; content: string }[];
      if (action?.action !== "update" || body["start_sha"] !== "5ha" || body["force"] !== true) {
        return { status: 400, body: { message: "A file with this name doesn't exist" } };
      }
      const { file_path: file, content } = action;
      this.branches.set(String(body["branch"]), { file, content, message: String(body["commit_message"]) });
      return { status: 201, body: {} };
    }
    if (route === "GET merge_requests" && url.searchParams.get("state") === "opened") {
      const source = url.searchParams.get("source_branch");
      const rows = this.proposals.filter(({ isOpen, branch }) => isOpen && source === branch);
      return this.page(
        rows.map(({ number }) => ({ iid: number })),
        url,
      );
    }
    const { title = "", description = "", ...rest } = body as Record<string, string>;
    if (route === "POST merge_requests") {
      const iid = this.propose(title, description, rest["source_branch"] ?? "", rest["target_branch"] ?? "");
      return { status: 201, body: { iid } };
    }
    const number = Number(/^PUT merge_requests\/(\d+)$/.exec(route)?.[1]);
    const request = this.proposals.find((each) => each.number === number);
    if (request === undefined) {
      return this.missing;
    }
    Object.assign(request, { title, body: description });
    return { status: 200, body: {} };
  }

  /** Anybody may choose any name. */
  private user(by: Author): { id: number; name: string } {
    return { id: { token: 41, somebody: 42, deleted: 43 }[by], name: "atlas-access" };
  }
}
