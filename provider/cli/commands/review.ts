import { readState } from "../engine/record";
import { CommandFailure } from "../failure";
import { replaceFile } from "../files";
import type { Output } from "../output";
import { propertiesOfId } from "../report/identity";
import { harmless } from "../report/inert";
import { type Labels, labelOf, readLabels } from "../report/labels";
import { isExplicitProvider } from "../report/providers";
import { type Review, reviewProject } from "../report/review";
import { reviewCsv } from "../report/reviewCsv";
import { Declarations } from "../report/reviewDeclarations";
import { reviewPage } from "../report/reviewPage";
import { reviewMarkdown, reviewText } from "../report/reviewText";
import { parseId } from "./adopt";
import { askAtlas } from "./asking";
import { type Answers, askWhoHasAccess, type Questions } from "./reviewing";
import { settingsFor } from "./settingsFor";

export type ReviewFormat = "text" | "markdown" | "csv" | "html";

export interface ReviewOptions {
  /** Ids of projects. @default those in which the stacks declare somebody */
  projects: string[];
  /** Id of their organization. @default the one of the first project */
  org: string | undefined;
  /** The stacks that say what is declared; the first has the credentials. @default none, and the environment */
  stacks: string[];
  /** Also asks each project for its name and its teams. */
  details: boolean;
  /** Where to write. @default the standard output */
  file: string | undefined;
  format: ReviewFormat;
  /** Columns of the terminal. @default as many as it takes */
  width: number | undefined;
}

/**
 * Prints who may do what in which project, by which way, declared by which resource. Changes nothing, and works with
 * credentials that may only read.
 *
 * @returns the exit code: 0, also where some of it could not be found out
 * @throws CommandFailure, ConfigurationError or AtlasError
 */
export async function review(options: ReviewOptions, output: Output): Promise<0> {
  const stacks = [...new Set(options.stacks)];
  const named = options.projects.map((text) => parseId("--project", text));
  const orgId = options.org === undefined ? undefined : parseId("--org", options.org);
  if (named.length + stacks.length === 0) {
    throw new CommandFailure(
      "Neither --project nor --stack is given: name what is to be reviewed, as in `npx --no mongodbatlas-dynamic review --project 5f1b3c2a9d8e7f6a5b4c3d2e`.",
    );
  }
  const { declarations, labels, reachedBy } = await readStacks(stacks);
  const projectIds = [...new Set(named.length > 0 ? named : declarations.projectIds)];
  if (projectIds.length === 0) {
    const which =
      stacks.length === 1 ? `Stack ${stacks[0]} declares` : `The stacks ${stacks.join(", ")} declare`;
    throw new CommandFailure(`${which} nobody in any project: name the projects to review with --project.`);
  }
  const answers = await ask({ projectIds, orgId, details: options.details }, reachedBy, stacks[0], output);
  const report = reviewOf(answers, { stacks, declarations, labels, details: options.details });
  if (options.file !== undefined || options.format === "csv" || options.format === "html") {
    // Nobody overlooks them in what is printed for people.
    for (const gap of report.gaps) {
      output.warn(`Gap: ${gap}`);
    }
  }
  write(printers[options.format](report, options.width), options, output);
  return 0;
}

async function readStacks(
  stacks: readonly string[],
): Promise<{ declarations: Declarations; labels: Labels; reachedBy: Reach }> {
  const reachedBy = new Map<string, { stack: string; provider: string }>();
  const declarations = new Declarations();
  const projects = new Map<string, string>();
  const teams = new Map<string, string>();
  for (const stack of stacks) {
    const { resources } = await readState(stack);
    declarations.add(stack, resources);
    for (const { type, id, provider } of resources) {
      const { projectId } = propertiesOfId(type, id);
      if (projectId !== undefined && !reachedBy.has(projectId)) {
        reachedBy.set(projectId, { stack, provider: isExplicitProvider(provider) ? provider : "" });
      }
    }
    const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    const labels = readLabels(root?.outputs ?? {});
    for (const [id, label] of labels.projects) {
      projects.set(id, label);
    }
    for (const [id, label] of labels.teams) {
      teams.set(id, label);
    }
  }
  return { declarations, labels: { projects, teams }, reachedBy };
}

