import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Ajv, type ErrorObject } from "ajv";
import { closest, distance } from "fastest-levenshtein";
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";

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

/** A mistake, and the node of the file that it is about. */
interface Mistake {
  node: Node | undefined;
  text: string;
}

type Path = readonly string[];

/**
 * Reads the file that says who has access, and checks all of it.
 *
 * @param file relative to this program
 * @throws pulumi.RunError with a line for each mistake: where it is, what is wrong, and what to write instead. Pulumi
 * shows the message of this error alone, without the place in the program.
 */
export function readAccess(file: string): Access {
  const name = path.basename(file);
  const lines = new LineCounter();
  const text = textOf(path.resolve(__dirname, file));
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // Equal keys are found below, which knows in which line the first one is.
    uniqueKeys: false,
  });
  const lineAt = (offset: number): number => Math.max(lines.linePos(offset).line, 1);
  const lineOf = (node: Node | undefined): number => lineAt(node?.range?.[0] ?? 0);
  const refuse = (mistakes: { line: number; text: string }[]): void => {
    if (mistakes.length > 0) {
      const inOrder = mistakes.sort((a, b) => a.line - b.line);
      throw new pulumi.RunError(inOrder.map(({ line, text }) => `${name}:${line}: ${text}`).join("\n"));
    }
  };

  // What cannot be read for certain is not worth a look at what it says.
  refuse(strayCharacters(text));
  const unreadable = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    line: lineAt(pos[0]),
    text: syntaxMistake(code, message),
  }));
  // One slip makes the parser stumble more than once.
  refuse(unreadable.filter(({ line }, i) => unreadable.findIndex((other) => other.line === line) === i));
  refuse(shorthands(document).map(({ node, text }) => ({ line: lineOf(node), text })));
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    refuse([{ line: 1, text: "the file is empty: write 'projects' and 'people', as README.md shows" }]);
  }

  const content: unknown = document.toJS();
  refuse(
    [
      ...repetitions(root, lineOf),
      ...mistakesOfForm(root, content, lineOf),
      ...mistakesOfSense(root, content, lineOf),
    ].map(({ node, text }) => ({ line: lineOf(node), text })),
  );
  // The schema has been followed, so these are what it says; a key with nothing behind it is empty.
  const { projects, teams, people } = content as { [Key in keyof Access]?: Access[Key] | null };
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

/** What gets into a file by accident, and makes the parser complain of something else. */
function strayCharacters(text: string): { line: number; text: string }[] {
  return text.split("\n").flatMap((content, index) => {
    if (/^(<{7}|={7}|>{7})( |$)/.test(content)) {
      return [
        {
          line: index + 1,
          text: "a merge conflict is left here: keep one of the sides, and take out its marks",
        },
      ];
    }
    // A byte order mark at the beginning of a file is no mistake.
    return /[\u00a0\u2000-\u200f\u2028\u2029\u202f\u2060]|(?!^)\ufeff/.test(content)
      ? [
          {
            line: index + 1,
            text: "an invisible character stands in this line: write the line anew, with plain spaces",
          },
        ]
      : [];
  });
}

function syntaxMistake(code: string, message: string): string {
  switch (code) {
    case "MULTILINE_IMPLICIT_KEY":
      return "a colon is missing at the end of this line, or of the one above";
    case "NON_STRING_KEY":
      return "a list or a mapping stands in the place of a key: write a plain text and a colon";
    case "TAB_AS_INDENT":
      return "a tab indents this line: write spaces instead";
    case "MULTIPLE_DOCS":
      return "a second document begins here: keep one, and take out the line '---'";
    default:
      return `this is not YAML (${message}): look at the quotes, colons and spaces here and in the line above`;
  }
}

/**
 * Aliases and merge keys. They would work, but a change to what they stand for changes the access of people whose lines
 * a reviewer does not see.
 */
function shorthands(document: ReturnType<typeof parseDocument>): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(document, {
    Alias: (_, alias) => {
      mistakes.push({
        node: alias,
        text: `*${alias.source} stands for something in another line: write that out here`,
      });
    },
    Pair: (_, pair) => {
      if (keyOf(pair) !== "<<") return undefined;
      mistakes.push({
        node: isNode(pair.key) ? pair.key : undefined,
        text: "'<<' takes over what is in another line: write that out here",
      });
      // Its value is an alias, and the same mistake.
      return visit.SKIP;
    },
  });
  return mistakes;
}

