import type * as automation from "@pulumi/pulumi/automation";
import { assess, type Doubt, type Evidence, whatRuns } from "../engine/evidence";
import { previewRefresh } from "../engine/previewRefresh";
import { partialVariables, RecordReader, type StackRecord } from "../engine/record";
import { type Observation, observe, openStack } from "../engine/stack";
import { CommandFailure } from "../failure";
import { type Output, withNoticesOnce } from "../output";
import type { DriftRow } from "../report/driftRow";
import { driftRows } from "../report/driftRows";
import { type Labels, readLabels } from "../report/labels";
import { maskFor } from "../report/masking";
import { providerNameOf } from "../report/providers";
import { type RatedRow, rated } from "../report/severity";

export interface ComparisonOptions {
  stack: string;
  /** Also lists members of projects that no resource declares. */
  unmanaged: boolean;
  /** Also finds out who has made each difference. */
  attribution: boolean;
}

/** How Atlas differs from what one stack declares. */
export interface Comparison {
  stack: string;
  rows: RatedRow[];
  now: Date;
  /** Why the state may not be what was declared. */
  doubt: Doubt | undefined;
  /** Sentences about what could not be found out. */
  gaps: string[];
  /** The resources of the stack, as `<type> <name>`, by URN. */
  resources: ReadonlyMap<string, string>;
}

/**
 * Compares Atlas with what the last update of a stack declared, with a row for each property that has moved.
 * Writes nothing, neither to Atlas nor to the state, and does not run the program.
 *
 * @throws CommandFailure or AtlasError when it could not be found out
 */
export async function compare(
  { stack: name, unmanaged, attribution }: ComparisonOptions,
  processOutput: Output,
): Promise<Comparison> {
  const output = withNoticesOnce(processOutput);
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
  observation.notices.forEach(output.warn);
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
  const all = [...found, ...undeclared.filter(({ id }) => !told.has(id))];
  if (doubt !== undefined && all.length === 0) {
    throw cannotKnow(name, doubt);
  }
  const { rows, gaps } =
    attribution && all.length > 0
      ? await loadAttribution().attributeRows(stack, all, { observation, labels, now, record: later }, output)
      : { rows: all, gaps: [] };
  const resources = observation.steps.map(
    ({ urn, type, name: of }) => [mask(urn), mask(`${type.split(":").at(-1)} ${of}`)] as const,
  );
  return {
    stack: name,
    rows: rated(mask(rows)),
    gaps: mask(gaps),
    now,
    doubt,
    resources: new Map(resources),
  };
}

/** That no difference which counts has been found, and that this proves nothing. */
export function cannotKnow(name: string, { reason, remedy }: Doubt): CommandFailure {
  return new CommandFailure(
    `Atlas is as the state of stack ${name} says, but the state may not be as declared: ${reason}. ${remedy}`,
  );
}

/** Only when there is drift, because it loads an HTTP client. */
function loadAttribution() {
  return require("./attribution") as typeof import("./attribution");
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

/** Each provider sees the projects of its own organization only. */
async function unmanagedMembers(
  stack: automation.Stack,
  { steps }: Observation,
  labels: Labels,
  output: Output,
): Promise<DriftRow[]> {
  // Only now, because it takes the passphrase and loads an HTTP client.
  const { askAtlas } = require("./asking") as typeof import("./asking");
  const { findUnmanaged, lookedAtBy } = require("./unmanaged") as typeof import("./unmanaged");
  const { StackCredentials } = require("../engine/credentials") as typeof import("../engine/credentials");
  const credentials = new StackCredentials(stack);
  const rows: DriftRow[] = [];
  for (const [provider, places] of lookedAtBy(steps, labels)) {
    const settings = await credentials.of(provider);
    const found = await askAtlas(settings, output, "Looking for members that nobody declares", (client) =>
      findUnmanaged(places, labels, client),
    );
    rows.push(...found.map((row) => ({ ...row, provider: providerNameOf(provider) })));
  }
  return rows;
}
