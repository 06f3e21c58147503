import type { Actor } from "./events";
import { projectRoles } from "./projectRules";
import type { World } from "./world";

/** Who the other people are, in the activity feed; the address is one for documentation. */
const colleague: Actor & { name: string } = {
  kind: "user",
  name: "colleague@example.com",
  from: "203.0.113.7",
};

interface Command {
  readonly usage: string;
  readonly does: string;
  /** How many words it needs. */
  readonly words: number;
  /** Whether the activity feed shows it as done by the colleague. */
  readonly byColleague?: true;
  readonly run: (world: World, words: readonly string[]) => string;
}

const commands: Readonly<Record<string, Command>> = {
  accept: {
    usage: "accept EMAIL",
    does: "the person accepts the invitation",
    words: 1,
    run: (world, [email = ""]) => {
      world.acceptInvitation(email);
      return `${email} is an active user now.`;
    },
  },
  invite: {
    usage: "invite PROJECT EMAIL ROLE...",
    does: "a colleague adds the person by hand",
    words: 3,
    byColleague: true,
    run: (world, [project = "", email = "", ...roles]) => {
      checkRoles(roles);
      world.invite(project, email, roles, colleague.name);
      return `${email} has ${roles.join(", ")}.`;
    },
  },
  expire: {
    usage: "expire EMAIL",
    does: "the invitation of the person expires",
    words: 1,
    run: (world, [email = ""]) => {
      world.expireInvitation(email);
      return `The invitation of ${email} has expired.`;
    },
  },
  roles: {
    usage: "roles PROJECT EMAIL ROLE...",
    does: "a colleague sets the roles by hand",
    words: 3,
    byColleague: true,
    run: (world, [project = "", email = "", ...roles]) => {
      checkRoles(roles);
      world.setRoles(project, email, roles);
      return `${email} has ${roles.join(", ")}.`;
    },
  },
  remove: {
    usage: "remove PROJECT EMAIL",
    does: "a colleague removes the person from the project",
    words: 2,
    byColleague: true,
    run: (world, [project = "", email = ""]) => {
      world.removeFromProject(project, email);
      return `${email} is not in the project any more.`;
    },
  },
  "team-add": {
    usage: "team-add TEAM EMAIL",
    does: "a colleague puts a user of the organization into the team",
    words: 2,
    byColleague: true,
    run: (world, [team = "", email = ""]) => {
      world.addToTeam(team, email);
      return `${email} is in the team.`;
    },
  },
  "team-remove": {
    usage: "team-remove TEAM EMAIL",
    does: "a colleague takes the person out of the team",
    words: 2,
    byColleague: true,
    run: (world, [team = "", email = ""]) => {
      world.removeFromTeam(team, email);
      return `${email} is not in the team any more.`;
    },
  },
  members: {
    usage: "members PROJECT",
    does: "shows who is in the project",
    words: 1,
    run: (world, [project = ""]) => {
      const lines = Object.entries(world.members(project)).map(
        ([email, { status, roles }]) => `${email} ${status} ${roles.join(", ")}`,
      );
      return lines.length > 0 ? lines.join("\n") : "Nobody.";
    },
  },
  "edit-window": {
    usage: "edit-window PROJECT",
    does: "a colleague edits the maintenance window, which takes back the deferrals",
    words: 1,
    byColleague: true,
    run: (world, [project = ""]) => {
      world.editWindow(project);
      return "Nothing is deferred any more.";
    },
  },
};

function checkRoles(roles: readonly string[]): void {
  const unknown = roles.filter((role) => !projectRoles.has(role));
  if (unknown.length > 0) {
    const known = [...projectRoles].join(", ");
    throw new Error(`A project does not have the role ${unknown.join(", ")}. Choose from ${known}`);
  }
}

const help = [
  ...Object.values(commands),
  { usage: "help", does: "shows this" },
  { usage: "quit", does: "stops Atlas" },
]
  .map(({ usage, does }) => `  ${usage.padEnd(28)} ${does}`)
  .join("\n");

/** Runs one line that a person typed. Returns what to print, or undefined for 'stop'. */
export function runCommand(world: World, line: string): string | undefined {
  const [name = "", ...words] = line.trim().split(/\s+/);
  if (name === "quit" || name === "exit") {
    return undefined;
  }
  if (name === "") {
    return "";
  }
  if (name === "help") {
    return help;
  }
  const command = commands[name];
  if (!command) {
    return `There is no command '${name}'. Type 'help' for those there are.`;
  }
  if (words.length < command.words) {
    return `Usage: ${command.usage}`;
  }
  try {
    const run = (): string => command.run(world, words);
    return command.byColleague ? world.acting(colleague, run) : run();
  } catch (error) {
    return `${(error as Error).message}.`;
  }
}
