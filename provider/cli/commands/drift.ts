import type * as automation from "@pulumi/pulumi/automation";
import { readSettings } from "../../configuration";
import { assess, type Doubt, type Evidence, whatRuns } from "../engine/evidence";
import { previewRefresh } from "../engine/previewRefresh";
import { partialVariables, RecordReader, type StackRecord } from "../engine/record";
import { configurationOf, type Observation, observe, openStack } from "../engine/stack";
import { CommandFailure } from "../failure";
import type { Output } from "../output";
import { type DriftFormat, type DriftReport, printDrift, type ReportVersion } from "../report/driftReport";
import type { DriftRow } from "../report/driftRow";
import { driftRows } from "../report/driftRows";
import { type Labels, readLabels } from "../report/labels";
import { maskFor } from "../report/masking";
import { bySubject } from "../report/tables";

export interface DriftOptions {
  stack: string;
  /** Also lists members of projects that no resource declares. */
  unmanaged: boolean;
  /** The version of the JSON report. */
  version: ReportVersion;
  format: DriftFormat;
}

/**
 * Compares Atlas with what the last update of a stack declared, and prints a row for each property that has moved.
 * Writes nothing, neither to Atlas nor to the state, and does not run the program.
 *
 * @returns the exit code: 0 when all is known to be as declared, 7 when it is not
 * @throws CommandFailure or AtlasError when it could not be found out
 */
export async function drift(
  { stack: name, unmanaged, format, version }: DriftOptions,
  output: Output,
): Promise<0 | 7> {
  // Of a stack as a whole it is said that it is as declared.
  for (const variable of partialVariables) {
    delete process.env[variable];
  }
  const stack = await openStack(name);
  const records = new RecordReader(stack);
  const earlier = await records.read();
  refuse(whatRuns(name, earlier));
  const observation = await observe(
    name,
    "refresh",
    (callbacks) => previewRefresh(stack, callbacks),
    output.progress,
  );
  const labels = readLabels(observation.outputs);
  const undeclared = unmanaged ? await unmanagedMembers(stack, observation, labels, output) : [];
  const later = await records.read();
  const evidence = assess(name, earlier, later, new Set(observation.steps.map(({ urn }) => urn)));
  refuse(evidence);
  const mask = maskFor(observation.steps);
  const doubt = evidence.kind === "doubt" ? mask(evidence) : undefined;
  const now = new Date();
  const found = rowsOf(observation, later, { now, labels, doubt });
  // A resource about all members of a project may have told of somebody already.
  const told = new Set(found.map(({ id }) => id));
  const rows = [...found, ...undeclared.filter(({ id }) => !told.has(id))];
  if (doubt !== undefined && rows.length === 0) {
    throw new CommandFailure(
      `Atlas is as the state of stack ${name} says, but the state may not be as declared: ${doubt.reason}. ${doubt.remedy}`,
    );
  }
  const report: DriftReport = {
    stack: name,
    rows: mask(rows).sort(bySubject),
    now,
    doubt,
    isEmpty: observation.steps.length === 0,
  };
  output.print(printDrift(report, format, version));
  return rows.length === 0 ? 0 : 7;
}

/** Fails where a comparison means nothing, whatever it has found. */
function refuse(evidence: Evidence | undefined): void {
  if (evidence?.kind === "running" || evidence?.kind === "nothing") {
    throw new CommandFailure(evidence.sentence);
  }
}

function rowsOf(
  { steps }: Observation,
  { state }: StackRecord,
  { now, labels, doubt }: { now: Date; labels: Labels; doubt: Doubt | undefined },
): DriftRow[] {
  const ignored = new Map(state.resources.map(({ urn, ignoreChanges }) => [urn, ignoreChanges]));
  const suspect = doubt?.suspect;
  const cause = `outside the stack${suspect === undefined ? "" : `, or by ${suspect}`}`;
  return steps.flatMap((step) => driftRows(step, { now, cause, ignored, labels }));
}

async function unmanagedMembers(
  stack: automation.Stack,
  { steps }: Observation,
  labels: Labels,
  output: Output,
): Promise<DriftRow[]> {
  // Only now, because it takes the passphrase and loads an HTTP client.
  const { askAtlas } = require("./asking") as typeof import("./asking");
  const { findUnmanaged } = require("./unmanaged") as typeof import("./unmanaged");
  const settings = readSettings(await configurationOf(stack), process.env);
  return askAtlas(settings, output.progress, "Looking for members that nobody declares", (client) =>
    findUnmanaged(steps, labels, client),
  );
}
