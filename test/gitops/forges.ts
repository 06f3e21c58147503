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
    const longest = Math.max(0, ...Object.values(parsed).map((value) => value.length));
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

  env(): Record<string, string> {
    return {
      GITLAB_CI: "true",
      CI_API_V4_URL: this.url,
      CI_PROJECT_ID: "9",
      CI_MERGE_REQUEST_IID: "5",
      CI_JOB_URL: this.run,
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

  /** Anybody may choose any name. */
  private user(by: Author): { id: number; name: string } {
    return { id: { token: 41, somebody: 42, deleted: 43 }[by], name: "atlas-access" };
  }
}
