import type * as automation from "@pulumi/pulumi/automation";
import type { AtlasClient } from "../../atlas/client";
import type { Settings } from "../../atlas/settings";
import type { Place } from "../../resources/messages/messages";
import { showsWithoutStack } from "../../runErrors";
import { StackCredentials } from "../engine/credentials";
import type { StackRecord } from "../engine/record";
import type { Observation, Step } from "../engine/stack";
import type { Output } from "../output";
import { type Affected, affectedBy } from "../report/affected";
import { attribute, attributed } from "../report/attribution";
import type { DriftRow } from "../report/driftRow";
import type { Labels } from "../report/labels";
import { providerNameOf } from "../report/providers";
import { Activity, type ActivityContext, type Subject } from "./activity";
import { askAtlas } from "./asking";

/**
 * Adds to rows who has made each difference, by the credentials of the provider that each belongs to.
 *
 * @param seen what has been compared, and what is on record of the stack
 */
export async function attributeRows(
  stack: automation.Stack,
  rows: readonly DriftRow[],
  seen: { observation: Observation; labels: Labels; now: Date; record: StackRecord },
  output: Output,
): Promise<Attributed> {
  const { observation, labels, now, record } = seen;
  const context = { steps: observation.steps, labels, now, since: sinceWhen(record) };
  const credentials = new StackCredentials(stack);
  const byName = new Map<string | null, string>();
  const byResource = new Map<string, string>();
  for (const { urn, before } of observation.steps) {
    byName.set(providerNameOf(before?.provider), before?.provider ?? "");
    byResource.set(urn, before?.provider ?? "");
  }
  // Two providers may have one name below different parents, so the name counts only for what no resource declares.
  const providerOf = ({ urn, provider }: DriftRow): string =>
    byResource.get(urn ?? "") ?? byName.get(provider) ?? "";
  const found: Attributed = { rows: [], gaps: [] };
  for (const provider of new Set(rows.map(providerOf))) {
    const own = rows.filter((row) => providerOf(row) === provider);
    const part = await attributeOwn(own, credentials.of(provider), context, output);
    found.rows.push(...part.rows);
    found.gaps.push(...part.gaps);
  }
  return found;
}

async function attributeOwn(
  rows: readonly DriftRow[],
  wanted: Promise<Settings>,
  context: Parameters<typeof findAttributions>[1],
  output: Output,
): Promise<Attributed> {
  let settings: Settings;
  try {
    settings = await wanted;
  } catch (error) {
    if (error instanceof Error && showsWithoutStack(error)) {
      return { rows: [...rows], gaps: [`Who has made the differences is not known. ${error.message}`] };
    }
    throw error;
  }
  return askAtlas(settings, output, "Looking for who has made the differences", (client) =>
    findAttributions(rows, context, client),
  );
}

/**
 * The moment from which on somebody outside the stack can have made a difference: after the last operation that brought
 * Atlas and the state together. One that has failed may itself be the cause. Times on record are whole seconds, and what
 * happens in the last of them is the operation's own.
 */
export function sinceWhen({ operations, state }: StackRecord): Date | undefined {
  const last = operations.at(-1);
  if (last === undefined) {
    return state.writtenAt;
  }
  return last.result === "succeeded" ? new Date(last.endedAt.getTime() + 1_000) : last.startedAt;
}

/** Rows with their attributions, and what could not be found out, as sentences. */
export interface Attributed {
  rows: DriftRow[];
  gaps: string[];
}

/**
 * Finds out who has made each difference. Costs one listing of events for each project and each organization of a team
 * that rows are about, and one of ended invitations for each project and team in which somebody is missing. Where that
 * does not explain it, another two requests tell whether they are missing in the whole organization of a project.
 *
 * What cannot be read is a gap, and no failure.
 */
export async function findAttributions(
  rows: readonly DriftRow[],
  context: ActivityContext & { steps: readonly Step[] },
  client: AtlasClient,
): Promise<Attributed> {
  const activity = new Activity(context, client);
  const steps = new Map(context.steps.map((step) => [step.urn, step]));
  const subjects = rows.map((row) => ({ row, affected: affectedBy(row, steps.get(row.urn ?? "")) }));
  activity.plan(subjects);
  const found = await Promise.all(
    subjects.map(async (subject) => {
      const testimony = await activity.about(subject);
      const { row, affected } = subject;
      const first = attribute(row, affected, testimony);
      if (first.reason !== "noEvent" || !isMissingUser(subject)) {
        return attributed(row, first);
      }
      const events = await activity.departuresFrom(subject.affected.place.projectId);
      const second = attribute(row, affected, {
        ...testimony,
        events: [...(testimony.events ?? []), ...events],
      });
      return attributed(row, second);
    }),
  );
  return { rows: found, gaps: [...activity.gaps].sort() };
}

interface MissingUser extends Subject {
  affected: Affected & { kind: "member"; place: Place & { kind: "project" } };
}

function isMissingUser(subject: Subject): subject is MissingUser {
  const { row, affected } = subject;
  return row.kind === "deleted" && affected?.kind === "member" && affected.place.kind === "project";
}
