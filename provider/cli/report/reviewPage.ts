import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { onOneLine } from "./inert";
import { isUndeclared, type Review, type ReviewedProject, type ReviewRow, summaryOf } from "./review";
import { type Column, cellsOf, columnsOf, comparedWith, madeAt } from "./reviewCells";

/** It is not compiled: the package ships it, and it is as far below the root as the folder of this module is. */
const template = path.join(__dirname, "../../../provider/cli/report/reviewPage.html");

/**
 * The review as one page that needs nothing else: no network, no other file. Its Content-Security-Policy permits the one
 * style and the one script of the template by their hashes, so that nothing that Atlas or a program says can run.
 */
export function reviewPage(review: Review): string {
  const page = readFileSync(template, "utf8");
  const parts: Readonly<Record<string, string>> = {
    styleHash: hashOf(page, "style"),
    scriptHash: hashOf(page, "script"),
    title: html(`Access review, ${madeAt(review)}`),
    intro: html(`Made ${madeAt(review)}. ${comparedWith(review)}`),
    gaps: gapsOf(review),
    projects: review.projects.map((project) => projectRow(project, review)).join("\n"),
    count: html(`${review.projects.reduce((sum, { rows }) => sum + rows.length, 0)} rows.`),
    head: headOf(["Project", ...columnsOf(review)]),
    projectHead: headOf(
      summaryColumns.filter((column) => !column.startsWith("Undeclared") || review.stacks.length > 0),
    ),
    rows: review.projects
      .flatMap((project) => project.rows.map((row) => accessRow(row, project, review)))
      .join("\n"),
  };
  // In one go, so that what is put in is not looked at again.
  return page.replace(/\{\{(\w+)\}\}/g, (_, name: string) => parts[name] ?? "");
}

const summaryColumns = ["Project", "Users", "Undeclared", "Undeclared roles", "Invited only", "Owners"];

function headOf(titles: readonly string[]): string {
  return titles.map((title) => `<th scope="col">${html(title)}</th>`).join("");
}

function hashOf(page: string, element: string): string {
  const [, content = ""] = new RegExp(`<${element}>([^]*?)</${element}>`).exec(page) ?? [];
  return `sha256-${createHash("sha256").update(content).digest("base64")}`;
}

function gapsOf({ gaps }: Review): string {
  return gaps.length === 0
    ? ""
    : `<ul class="gaps">${gaps.map((gap) => `<li>${html(`Gap: ${gap}`)}</li>`).join("")}</ul>`;
}

/** More names than this are folded: they are in the long table too. */
const mostNames = 8;

function projectRow(project: ReviewedProject, review: Review): string {
  const { name, projectId } = project;
  const { users, owners, undeclared, withUndeclaredRoles, openInvitations } = summaryOf(project, review);
  return rowOf("", [
    { label: "Project", text: name === projectId ? projectId : `${name} (${projectId})` },
    { label: "Users", text: String(users) },
    ...(review.stacks.length === 0
      ? []
      : [
          { label: "Undeclared", text: String(undeclared) },
          { label: "Undeclared roles", text: String(withUndeclaredRoles) },
        ]),
    { label: "Invited only", text: String(openInvitations) },
    {
      label: "Owners",
      text: owners.join(", ") || "none",
      folded: owners.length > mostNames ? String(owners.length) : undefined,
    },
  ]);
}

function accessRow(row: ReviewRow, project: ReviewedProject, review: Review): string {
  const cells = cellsOf(row, review);
  const keys: Partial<Record<Column, string>> = {
    Since: row.since?.at ?? "",
    "Last sign-in": row.lastSignIn ?? "",
    "Open invitation": row.invitation?.sentAt ?? "",
  };
  const classes = [
    ...(row.isOwner ? ["owner"] : []),
    ...(review.stacks.length > 0 && isUndeclared(row) ? ["undeclared"] : []),
    ...(row.isPending ? ["invited"] : []),
  ];
  return rowOf(classes.join(" "), [
    { label: "Project", text: project.name },
    ...columnsOf(review).map((column) => ({ label: column, text: cells[column], key: keys[column] })),
  ]);
}

interface Cell {
  label: string;
  text: string;
  /** What it is sorted by. @default the text */
  key?: string | undefined;
  /** What is shown until somebody opens it. @default all of it */
  folded?: string | undefined;
}

function rowOf(classes: string, cells: readonly Cell[]): string {
  const shown = cells.map(({ label, text, key, folded }) => {
    const sort = key === undefined ? "" : ` data-sort="${html(key)}"`;
    // A name goes on a line of its own before it is broken between its parts. A day is not broken at its hyphens.
    const content = html(text)
      .replace(/\S*[@_.]\w\S*/g, (name) => `<span>${name.replace(/(?<=[@_.])(?=\w)/g, "<wbr>")}</span>`)
      .replace(/\b\d{4}-\d\d-\d\d\b/g, "<time>$&</time>");
    const all =
      folded === undefined
        ? `<div>${content}</div>`
        : `<details><summary>${html(folded)}</summary>${content}</details>`;
    return `<td data-label="${html(label)}"${sort}>${all}</td>`;
  });
  return `<tr${classes === "" ? "" : ` class="${classes}"`}>${shown.join("")}</tr>`;
}

/** Text that a page shows as it is, in elements and in quoted attributes. */
export function html(text: string): string {
  return onOneLine(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
