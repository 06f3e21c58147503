import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { AccessFile, type Mistake } from "./checks/file";
import { mistakesOfMeaning, repetitions } from "./checks/meaning";
import { mistakesOfForm } from "./checks/schema";
import { mistakesOfText } from "./checks/text";

/** What access.yaml says; access.schema.json describes each part. */
export interface Access {
  /** Ids of the projects in Atlas, by label. */
  projects: Record<string, string>;
  /** Where the teams are in Atlas, by label. */
  teams: Record<string, Team>;
  /** What each person may do, by e-mail address. */
  people: Record<string, Person>;
}

export interface Team {
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
  const file = new AccessFile(textOf(path.resolve(__dirname, name)));
  // What cannot be read for certain is not worth a look at what it says.
  refuse(name, mistakesOfText(file));
  refuse(name, [...repetitions(file), ...mistakesOfForm(file), ...mistakesOfMeaning(file)]);
  // The schema has been followed, so these are what it says; a key with nothing behind it is empty.
  const { projects, teams, people } = file.content as { [Key in keyof Access]?: Access[Key] | null };
  return { projects: projects ?? {}, teams: teams ?? {}, people: people ?? {} };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === "ENOENT" ? `${file} is not there` : `${file} cannot be read (${message})`;
    throw new pulumi.RunError(`${problem}: write it, or name another with 'pulumi config set accessFile'`);
  }
}

function refuse(name: string, mistakes: Mistake[]): void {
  if (mistakes.length === 0) return;
  const inOrder = mistakes.toSorted((a, b) => a.line - b.line);
  throw new pulumi.RunError(
    inOrder.map(({ line, text }) => `${path.basename(name)}:${line}: ${text}`).join("\n"),
  );
}
