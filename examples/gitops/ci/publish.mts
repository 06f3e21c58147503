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
import { Failure, textOf } from "./environment.mts";
import type { Forge, Issue, Text } from "./forge.mts";
import { gitHub } from "./github.mts";
import { gitLab } from "./gitlab.mts";

const USAGE = "Usage: node ci/publish.mts comment FILE | issue FILE | healed";

// What this tool has written begins with one of these, which a page does not show. A marker anywhere else is a
// quotation in somebody's answer.
const COMMENT_MARKER = "<!-- atlas-access: preview -->";
const ISSUE_MARKER = "<!-- atlas-access: drift -->";

const ISSUE_TITLE = "MongoDB Atlas differs from what is declared";
const HEALED = "The drift check finds no difference any more.";

async function main([command, file, ...rest]: string[]): Promise<void> {
  const takesFile = command === "comment" || command === "issue";
  if ((!takesFile && command !== "healed") || (file !== undefined) !== takesFile || rest.length > 0) {
    throw new Failure(USAGE);
  }
  const text = file === undefined ? "" : normal(textOf(file));
  const forge = forgeOfThisRun();
  if (command === "comment") await comment(forge, text);
  else if (command === "issue") await issue(forge, text);
  else await healed(forge);
}

async function comment(forge: Forge, text: string): Promise<void> {
  // A preview says something also where nothing changes, so silence hides a failure.
  if (text === "") {
    throw new Failure("The preview is empty, and a comment about it must say what a merge would change.");
  }
  const body = bodyOf(forge, COMMENT_MARKER, text);
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
  if (text === "") {
    throw new Failure("The report is empty, and an issue about drift must say what has drifted.");
  }
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

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error instanceof Failure ? error.message : (error.stack ?? error.message));
  process.exitCode = 1;
});
