import { readFileSync } from "node:fs";
import { replaceFile } from "../files";
import type { Output } from "../output";
import type { DriftReport } from "../report/driftReport";
import { sentenceOf } from "../report/sentences";
import { AccessDocument } from "../takeOver/accessDocument";
import { type AccessChange, accessChanges } from "../takeOver/changes";

/**
 * Writes what Atlas has into the file of the gitops example, all of it or nothing.
 *
 * @returns what keeps it from that, as sentences for the report
 * @throws CommandFailure when the file cannot be written
 */
export function takeOverInto(file: string, { rows }: Pick<DriftReport, "rows">, output: Output): string[] {
  const { changes, others } = accessChanges(rows);
  const left = others.map(
    ({ subject }) => `${file} does not say anything about ${subject}, which stays as it is.`,
  );
  if (changes.length === 0) {
    return left;
  }
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return [...left, `${file} cannot be read, so nothing has been taken over: ${sentenceOf(error)}`];
  }
  const document = new AccessDocument(file, text);
  if (document.problems.length === 0) {
    document.problems.push(...repetitions(file, changes));
    for (const change of changes) {
      document.change(change);
    }
  }
  if (document.problems.length === 0) {
    document.checkExclusive();
  }
  if (document.problems.length > 0) {
    return [
      ...left,
      `${file} has not been written, because it does not fit what was deployed. Correct this, deploy the file as it is, and try again:`,
      ...document.problems,
    ];
  }
  replaceFile(file, document.toString());
  output.warn(
    `${file} has been written: ${changes.length === 1 ? "1 change" : `${changes.length} changes`}.`,
  );
  return left;
}

/** Two rows about one person in one project or team: nobody can tell which of them is to be written. */
function repetitions(file: string, changes: readonly AccessChange[]): string[] {
  const seen = new Set<string>();
  return changes.flatMap(({ place, username }) => {
    const id = place.kind === "project" ? place.projectId : place.teamId;
    const key = `${id}/${username}`.toLowerCase();
    if (seen.has(key)) {
      return [
        `${file}: Atlas has two people with the name ${username} in the ${place.kind} ${id}: remove one of them there.`,
      ];
    }
    seen.add(key);
    return [];
  });
}
