import { jsonOf } from "./answers.mts";
import { Failure, textOf, variable } from "./environment.mts";
import type { Forge, Proposal, Text } from "./forge.mts";
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
  const forProposal: Purpose = {
    advice: "give the job the permissions 'contents: write' and 'pull-requests: write'",
    gone: "it has been deleted",
    obstacle: async () => {
      const { archived } = await client.peek<{ archived: boolean }>(repository);
      return archived === true ? "the repository is archived, so nothing in it can change" : undefined;
    },
  };
  const change = async <Answer,>(
    method: "GET" | "POST" | "PATCH",
    path: string,
    body?: object,
  ): Promise<Answer> =>
    jsonOf((await client.call(method, `${repository}/${path}`, forProposal, body)).text) as Answer;
  const workflow = (name: string): string =>
    `${process.env["GITHUB_SERVER_URL"]}/${process.env["GITHUB_REPOSITORY"]}/actions/workflows/${name}.yml`;
  type Row = { body: string | null; user: { login: string } | null };
  type CommentRow = Row & { id: number };
  type IssueRow = Row & { number: number; title: string; pull_request?: object };
  const written = ({ body, user }: Row): Text => ({ body: body ?? "", author: user?.login });

  return {
    name: "GitHub",
    limit: 65_536,
    run: `${process.env["GITHUB_SERVER_URL"]}/${process.env["GITHUB_REPOSITORY"]}/actions/runs/${process.env["GITHUB_RUN_ID"]}`,
    ways: {
      back: `[start the deployment](${workflow("deploy")}) by **Run workflow**`,
      over: `[start the workflow that opens a pull request](${workflow("take-over")}) by **Run workflow**`,
    },
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
    async propose({ branch, file, content, title, body }: Proposal) {
      const parent = variable("GITHUB_SHA");
      const { tree } = await change<{ tree: { sha: string } }>("GET", `git/commits/${parent}`);
      const changed = await change<{ sha: string }>("POST", "git/trees", {
        base_tree: tree.sha,
        tree: [{ path: file, mode: "100644", type: "blob", content }],
      });
      const commit = await change<{ sha: string }>("POST", "git/commits", {
        message: title,
        tree: changed.sha,
        parents: [parent],
      });
      // The branch moves once, to the new commit: GitHub closes a pull request whose branch is where its target is.
      const ref = `refs/heads/${branch}`;
      const found = client.rows<{ ref: string }>(
        `${repository}/git/matching-refs/heads/${branch}`,
        forProposal,
      );
      if (await has(found, (row) => row.ref === ref)) {
        await change("PATCH", `git/${ref}`, { sha: commit.sha, force: true });
      } else {
        await change("POST", "git/refs", { ref, sha: commit.sha });
      }
      const [owner] = variable("GITHUB_REPOSITORY").split("/");
      const query = `state=open&head=${encodeURIComponent(`${owner}:${branch}`)}`;
      for await (const { number } of client.rows<{ number: number }>(
        `${repository}/pulls?${query}`,
        forProposal,
      )) {
        await change("PATCH", `pulls/${number}`, { title, body });
        return { name: `Pull request ${number}`, isNew: false };
      }
      const base = variable("GITHUB_REF_NAME");
      // The branch is there, so a person can go on where workflows may open none.
      const advice =
        `open it yourself at ${process.env["GITHUB_SERVER_URL"]}/${process.env["GITHUB_REPOSITORY"]}/compare/${base}...${branch}?expand=1, ` +
        "or allow GitHub Actions to create pull requests under Settings > Actions > General, as README.md says";
      const { text } = await client.call(
        "POST",
        `${repository}/pulls`,
        { ...forProposal, advice },
        {
          title,
          body,
          head: branch,
          base,
        },
      );
      const { number } = jsonOf(text) as { number: number };
      return { name: `Pull request ${number}`, isNew: true };
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

async function has<Row>(rows: AsyncIterable<Row>, isWanted: (row: Row) => boolean): Promise<boolean> {
  for await (const row of rows) {
    if (isWanted(row)) {
      return true;
    }
  }
  return false;
}
