import type { AtlasClient } from "../../atlas/client";
import { Deadline, systemClock } from "../../atlas/clock";
import {
  type AtlasEvent,
  endedInvitation,
  getGroup,
  listGroupEvents,
  listGroupUsers,
  listOrgEvents,
  listOrgTeamUsers,
} from "../../atlas/operations/index";
import type { Place } from "../../resources/messages/messages";
import { showsWithoutStack } from "../../runErrors";
import type { Affected } from "../report/affected";
import { departures, type EndedInvitation, eventTypesFor, type Testimony } from "../report/attribution";
import type { DriftRow } from "../report/driftRow";
import { type Labels, labelOf } from "../report/labels";

/** Asking who has made differences must not keep a report waiting for longer, which is complete without it. */
const longestMs = 2 * 60_000;

/** A row, and who or what it is about. */
export interface Subject {
  row: DriftRow;
  affected: Affected | undefined;
}

/** From when on events count, and how they are told. */
export interface ActivityContext {
  labels: Labels;
  /** `undefined` when that is not known. */
  since: Date | undefined;
  now: Date;
}

/** Asks Atlas for what may explain rows: for each thing once, whoever wants to know it. What cannot be read is a gap. */
export class Activity {
  /** Sentences. */
  readonly gaps = new Set<string>();
  /** The types of events to ask for, by the id of the project or organization. */
  private readonly types = new Map<string, Set<string>>();
  private readonly asked = new Map<string, Promise<unknown>>();
  private readonly options = { deadline: new Deadline(systemClock, longestMs) };

  constructor(
    private readonly context: ActivityContext,
    private readonly client: AtlasClient,
  ) {}

  /** Notes what all subjects need, so that one listing answers them. */
  plan(subjects: readonly Subject[]): void {
    for (const { row, affected } of subjects) {
      if (affected !== undefined) {
        const feed = feedOf(affected).id;
        const types = this.types.get(feed) ?? new Set();
        this.types.set(feed, types);
        for (const type of eventTypesFor(row, affected)) {
          types.add(type);
        }
      }
    }
  }

  async about({ row, affected }: Subject): Promise<Testimony> {
    const { since, now } = this.context;
    if (affected === undefined) {
      return { events: undefined, ended: new Map(), since, now };
    }
    const isMissing = affected.kind === "member" && row.kind === "deleted";
    const [events, ended] = await Promise.all([
      this.feed(affected),
      isMissing ? this.endedIn(affected.place) : [],
    ]);
    const byName = new Map(
      ended.flatMap((user) => [user.username.toLowerCase(), user.userId].map((name) => [name, user])),
    );
    return { events, ended: byName, since, now };
  }

  private feed(affected: Affected): Promise<readonly AtlasEvent[] | undefined> {
    const { id, isProject } = feedOf(affected);
    const eventTypes = [...(this.types.get(id) ?? [])].sort();
    const about = isProject ? this.inWords({ kind: "project", projectId: id }) : `organization ${id}`;
    return this.once(
      `events ${id}`,
      `Who has changed what in ${about} is not known.`,
      undefined,
      async () => {
        const filter = { eventTypes, from: this.context.since };
        const { items } = isProject
          ? await listGroupEvents(this.client, { projectId: id, ...filter }, this.options)
          : await listOrgEvents(this.client, { orgId: id, ...filter }, this.options);
        return items;
      },
    );
  }

  private endedIn(place: Place): Promise<readonly EndedInvitation[]> {
    const id = place.kind === "project" ? place.projectId : place.teamId;
    const gap = `Whether invitations to ${this.inWords(place)} have expired or were rejected is not known.`;
    return this.once(`ended ${id}`, gap, [], async () => {
      const statuses = endedInvitation;
      const { items } =
        place.kind === "project"
          ? await listGroupUsers(this.client, { projectId: place.projectId, statuses }, this.options)
          : await listOrgTeamUsers(
              this.client,
              { orgId: place.orgId ?? "", teamId: place.teamId, statuses },
              this.options,
            );
      return items;
    });
  }

  /** Who has left the organization of a project, or was removed from it: the feed of the project does not show it. */
  departuresFrom(projectId: string): Promise<readonly AtlasEvent[]> {
    const project = this.inWords({ kind: "project", projectId });
    const gap = `Whether users have left the organization of ${project} is not known.`;
    return this.once(`departures ${projectId}`, gap, [], async () => {
      const { orgId } = await getGroup(this.client, { projectId }, this.options);
      return this.once(`departures ${orgId}`, gap, [], async () => {
        const filter = { eventTypes: departures, from: this.context.since };
        return (await listOrgEvents(this.client, { orgId, ...filter }, this.options)).items;
      });
    });
  }

  private inWords(place: Place): string {
    return `${place.kind} ${labelOf(place, this.context.labels)}`;
  }

  /**
   * @param gap what is not known when it fails
   * @param otherwise the result then
   */
  private once<T>(key: string, gap: string, otherwise: T, ask: () => Promise<T>): Promise<T> {
    const known = this.asked.get(key) as Promise<T> | undefined;
    const asked =
      known ??
      ask().catch((error: unknown) => {
        if (!(error instanceof Error) || !showsWithoutStack(error)) {
          throw error;
        }
        this.gaps.add(`${gap} ${error.message}`);
        return otherwise;
      });
    this.asked.set(key, asked);
    return asked;
  }
}

/** Whose feed tells of it: users of a team are those of an organization. */
function feedOf(affected: Affected): { id: string; isProject: boolean } {
  if (affected.kind === "other") {
    return { id: affected.projectId, isProject: true };
  }
  const { place } = affected;
  return place.kind === "project"
    ? { id: place.projectId, isProject: true }
    : { id: place.orgId ?? "", isProject: false };
}
