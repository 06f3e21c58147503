import { Failure, textOf, variable } from "./environment.mts";
import type { Forge, Text } from "./forge.mts";
import { Client } from "./http.mts";
import { lockedText, type Purpose } from "./refusals.mts";

const issuesOff = "issues are switched off here: switch them on under Settings > General > Features";

export function gitHub(): Forge {
  const token = variable("GITHUB_TOKEN", `give it to the step by 'GITHUB_TOKEN: \${{ github.token }}'`);
  const repository = `${variable("GITHUB_API_URL")}/repos/${variable("GITHUB_REPOSITORY")}`;
  const client = new Client("GitHub", {
    Authorization: `Bearer ${token}`,
    Accept: "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
  });
  // Pull requests are issues to GitHub, so both have their comments there.
  const issues = `${repository}/issues`;
  const forPull: Purpose = {
    advice: "give the job the permission 'pull-requests: write'",
    gone: "it has been deleted",
    obstacle: async () => {
      const { locked } = await client.peek<{ locked: boolean }>(`${issues}/${pullRequestNumber()}`);
      return locked === true ? lockedText : undefined;
    },
  };
  const forIssue: Purpose = {
    advice: "give the job the permission 'issues: write'",
    gone: issuesOff,
    obstacle: async () => {
      const { archived, has_issues: has } = await client.peek<{ archived: boolean; has_issues: boolean }>(
        repository,
      );
      if (archived === true) {
        return "the repository is archived, so nothing in it can change";
      }
      return has === false ? issuesOff : undefined;
    },
  };
  type Row = { body: string | null; user: { login: string } | null };
  type CommentRow = Row & { id: number };
  type IssueRow = Row & { number: number; title: string; pull_request?: object };
  const written = ({ body, user }: Row): Text => ({ body: body ?? "", author: user?.login });

  return {
    name: "GitHub",
    limit: 65_536,
    run: `${process.env["GITHUB_SERVER_URL"]}/${process.env["GITHUB_REPOSITORY"]}/actions/runs/${process.env["GITHUB_RUN_ID"]}`,
    // The name that `github.token` writes under; it may not ask for it, and nobody can sign up with brackets.
    self: async () => "github-actions[bot]",
    async *comments() {
      const url = `${issues}/${pullRequestNumber()}/comments`;
      for await (const row of client.rows<CommentRow>(url, forPull)) {
        yield { id: row.id, ...written(row) };
      }
    },
    async addComment(body) {
      await client.call("POST", `${issues}/${pullRequestNumber()}/comments`, forPull, { body });
    },
    async editComment(id, body) {
      await client.call("PATCH", `${issues}/comments/${id}`, forPull, { body });
    },
    async *openIssues() {
      for await (const row of client.rows<IssueRow>(`${issues}?state=open`, forIssue)) {
        if (row.pull_request === undefined) {
          yield { number: row.number, title: row.title, ...written(row) };
        }
      }
    },
    async openIssue(title, body) {
      await client.call("POST", issues, forIssue, { title, body });
    },
    async editIssue(number, title, body) {
      await client.call("PATCH", `${issues}/${number}`, forIssue, { title, body });
    },
    async closeIssue(number, body) {
      await client.call("PATCH", `${issues}/${number}`, forIssue, {
        state: "closed",
        state_reason: "completed",
      });
      await client.call("POST", `${issues}/${number}/comments`, forIssue, { body });
    },
  };
}

/** The number of the pull request, from the event that started the run. */
function pullRequestNumber(): number {
  const event = JSON.parse(textOf(variable("GITHUB_EVENT_PATH"))) as { pull_request?: { number: number } };
  if (event.pull_request === undefined) {
    throw new Failure("This run belongs to no pull request: run it on 'pull_request'.");
  }
  return event.pull_request.number;
}