/** Keys that are there twice, people also where the case differs: Atlas takes both for the same person. */
function repetitions(root: unknown, lineOf: (node: Node | undefined) => number): Mistake[] {
  const mistakes: Mistake[] = [];
  const people = isMap(root) ? root.items.findLast((pair) => keyOf(pair) === "people")?.value : undefined;
  visit(isNode(root) ? root : null, {
    Map: (_, map) => {
      const seen = new Map<string, number>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const text = String(key.value);
        const same = map === people ? text.toLowerCase() : text;
        const line = seen.get(same);
        if (line === undefined) {
          seen.set(same, lineOf(key));
          continue;
        }
        const advice =
          map === people ? "keep one entry, with everything that this person may do" : "keep one of the two";
        mistakes.push({ node: key, text: `${text} is there already, in line ${line}: ${advice}` });
      }
    },
  });
  return mistakes;
}

/** What the schema says, which is the one that editors go by. Its `errorMessage` is what to write instead. */
interface Schema {
  errorMessage?: string;
  properties?: Record<string, Schema>;
  anyOf?: { enum?: string[] }[];
}

function mistakesOfForm(
  root: unknown,
  content: unknown,
  lineOf: (node: Node | undefined) => number,
): Mistake[] {
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true });
  ajv.addVocabulary(["errorMessage"]);
  const validate = ajv.compile(readSchema());
  validate(content);

  return (validate.errors ?? []).flatMap((error: ErrorObject) => {
    const at = pathOf(error.instancePath);
    const {
      errorMessage = "look into access.schema.json",
      properties = {},
      anyOf = [],
    } = error.parentSchema as Schema;
    const mistake = (step: Path, text: string): Mistake[] => [{ node: nodeAt(root, [...at, ...step]), text }];
    switch (error.keyword) {
      case "additionalProperties": {
        const key = String(error.params["additionalProperty"]);
        if (key.includes("@")) {
          return mistake(
            [key],
            `'${key}' looks like a person: write it two spaces further in than 'people', as the others`,
          );
        }
        const known = alternatives(Object.keys(properties).map((property) => `'${property}'`));
        return mistake([key], `unknown key '${key}' of ${subject(at)}: write ${known}`);
      }
      case "required": {
        const key = String(error.params["missingProperty"]);
        return mistake(
          [],
          `${subject(at)} has no '${key}': ${properties[key]?.errorMessage ?? errorMessage}`,
        );
      }
      case "uniqueItems": {
        const { i: second, j: first } = error.params as { i: number; j: number };
        const line = lineOf(nodeAt(root, [...at, String(first)]));
        const item = String((error.data as unknown[])[second]);
        return mistake([String(second)], `${item} is there already, in line ${line}: keep one of the two`);
      }
      case "anyOf":
        return mistake(
          [],
          roleMistake(
            String(error.data),
            anyOf.flatMap((part) => part.enum ?? []),
          ),
        );
      case "propertyNames":
        // Says that there is another error, which says what is wrong with the name.
        return [];
      default:
        // What stands under `anyOf` is a reason of the error of `anyOf`, which has a message of its own.
        if (error.schemaPath.includes("/anyOf/")) return [];
        if (typeof error.data === "string" && /^[\w-]+:\S/.test(error.data)) {
          return mistake(
            [],
            `${subject(at)} cannot be ${describe(error.data)}: write a space after the colon`,
          );
        }
        return error.propertyName === undefined
          ? mistake([], `${subject(at)} cannot be ${describe(error.data)}: ${errorMessage}`)
          : mistake([error.propertyName], `'${error.propertyName}' is no e-mail address: ${errorMessage}`);
    }
  });
}

function roleMistake(role: string, known: string[]): string {
  // Atlas's pages show `Project Read Only` where its API says `GROUP_READ_ONLY`.
  const guess = role
    .trim()
    .toUpperCase()
    .replaceAll(/[\s_-]+/g, "_")
    .replace(/^(ORG_|ORGANIZATION_|GROUP_|PROJECT_)?/, "GROUP_");
  const advice = `write a project role such as ${known.includes(guess) ? guess : "GROUP_READ_ONLY"}`;
  return role.startsWith("ORG_")
    ? `${role} is a role of the organization, and this is a project's list: ${advice}, or give it in Atlas under the organization's users`
    : `'${role}' is no project role: ${advice}`;
}

/** The project roles that the schema offers to editors. */
function knownRoles(): string[] {
  const roles: string[] = [];
  JSON.stringify(readSchema(), (key, value: unknown) => {
    if (key === "enum" && Array.isArray(value)) roles.push(...value.map(String));
    return value;
  });
  return roles;
}

function readSchema(): object {
  return JSON.parse(readFileSync(path.join(__dirname, "access.schema.json"), "utf8")) as object;
}

