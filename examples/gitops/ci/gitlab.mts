import { variable } from "./environment.mts";
import type { Forge } from "./forge.mts";
import { caller, pages } from "./http.mts";

export function gitLab(): Forge {
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
