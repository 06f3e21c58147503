import { createHash } from "node:crypto";
import type { ObjectIds } from "./ids";
import type { Organization, Project } from "./people";

/** Who does something in Atlas. `name` is a username, a public key or a client id. */
export interface Actor {
  readonly kind: "user" | "apiKey" | "serviceAccount" | "employee";
  readonly name: string;
  /** The address that the person or program comes from. Atlas may not tell it. */
  readonly from?: string;
}

/** Something that has happened, as the feed keeps it. */
export interface Happening {
  readonly id: string;
  readonly at: number;
  readonly type: string;
  readonly organization: Organization;
  /** Undefined for what concerns the organization, which other feeds do not show. */
  readonly project: Project | undefined;
  /** Whose access has changed, in lower case. */
  readonly target: string | undefined;
  readonly actor: Actor;
}

/** What has happened, to be kept when somebody is named who did it. */
export type Change = Pick<Happening, "type" | "organization"> & { project?: Project; target?: string };

/** The activity feeds of all organizations and projects. */
export class EventFeed {
  /** Ids of projects and organizations whose events the caller has no role to read. */
  readonly unreadable = new Set<string>();
  readonly #happenings: Happening[] = [];
  readonly #ids: ObjectIds;
  readonly #now: () => number;
  #actor: Actor | undefined;

  constructor(ids: ObjectIds, now: () => number) {
    this.#ids = ids;
    this.#now = now;
  }

  /** Keeps in the feed what happens meanwhile as done by somebody; by nobody, it keeps nothing. */
  acting<T>(actor: Actor | undefined, act: () => T): T {
    const before = this.#actor;
    this.#actor = actor;
    try {
      return act();
    } finally {
      this.#actor = before;
    }
  }

  /** The same for a person who acts on their own behalf, unless somebody is acting already. */
  actingFor<T>(username: string, act: () => T): T {
    return this.acting(this.#actor ?? { kind: "user", name: username }, act);
  }

  keep({ type, organization, project, target }: Change): void {
    if (this.#actor !== undefined) {
      const id = this.#ids.next();
      const at = this.#now();
      this.#happenings.push({ id, at, type, organization, project, target, actor: this.#actor });
    }
  }

  /** Atlas keeps events for a time only. */
  forgetAll(): void {
    this.#happenings.length = 0;
  }

  /** The events of a project, or those of an organization that concern no project, in the order in which they happened. */
  of(scope: Project | Organization): readonly Happening[] {
    return this.#happenings.filter(({ project, organization }) => (project ?? organization) === scope);
  }
}

/** The id of an API key, which Atlas tells beside the public key. */
export function idOfKey(publicKey: string): string {
  return createHash("sha256").update(publicKey).digest("hex").slice(0, 24);
}
