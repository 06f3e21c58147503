import { inMarkdown, onOneLine } from "./inert";
import { type Review, type ReviewedProject, type ReviewRow, type Summary, summaryOf } from "./review";
import { cellsOf, columnsOf, comparedWith, madeAt } from "./reviewCells";
import { markdownTable } from "./tables";

/**
 * The review for a terminal: a table for each project, or a paragraph for each row where the terminal is too narrow.
 *
 * @param width columns of the terminal; `undefined` where the output is none
 */
export function reviewText(review: Review, width: number | undefined): string {
  return [
    `${titleOf(review)} ${comparedWith(review)}`,
    ...gapsOf(review).map(onOneLine),
    ...review.projects.flatMap((project) => [
      onOneLine(headOf(project, review)),
      ...(project.rows.length === 0 ? [] : [table(project, review, width)]),
    ]),
  ].join("\n\n");
}

/** The review in GitHub's and GitLab's Markdown. */
export function reviewMarkdown(review: Review): string {
  const gaps = gapsOf(review).map((gap) => `- ${inMarkdown(gap)}`);
  return [
    "## Access review",
    inMarkdown(`${titleOf(review)} ${comparedWith(review)}`),
    ...(gaps.length === 0 ? [] : [gaps.join("\n")]),
    ...review.projects.flatMap((project) => {
      const rows = project.rows.map((row) => inOrder(row, review));
      return [
        `### ${inMarkdown(nameOf(project))}`,
        inMarkdown(`${sentencesOf(summaryOf(project, review), review)}`),
        ...(rows.length === 0 ? [] : [markdownTable(columnsOf(review), rows)]),
      ];
    }),
  ].join("\n\n");
}

function titleOf(review: Review): string {
  const { length } = review.projects;
  return `Who has access to ${length === 1 ? "1 project" : `${length} projects`}, ${madeAt(review)}.`;
}

function gapsOf({ gaps }: Review): string[] {
  return gaps.map((gap) => `Gap: ${gap}`);
}

function headOf(project: ReviewedProject, review: Review): string {
  return `${nameOf(project)}: ${sentencesOf(summaryOf(project, review), review)}`;
}

function nameOf({ name, projectId }: ReviewedProject): string {
  return name === projectId ? `Project ${projectId}` : `Project ${name} (${projectId})`;
}

function sentencesOf(summary: Summary, { stacks }: Review): string {
  const { users, owners, undeclared, withUndeclaredRoles, openInvitations } = summary;
  const counted = [
    users === 1 ? "1 user" : `${users} users`,
    ...(stacks.length === 0 ? [] : [`${undeclared} that no resource declares`]),
    ...(withUndeclaredRoles === 0 ? [] : [`${withUndeclaredRoles} with roles that none declares`]),
    ...(openInvitations === 0 ? [] : [`${openInvitations} of them invited only`]),
  ];
  const named = owners.length === 0 ? "Owners: none." : `Owners (${owners.length}): ${owners.join(", ")}.`;
  return `${counted.join(", ")}. ${named}`;
}

function inOrder(row: ReviewRow, review: Review): string[] {
  const cells = cellsOf(row, review);
  return columnsOf(review).map((column) => onOneLine(cells[column]));
}

const gap = "  ";

function table(project: ReviewedProject, review: Review, width: number | undefined): string {
  const columns = columnsOf(review);
  const rows = project.rows.map((row) => inOrder(row, review));
  const lines = [columns, ...rows];
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => [...(cells[at] ?? "")].length)));
  const total = widths.reduce((sum, each) => sum + each, gap.length * (columns.length - 1));
  if (width !== undefined && total > width) {
    return rows.map((cells) => paragraphOf(cells, columns)).join("\n\n");
  }
  return lines.map((cells) => lineOf(cells, widths)).join("\n");
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, at) => cell + " ".repeat(Math.max(0, (widths[at] ?? 0) - [...cell].length)))
    .join(gap)
    .trimEnd();
}

function paragraphOf([user = "", ...cells]: readonly string[], [, ...rest]: readonly string[]): string {
  const width = Math.max(...rest.map((column) => column.length));
  return [user, ...rest.map((column, at) => `  ${`${column}:`.padEnd(width + 2)}${cells[at] ?? ""}`)].join(
    "\n",
  );
}
