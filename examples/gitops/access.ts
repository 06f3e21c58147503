import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { textOfBytes } from "./checks/encoding";
import { AccessFile, type Mistake } from "./checks/file";
import { mistakesOfMeaning, repetitions } from "./checks/meaning";
import { mistakesOfPlaces } from "./checks/places";
import { mistakesOfForm } from "./checks/schema";
import { mistakesOfText } from "./checks/text";

/** How large the file may be, in bytes: enough for 15,000 people. Ten times as much takes half a minute and a gigabyte. */
const largest = 1_000_000;

/** How many mistakes are shown at once. */
const mostMistakes = 1_000;

/** What access.yaml says; access.schema.json describes each part. */
export interface Access {
  /** Ids of the projects in Atlas, by label, or the ids and more. */
  projects: Record<string, string | Project>;
  /** Where the teams are in Atlas, by label. */
  teams: Record<string, Team>;
  /** What each person may do, by e-mail address. */
  people: Record<string, Person>;
}

/** Whether the file is the whole truth about a project or team. */
export interface Truth {
  /** Whether who is not in the file has no access. */
  exclusive?: boolean;
  /** Who is left alone nevertheless: e-mail addresses in which `*` is any text. */
  ignore?: string[];
  /** The most people that one deployment takes out. */
  maxRemovals?: number;
  /** Whether all access that the file gave is to be taken away. */
  removed?: boolean;
}

export interface Project extends Truth {
  projectId: string;
}

export interface Team extends Truth {
  orgId: string;
  teamId: string;
}

export interface Person {
  /** Roles by the label of the project. */
  projects?: Record<string, string[]>;
  /** Labels of teams. */
  teams?: string[];
}

/**
 * Reads the file that says who has access, and checks all of it.
 *
 * @param name of the file, relative to this program
 * @throws pulumi.RunError with a line for each mistake: where it is, what is wrong, and what to write instead. Pulumi
 * shows the message of this error alone, without the place in the program.
 */
export function readAccess(name: string): Access {
  const text = textOfBytes(bytesOf(path.resolve(__dirname, name)));
  if (typeof text !== "string") {
    throw refusal(name, [text]);
  }
  const file = new AccessFile(text);
  // What cannot be read for certain is not worth a look at what it says.
  refuse(name, mistakesOfText(file));
  refuse(name, [
    ...repetitions(file),
    ...mistakesOfForm(file),
    ...mistakesOfMeaning(file),
    ...mistakesOfPlaces(file),
  ]);
  // The schema has been followed, so these are what it says; a key with nothing behind it is empty.
  const { projects, teams, people } = file.content as { [Key in keyof Access]?: Access[Key] | null };
  return { projects: projects ?? {}, teams: teams ?? {}, people: people ?? {} };
}

function bytesOf(file: string): Buffer {
  const advice = "or name another with 'pulumi config set accessFile'";
  try {
    const { size } = statSync(file);
    if (size <= largest) {
      return readFileSync(file);
    }
    const megabytes = (size / 1_000_000).toFixed(1);
    throw new pulumi.RunError(
      `${file} has ${megabytes} MB, and may have 1 MB: divide it between stacks, ${advice}`,
    );
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) {
      throw error;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === "ENOENT" ? `${file} is not there` : `${file} cannot be read (${message})`;
    throw new pulumi.RunError(`${problem}: write it, ${advice}`);
  }
}

function refuse(name: string, mistakes: Mistake[]): void {
  if (mistakes.length > 0) {
    throw refusal(name, mistakes);
  }
}

function refusal(name: string, mistakes: Mistake[]): pulumi.RunError {
  const inOrder = mistakes.toSorted((a, b) => a.line - b.line);
  // One line may have the same mistake more than once.
  const lines = [...new Set(inOrder.map(({ line, text }) => `${path.basename(name)}:${line}: ${text}`))];
  const rest = lines.length - mostMistakes;
  const message =
    rest > 0
      ? [...lines.slice(0, mostMistakes), `There are ${rest} more: mend these first, and look again.`]
      : lines;
  return new pulumi.RunError(message.join("\n"));
}
