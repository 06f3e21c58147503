/**
 * Puts what the workflows have found out where people see it, on GitHub or GitLab:
 *
 *   node ci/publish.mts comment FILE   the Markdown in FILE is the one comment on the pull or merge request
 *   node ci/publish.mts issue FILE     the Markdown in FILE is the one open issue about drift
 *   node ci/publish.mts healed         there is no drift any more: the issue is closed
 *   node ci/publish.mts take-over FILE REPORT   FILE as it is here is in the one open pull or merge request about that,
 *                                      which says what the Markdown in REPORT says
 *
 * There is one comment and one issue for each stack: STACK in the environment names it, as `--stack` does. Without it, the
 * comment and the issue are those of a repository with one stack.
 *
 * It takes for its own what the token has written that it runs with, on GitHub `github.token`.
 *
 * It needs Node 22.18 or newer and no package.
 */
import { Failure, textOf } from "./environment.mts";
import { withFirstSeen } from "./firstSeen.mts";
import type { Forge, Issue, Text } from "./forge.mts";
import { gitHub } from "./github.mts";
import { gitLab } from "./gitlab.mts";
import { belongsTo, branchOf, type Kind, markerOf, type Stack, stackOfThisRun, titleOf } from "./stack.mts";

const usage = "Usage: node ci/publish.mts comment FILE | issue FILE | healed | take-over FILE REPORT";

/** How many files each command takes. */
const commands: Readonly<Record<string, number>> = { comment: 1, issue: 1, healed: 0, "take-over": 2 };

const healedText = "The drift check finds no difference any more.";

async function main([command = "", ...files]: string[]): Promise<void> {
  const [file = "", report = ""] = files;
  if (!Object.hasOwn(commands, command) || commands[command] !== files.length || files.includes("")) {
    throw new Failure(usage);
  }
  const text = command === "healed" ? "" : textOf(file);
  const saying = command === "take-over" ? normal(textOf(report)) : "";
  const stack = stackOfThisRun();
  const forge = forgeOfThisRun();
  if (command === "comment") {
    await comment(forge, stack, normal(text));
  } else if (command === "issue") {
    await issue(forge, stack, normal(text));
  } else if (command === "healed") {
    await healed(forge, stack);
  } else {
    await takeOver(forge, stack, file, text, saying);
  }
}

async function comment(forge: Forge, stack: Stack, text: string): Promise<void> {
  // A preview says something also where nothing changes, so silence hides a failure.
  if (text === "") {
    throw new Failure("The preview is empty, and a comment about it must say what a merge would change.");
  }
  const body = bodyOf(forge, markerOf("preview", stack), text);
  const own = await first(ownOf(forge, forge.comments(), "preview", stack), markerOf("preview", stack));
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

async function issue(forge: Forge, stack: Stack, text: string): Promise<void> {
  if (text === "") {
    throw new Failure("The report is empty, and an issue about drift must say what has drifted.");
  }
  const title = titleOf(stack, text);
  const own = await first(ownOf(forge, forge.openIssues(), "drift", stack), markerOf("drift", stack));
  const report = withFirstSeen(text, own?.body, new Date().toISOString().slice(0, "2026-12-31".length));
  const ways = `To take this back, ${forge.ways.back}. To take it over, ${forge.ways.over}.`;
  const body = bodyOf(forge, markerOf("drift", stack), report, ways);
  if (own === undefined) {
    await forge.openIssue(title, body);
    console.log("An issue has been opened.");
  } else if (own.title === title && isSame(own.body, body)) {
    console.log(`Issue ${own.number} says so already.`);
  } else {
    await forge.editIssue(own.number, title, body);
    console.log(`Issue ${own.number} has been updated.`);
  }
}

async function healed(forge: Forge, stack: Stack): Promise<void> {
  // All of them first: closing one moves those on later pages forward, past the end of what has been read.
  const open: Issue[] = [];
  for await (const own of ownOf(forge, forge.openIssues(), "drift", stack)) {
    open.push(own);
  }
  if (open.length === 0) {
    console.log("No issue is open.");
  }
  // Two runs at the same time may have opened one each.
  for (const { number } of open) {
    await forge.closeIssue(number, healedText);
    console.log(`Issue ${number} has been closed.`);
  }
}

async function takeOver(
  forge: Forge,
  stack: Stack,
  file: string,
  content: string,
  report: string,
): Promise<void> {
  const title = `Take over into ${file} what MongoDB Atlas has`;
  const body = bodyOf(
    forge,
    `A merge leaves Atlas as it is: it declares what was changed there by hand.`,
    `This was the report:\n\n${report}`,
  );
  const { name, isNew } = await forge.propose({ branch: branchOf(stack), file, content, title, body });
  console.log(`${name} has been ${isNew ? "opened" : "updated"}.`);
}

/** Those that this tool has written for the stack. Anybody can write a marker, and edit later what stands below it. */
async function* ownOf<Entry extends Text>(
  forge: Forge,
  entries: AsyncIterable<Entry>,
  kind: Kind,
  stack: Stack,
): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    if (belongsTo(entry.body, kind, stack) && entry.author === (await forge.self())) {
      yield entry;
    }
  }
}

/** The first one with this very marker, or else the first one at all, which an older version of this tool has written. */
async function first<Entry extends Text>(
  entries: AsyncIterable<Entry>,
  marker: string,
): Promise<Entry | undefined> {
  let older: Entry | undefined;
  for await (const entry of entries) {
    if (entry.body.startsWith(marker)) {
      return entry;
    }
    older ??= entry;
  }
  return older;
}

/** The marker, the text, which is cut at the end of a line where the forge would refuse it, and what stands at the end. */
function bodyOf(forge: Forge, marker: string, text: string, foot?: string): string {
  const end = foot === undefined ? "" : `\n\n${foot}`;
  const whole = `${marker}\n${text}${end}`;
  if (whole.length <= forge.limit) {
    return whole;
  }
  // The notice stands at the top, where no table or block of code that the cut leaves open can swallow it.
  const notice = `**This is cut off: it is longer than ${forge.name} takes. The whole is in the [log of the run](${forge.run}).**`;
  const head = `${marker}\n${notice}\n\n`;
  const room = text.slice(0, forge.limit - head.length - end.length + 1);
  // A single line that is longer than everything has no end to be cut at.
  const cut = room.lastIndexOf("\n");
  return head + room.slice(0, cut > 0 ? cut : -1) + end;
}

function isSame(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

/** Both forges may give a text back with other line ends, and without the blanks around it. */
function normal(text: string): string {
  return text.replaceAll("\r\n", "\n").trim();
}

function forgeOfThisRun(): Forge {
  if (process.env["GITHUB_ACTIONS"] === "true") {
    return gitHub();
  }
  if (process.env["GITLAB_CI"] === "true") {
    return gitLab();
  }
  throw new Failure(
    "This runs on GitHub Actions and GitLab CI only: neither GITHUB_ACTIONS nor GITLAB_CI is 'true'.",
  );
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error instanceof Failure ? error.message : (error.stack ?? error.message));
  process.exitCode = 1;
});
