import { AtlasError } from "../../atlas/errors/error";
import type { AtlasSession } from "../../atlas/session";
import { isCommon } from "../handler/toldOnce";
import { some } from "./names";

/** Members of one project or team who are changed at the same time. Atlas's limits may let fewer pass. */
const atOnce = 32;

/** So many failures that are not about one member mean that the others need not be tried. */
const mostCommonFailures = 10;

/** How many reasons an error tells. */
const mostReasons = 20;

/** Changes of many members, of which some may fail without keeping the others from being made. */
export class Together {
  /** Why it failed for a member; `undefined` for those who were not tried. */
  readonly failures = new Map<string, Error | undefined>();
  private readonly waiting = new Set<string>();
  private commonFailures = 0;

  /** @param of what they are members of, such as `project 5f1b3c2a9d8e7f6a5b4c3d2e` */
  constructor(private readonly of: string) {}

  /** Makes a change for each member, many at a time. */
  async each(names: Iterable<string>, change: (name: string) => Promise<void>): Promise<void> {
    const queue = [...names];
    for (const name of queue) {
      this.waiting.add(name);
    }
    const work = async (): Promise<void> => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
        await this.attempt(name, change);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, work));
  }

  /** Leaves some for the next time, because something that has to come before has failed. */
  leave(names: readonly string[]): void {
    for (const name of names) {
      this.failures.set(name, undefined);
    }
  }

  /** Runs something that changes members, and tells how many are left whenever requests have to wait. */
  async telling({ progress }: AtlasSession, changes: () => Promise<void>): Promise<void> {
    const tell = (): string => {
      const { size } = this.waiting;
      return size === 0 ? "" : `${size} ${size === 1 ? "member" : "members"} of ${this.of} are left.`;
    };
    progress.add(tell);
    try {
      await changes();
    } finally {
      progress.delete(tell);
    }
  }

  /** What has failed, as one error; `undefined` when nothing has. */
  error(): Error | undefined {
    const [first] = this.failures.values();
    if (this.failures.size <= 1) {
      return first;
    }
    const byReason = new Map<string, { error: Error; names: string[] }>();
    for (const [name, error] of this.failures) {
      if (error !== undefined) {
        const reason = byReason.get(reasonOf(error, name)) ?? { error, names: [] };
        reason.names.push(name);
        byReason.set(reasonOf(error, name), reason);
      }
    }
    const untried = [...this.failures].flatMap(([name, error]) => (error === undefined ? [name] : []));
    const reasons = [...byReason.values()];
    const lines = [
      `Could not change ${this.failures.size} members of ${this.of}; the others are as declared.`,
      ...reasons.slice(0, mostReasons).map(({ error, names: [, ...others] }) => {
        const same = others.length === 0 ? "" : ` The same happened to ${some(others)}.`;
        return `${error.message}${same}`;
      }),
      ...(reasons.length > mostReasons ? [`There are ${reasons.length - mostReasons} more reasons.`] : []),
      ...(untried.length > 0 ? [`Not tried after these failures: ${some(untried)}.`] : []),
    ];
    return new Error(lines.join("\n"));
  }

  private async attempt(name: string, change: (name: string) => Promise<void>): Promise<void> {
    try {
      if (this.commonFailures >= mostCommonFailures) {
        this.failures.set(name, undefined);
      } else {
        await change(name);
      }
    } catch (error) {
      this.failures.set(name, error instanceof Error ? error : new Error(String(error)));
      this.commonFailures += isAboutEverybody(error) ? 1 : 0;
    } finally {
      this.waiting.delete(name);
    }
  }
}

/** Whether a failure says something about everybody, rather than about one member. */
function isAboutEverybody(error: unknown): boolean {
  // Atlas refuses single members with 403 too, such as to remove the last owner.
  return error instanceof AtlasError && error.status !== 403 && isCommon(error.status);
}

/** What several members can have in common. */
function reasonOf(error: Error, name: string): string {
  return error.message
    .toLowerCase()
    .replaceAll(name.toLowerCase(), "…")
    .replace(/\/[a-f0-9]{24}\b/g, "");
}
