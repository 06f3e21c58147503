import { jsonOf } from "./answers.mts";
import { variable } from "./environment.mts";
import type { Forge, Proposal } from "./forge.mts";
import { Client, notTheApi } from "./http.mts";
import { lockedText, type Purpose } from "./refusals.mts";

const issuesOff =
  "issues are switched off here: switch them on under Settings > General > Visibility, project features, permissions";

export function gitLab(): Forge {
  const advice =
    "make a project access token with the role Reporter and the scope api, and set it as the CI/CD variable GITLAB_TOKEN";
  const token = variable("GITLAB_TOKEN", advice);
  const api = variable("CI_API_V4_URL");
  const project = `${api}/projects/${variable("CI_PROJECT_ID")}`;
  const client = new Client("GitLab", { "PRIVATE-TOKEN": token });
  const request = (): string => {
    const number = variable("CI_MERGE_REQUEST_IID", "run this in a pipeline of a merge request");
    return `${project}/merge_requests/${number}`;
  };
  const notes = (): string => `${request()}/notes`;
  const issues = `${project}/issues`;
  const forNote: Purpose = {
    advice,
    gone: "it has been deleted",
    obstacle: async () => {
      const { discussion_locked: isLocked } = await client.peek<{ discussion_locked: boolean | null }>(
        request(),
      );
      return isLocked === true ? lockedText : undefined;
    },
  };
  const forIssue: Purpose = {
    advice,
    gone: issuesOff,
    obstacle: async () => {
      const { archived, issues_access_level: level } = await client.peek<{
        archived: boolean;
        issues_access_level: string;
      }>(project);
      if (archived === true) {
        return "the project is archived, so nothing in it can change";
      }
      return level === "disabled" ? issuesOff : undefined;
    },
  };
  const forProposal: Purpose = {
    advice:
      "make a project access token with the role Developer and the scope api, and set it as the protected CI/CD variable TAKE_OVER_TOKEN",
    gone: "it has been deleted",
    obstacle: async () => {
      const { archived } = await client.peek<{ archived: boolean }>(project);
      return archived === true ? "the project is archived, so nothing in it can change" : undefined;
    },
  };
  type Row = { author: { id: number } | null };
  type NoteRow = Row & { id: number; body: string };
  type IssueRow = Row & { iid: number; title: string; description: string | null };
  let self: Promise<number> | undefined;
  const whoami = async (): Promise<number> => {
    const url = `${api}/user`;
    const { text } = await client.call("GET", url, {
      advice,
      gone: advice,
      obstacle: () => Promise.resolve(undefined),
    });
    const user = jsonOf(text) as { id?: number } | null | undefined;
    if (user?.id === undefined) {
      throw notTheApi(url);
    }
    return user.id;
  };

  return {
    name: "GitLab",
    limit: 1_000_000,
    run: `${process.env["CI_JOB_URL"]}`,
    ways: {
      back: `[start a pipeline](${process.env["CI_PROJECT_URL"]}/-/pipelines/new)`,
      over: `start the job take-over of the newest [scheduled pipeline](${process.env["CI_PROJECT_URL"]}/-/pipelines?source=schedule), which opens a merge request`,
    },
    self() {
      self ??= whoami();
      return self;
    },
    async *comments() {
      for await (const { id, body, author } of client.rows<NoteRow>(notes(), forNote)) {
        yield { id, body, author: author?.id };
      }
    },
    async addComment(body) {
      await client.call("POST", notes(), forNote, { body });
    },
    async editComment(id, body) {
      await client.call("PUT", `${notes()}/${id}`, forNote, { body });
    },
    async *openIssues() {
      for await (const row of client.rows<IssueRow>(`${issues}?state=opened`, forIssue)) {
        yield { number: row.iid, title: row.title, body: row.description ?? "", author: row.author?.id };
      }
    },
    async openIssue(title, description) {
      await client.call("POST", issues, forIssue, { title, description });
    },
    async editIssue(number, title, description) {
      await client.call("PUT", `${issues}/${number}`, forIssue, { title, description });
    },
    async closeIssue(number, body) {
      await client.call("PUT", `${issues}/${number}`, forIssue, { state_event: "close" });
      await client.call("POST", `${issues}/${number}/notes`, forIssue, { body });
    },
    async propose({ branch, file, content, title, body: description }: Proposal) {
      await client.call("POST", `${project}/repository/commits`, forProposal, {
        branch,
        start_sha: variable("CI_COMMIT_SHA"),
        force: true,
        commit_message: title,
        actions: [{ action: "update", file_path: file, content }],
      });
      const requests = `${project}/merge_requests`;
      const open = `${requests}?state=opened&source_branch=${encodeURIComponent(branch)}`;
      for await (const { iid } of client.rows<{ iid: number }>(open, forProposal)) {
        await client.call("PUT", `${requests}/${iid}`, forProposal, { title, description });
        return { name: `Merge request ${iid}`, isNew: false };
      }
      const { text } = await client.call("POST", requests, forProposal, {
        title,
        description,
        source_branch: branch,
        target_branch: variable("CI_DEFAULT_BRANCH"),
        remove_source_branch: true,
      });
      return { name: `Merge request ${(jsonOf(text) as { iid: number }).iid}`, isNew: true };
    },
  };
}