/** The stack and the provider that declare somebody in a project, by its id. */
type Reach = ReadonlyMap<string, { stack: string; provider: string }>;

/** Asks for each project with the credentials of the provider that declares somebody in it, or else with those of the first stack. */
async function ask(
  { projectIds, orgId, details }: Questions,
  reachedBy: Reach,
  first: string | undefined,
  output: Output,
): Promise<Answers> {
  const groups = new Map<string, { stack: string | undefined; provider: string; projectIds: string[] }>();
  for (const projectId of projectIds) {
    const { stack, provider } = reachedBy.get(projectId) ?? { stack: first, provider: "" };
    const key = JSON.stringify([stack, provider]);
    const group = groups.get(key) ?? { stack, provider, projectIds: [] };
    group.projectIds.push(projectId);
    groups.set(key, group);
  }
  const parts: Answers[] = [];
  for (const { stack, provider, projectIds: own } of groups.values()) {
    const settings = await settingsFor(stack, provider || undefined);
    parts.push(
      await askAtlas(settings, output, "Asking Atlas who has access", (client) =>
        askWhoHasAccess(client, { projectIds: own, orgId, details }),
      ),
    );
  }
  return {
    projects: parts.flatMap(({ projects }) => projects),
    teamNames: new Map(parts.flatMap(({ teamNames }) => [...teamNames])),
    gaps: parts.flatMap(({ gaps }) => gaps),
  };
}

interface Context {
  stacks: string[];
  declarations: Declarations;
  labels: Labels;
  details: boolean;
}

function reviewOf({ projects, teamNames, gaps }: Answers, context: Context): Review {
  const { stacks, declarations, labels } = context;
  const nameOfTeam = (teamId: string): string =>
    teamNames.get(teamId) ?? labelOf({ kind: "team", teamId, orgId: undefined }, labels);
  const reviewed = projects
    .map((facts) => {
      const { projectId } = facts;
      const label = labels.projects.get(projectId);
      return reviewProject({ ...facts, name: label ?? facts.name ?? projectId }, declarations, nameOfTeam);
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  return {
    now: new Date(),
    stacks,
    projects: reviewed,
    gaps: [...new Set([...gaps, ...uncertainTeams(reviewed)])],
  };
}

/** What `--details` makes certain. */
function uncertainTeams(projects: readonly ReturnType<typeof reviewProject>[]): string[] {
  const undecided = projects.flatMap(({ name, undecidedTeams }) =>
    undecidedTeams.length === 0 ? [] : [`${undecidedTeams.join(", ")} in project ${name}`],
  );
  const isAmbiguous = projects.some(({ rows }) => rows.some(({ teams }) => teams.length > 1));
  const remedy = "To know for certain, add --details: it takes two more requests a project.";
  return [
    ...(undecided.length === 0
      ? []
      : [
          `Whether these teams also give access cannot be told, because all their members have it by another way: ${undecided.join("; ")}. ${remedy}`,
        ]),
    ...(isAmbiguous
      ? [`Where a row names several teams, at least one of them gives the access. ${remedy}`]
      : []),
  ];
}

const printers: Readonly<Record<ReviewFormat, (review: Review, width: number | undefined) => string>> = {
  text: reviewText,
  markdown: reviewMarkdown,
  csv: reviewCsv,
  html: reviewPage,
};

function write(text: string, { file, format }: ReviewOptions, output: Output): void {
  if (file === undefined) {
    if (format === "csv") {
      output.printExactly(text);
    } else {
      output.print(text);
    }
    return;
  }
  // Lines of CSV end with a carriage return, and its fields are harmless already.
  replaceFile(file, format === "csv" ? text : `${harmless(text)}\n`);
  output.warn(`${file} has been written.`);
}
