import { type AcceptedFile, readAccepted } from "../acceptedFile";
import { CommandFailure } from "../failure";
import { replaceFile } from "../files";
import type { Output } from "../output";
import { type Acceptance, notesOnUnused, sortOutAccepted } from "../report/accepted";
import { driftJson, type ReportVersion } from "../report/driftJson";
import { isDrift, isReport, markdownOf, type Outcome, textOf } from "../report/driftReport";
import { inMarkdown, onOneLine } from "../report/inert";
import { junitOf } from "../report/junit";
import { sentenceOf } from "../report/sentences";
import type { Severity } from "../report/severity";
import { addToStepSummary } from "../stepSummary";
import { cannotKnow, compare } from "./drift";

export interface DriftOptions {
  /** One or more. */
  stacks: string[];
  /** Whether the report is about a list of stacks, though there may be one. */
  isList: boolean;
  /** Also lists members of projects that no resource declares. */
  unmanaged: boolean;
  /** Also finds out who has made each difference. */
  attribution: boolean;
  /** The lowest severity that exit code 7 is for. */
  failOn: Severity;
  /** The file that lists accepted differences. */
  accepted: string | undefined;
  /** The file of the gitops example that takes over what Atlas has. Then there is one stack. */
  takeOver: string | undefined;
  /** The file for a report in the form of JUnit. */
  junit: string | undefined;
  format: "text" | "json" | "markdown";
  /** The version of the JSON report. Version 1 is about one stack. */
  version: ReportVersion;
}

/**
 * Looks for drift in stacks, one after the other, and prints one report.
 *
 * @returns the exit code: 0 when all is known to be as declared, or what is not does not count, 7 when it is not, and 1 when
 * one of several stacks could not be compared
 * @throws CommandFailure or AtlasError when the only stack could not be compared
 */
export async function drift(options: DriftOptions, output: Output): Promise<0 | 1 | 7> {
  const { stacks, isList, unmanaged, attribution, failOn, takeOver, junit } = options;
  const file = options.accepted === undefined ? noneAccepted : readAccepted(options.accepted);
  const used: Acceptance[] = [];
  const outcomes: Outcome[] = [];
  for (const stack of stacks) {
    try {
      const comparison = await compare({ stack, unmanaged, attribution }, output);
      const sorted = sortOutAccepted(comparison.rows, file.entries, comparison.now);
      used.push(...sorted.used);
      const { rows, accepted, notes } = sorted;
      outcomes.push({ ...comparison, rows, accepted, notes, failOn });
    } catch (error) {
      if (!isList) {
        if (junit !== undefined) {
          // A report from before would say that all is well.
          replaceFile(junit, junitOf([{ stack, failure: sentenceOf(error) }]));
        }
        throw error;
      }
      outcomes.push({ stack, failure: sentenceOf(error) });
      output.warn(`Stack ${stack}: ${sentenceOf(error)}`);
    }
  }
  const reports = outcomes.filter(isReport);
  const unused = reports.length < outcomes.length ? [] : notesOnUnused(file.entries, used, unmanaged);
  const notes = [...file.mistakes, ...unused];
  if (takeOver !== undefined) {
    // Few runs need it.
    const { takeOverInto } = require("./takeOver") as typeof import("./takeOver");
    for (const report of reports) {
      report.notes.push(...takeOverInto(takeOver, report, output));
    }
  }
  print(outcomes, notes, options, output);
  if (junit !== undefined) {
    replaceFile(junit, junitOf(outcomes));
  }
  return exitCodeOf(outcomes, output);
}

const noneAccepted: AcceptedFile = { entries: [], mistakes: [] };

function print(
  outcomes: Outcome[],
  notes: string[],
  { isList, format, version }: DriftOptions,
  output: Output,
): void {
  if (format === "json") {
    const [only] = isList ? [] : outcomes.filter(isReport);
    const json =
      only === undefined
        ? {
            version,
            stacks: outcomes.map((each) => (isReport(each) ? driftJson(each, version) : each)),
            notes,
          }
        : driftJson({ ...only, notes: [...only.notes, ...notes] }, version);
    output.print(JSON.stringify(json, undefined, 2));
    return;
  }
  const [reported, failed, line] =
    format === "text"
      ? ([textOf, failureText, onOneLine] as const)
      : ([markdownOf, failureMarkdown, inMarkdown] as const);
  const text = [
    ...outcomes.map((each) => (isReport(each) ? reported(each) : failed(each.stack, each.failure))),
    ...notes.map(line),
  ].join("\n\n");
  output.print(text);
  if (format === "markdown") {
    addToStepSummary(text, process.env, output);
  }
}

const failureText = (stack: string, failure: string): string =>
  `Stack ${stack} could not be compared.\n  ${onOneLine(failure)}`;

const failureMarkdown = (stack: string, failure: string): string =>
  `### ${inMarkdown(`Stack ${stack} could not be compared`)}\n\n${inMarkdown(failure)}`;

/** A failure wins: what is not known may be worse than what is. */
function exitCodeOf(outcomes: Outcome[], output: Output): 0 | 1 | 7 {
  const reports = outcomes.filter(isReport);
  const undecided = reports.flatMap((report) =>
    report.doubt === undefined || isDrift(report) ? [] : [cannotKnow(report.stack, report.doubt)],
  );
  for (const { message } of undecided) {
    output.warn(message);
  }
  if (reports.length < outcomes.length || undecided.length > 0) {
    return 1;
  }
  return reports.some(isDrift) ? 7 : 0;
}

/** The names of all stacks of the project in the working directory. */
export async function allStacks(): Promise<string[]> {
  const { pulumi } = require("../engine/pulumi") as typeof import("../engine/pulumi");
  const listed = JSON.parse(await pulumi(["stack", "ls", "--json"], "")) as { name: string }[];
  if (listed.length === 0) {
    throw new CommandFailure("The project has no stack: make one with `pulumi stack init`.");
  }
  return listed.map(({ name }) => name).sort();
}