/** What a schema cannot say. It may meet anything where the form is wrong, and passes over it. */
function mistakesOfSense(
  root: unknown,
  content: unknown,
  lineOf: (node: Node | undefined) => number,
): Mistake[] {
  const { projects, teams, people } = isRecord(content) ? content : {};
  const mistakes: Mistake[] = [];
  const add = (at: Path, text: string): void => {
    mistakes.push({ node: nodeAt(root, at), text });
  };

  const sameIds = (
    section: string,
    declared: unknown,
    idOf: (value: unknown) => string | undefined,
  ): void => {
    const seen = new Map<string, string>();
    for (const [label, value] of entries(declared)) {
      const id = idOf(value);
      const first = id === undefined ? undefined : seen.get(id);
      if (first !== undefined) {
        const line = lineOf(nodeAt(root, [section, first]));
        add(
          [section, label],
          `${label} has the id of ${first}, in line ${line}: keep one of the two labels, or write another id`,
        );
      } else if (id !== undefined) {
        seen.set(id, label);
      }
    }
  };
  sameIds("projects", projects, (id) => (typeof id === "string" ? id.toLowerCase() : undefined));
  sameIds("teams", teams, (team) => {
    const { orgId, teamId } = isRecord(team) ? team : {};
    return typeof orgId === "string" && typeof teamId === "string"
      ? `${orgId}/${teamId}`.toLowerCase()
      : undefined;
  });

  const declaredIn = (section: string, declared: unknown, label: string, at: Path): void => {
    // Whether a label is declared cannot be told from a section that is not as it should be.
    if ((declared ?? undefined) !== undefined && !isRecord(declared)) return;
    const labels = entries(declared).map(([known]) => known);
    if (labels.includes(label)) return;
    const others = labels.length === 0 ? "" : `write ${alternatives(labels)}, or `;
    add(at, `${label} is not among the ${section}: ${others}declare it under '${section}' at the top`);
  };
  const known = knownRoles();
  for (const [username, person] of entries(people)) {
    if (!isRecord(person)) continue;
    const at = ["people", username];
    for (const [label, roles] of entries(person["projects"])) {
      declaredIn("projects", projects, label, [...at, "projects", label]);
      for (const [i, role] of (Array.isArray(roles) ? (roles as unknown[]) : []).entries()) {
        // A role that Atlas has added since is let through, but hardly one that is a letter or two from another.
        const meant = typeof role === "string" && /^GROUP_/.test(role) ? closest(role, known) : undefined;
        if (meant !== undefined && role !== meant && distance(String(role), meant) <= 2) {
          add([...at, "projects", label, String(i)], `${role} is no role that is known here: write ${meant}`);
        }
      }
    }
    const inTeams = Array.isArray(person["teams"]) ? (person["teams"] as unknown[]) : [];
    for (const [i, label] of inTeams.entries()) {
      if (typeof label === "string") declaredIn("teams", teams, label, [...at, "teams", String(i)]);
    }
    const isEmpty = (part: unknown): boolean =>
      part === undefined || (typeof part === "object" && part !== null && Object.keys(part).length === 0);
    // Another key is a mistake of its own, which may be where they were meant to stand.
    const hasOthers = Object.keys(person).some((key) => key !== "projects" && key !== "teams");
    if (isEmpty(person["projects"]) && isEmpty(person["teams"]) && !hasOthers) {
      add(at, `${username} has no project and no team: write one, or take the person out`);
    }
  }
  return mistakes;
}

/** What a path is, for a person who reads the file. */
function subject([section, label, part, item, index]: Path): string {
  if (section === undefined) return "the file";
  if (label === undefined) return `'${section}'`;
  if (section === "projects") return `the id of ${label}`;
  if (section === "teams")
    return part === undefined ? `the team ${label}` : `the ${part} of the team ${label}`;
  if (part === undefined) return label;
  if (item === undefined) return `'${part}' of ${label}`;
  if (part === "teams") return `a team of ${label}`;
  return index === undefined ? `the roles of ${label} in ${item}` : `a role of ${label} in ${item}`;
}

function describe(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "number") return "a number";
  if (typeof value !== "string") return String(value);
  return `'${value.length > 80 ? `${value.slice(0, 80)}…` : value}'`;
}

/** `a`, `a or b`, `a, b or c` */
function alternatives(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The steps of a JSON pointer. */
function pathOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Where a path leads to: a key of a mapping, or an item of a list. */
function nodeAt(root: unknown, at: Path): Node | undefined {
  let found: unknown = root;
  let value: unknown = root;
  for (const step of at) {
    if (isMap(value)) {
      // Of equal keys the last one, as it is that one's value that counts.
      const pair: Pair | undefined = value.items.findLast((candidate) => keyOf(candidate) === step);
      found = pair?.key;
      value = pair?.value;
    } else if (isSeq(value)) {
      found = value.items[Number(step)];
      value = found;
    }
  }
  return isNode(found) ? found : undefined;
}

function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entries(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}
