import { noOtherProcesses, type OtherProcesses } from "./otherProcesses";

/** The input that says where in the program a resource is declared: the end of its URN. It never gets into a state. */
export const declaredAsInput = "__declaredAs";

/** The input that names the arguments that the program keeps secret. It never gets into a state. */
export const secretArgumentsInput = "__secretArguments";

/** Who declares a thing. */
export interface Declaration {
  /** `acme:Team$pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::ada`; absent for programs of an older version. */
  readonly declaredAs: string | undefined;
}

/** All members of a project or team, declared by one resource. */
export interface Whole {
  /** What the members are in, as the beginning of a {@link thing}: `project user/5f1b3c2a9d8e7f6a5b4c3d2e`. */
  readonly place: string;
  /** The members who are declared. */
  readonly names: readonly string[];
  /** Whether the resource leaves a member alone, whoever else declares them. */
  ignores(name: string): boolean;
}

interface DeclaredWhole {
  readonly declaration: Declaration;
  readonly names: ReadonlySet<string>;
  readonly whole: Whole;
}

/** Another resource that declares the same, and who it is about. */
export interface Rival {
  readonly declaredAs: string;
  readonly name: string;
}

/**
 * What the program of one run declares, by what it means in Atlas.
 *
 * The engine checks everything that a program declares, also what has not changed, before it deletes what was
 * replaced or is no longer declared. So a deletion can see here whether its thing has only moved to another resource:
 * through another index in a list, another name or another parent. `refresh` and `destroy` check nothing, and declare
 * nothing.
 */
export class Declarations {
  /** Everybody who declares a thing. */
  private readonly byThing = new Map<string, Set<Declaration>>();
  private readonly byDeclarer = new Map<string, { thing: string; declaration: Declaration }>();
  /** Things that turned out to be one and the same, such as a user by name and by id. */
  private readonly aliases = new Map<string, Set<string>>();
  /** What is in place, each with what it was found with. */
  private readonly inPlace = new Map<string, string | undefined>();
  /** Who declares all members of a project or team, by that. */
  private readonly wholes = new Map<string, DeclaredWhole>();

  /** @param others what other provider processes of the run declare */
  constructor(private readonly others: OtherProcesses = noOtherProcesses) {}

  /**
   * Takes note of a declaration.
   *
   * A resource that is replaced is checked again; then only its later declaration counts.
   *
   * @returns another resource that declares the same thing
   */
  declare(thing: string, declaredAs: string | undefined): Declaration | undefined {
    const before = declaredAs === undefined ? undefined : this.byDeclarer.get(declaredAs);
    if (before !== undefined) {
      this.byThing.get(before.thing)?.delete(before.declaration);
    }
    this.others.tell({ things: [thing], declaredAs });
    const declaration = { declaredAs };
    const declarations = this.byThing.get(thing) ?? new Set();
    const [other] = [...declarations, ...this.elsewhere(thing, declaredAs)].filter(
      (each) => each.declaredAs !== undefined,
    );
    declarations.add(declaration);
    this.byThing.set(thing, declarations);
    if (declaredAs !== undefined) {
      this.byDeclarer.set(declaredAs, { thing, declaration });
    }
    // Without a name, it could be another resource, or the same one again.
    return declaredAs === undefined ? undefined : other;
  }

  /**
   * Takes note that a resource declares all members of a project or team.
   *
   * @returns another resource that declares one of them, although this one leaves nobody of that name alone
   */
  declareWhole(whole: Whole, declaredAs: string | undefined): Rival | undefined {
    for (const [place, { declaration }] of this.wholes) {
      if (declaredAs !== undefined && declaration.declaredAs === declaredAs) {
        this.wholes.delete(place);
      }
    }
    const names = new Set(whole.names.map((name) => name.toLowerCase()));
    this.others.tell({ things: [...names].map((name) => `${whole.place}/${name}`), declaredAs });
    this.wholes.set(whole.place, { declaration: { declaredAs }, names, whole });
    for (const name of names) {
      const [rival] = this.elsewhere(`${whole.place}/${name}`, declaredAs).flatMap(
        (each) => each.declaredAs ?? [],
      );
      if (rival !== undefined && !whole.ignores(name)) {
        return { declaredAs: rival, name };
      }
    }
    for (const [thing, declarations] of this.byThing) {
      const name = nameAt(whole.place, thing);
      const [rival] = [...declarations].flatMap((each) => each.declaredAs ?? []);
      if (name !== undefined && rival !== undefined && !whole.ignores(name)) {
        return { declaredAs: rival, name };
      }
    }
    return undefined;
  }

  /** The resource that declares all members of the project or team that a thing is in, and does not leave it alone. */
  wholeOf(thing: string): Rival | undefined {
    for (const { declaration, whole } of this.wholes.values()) {
      const name = nameAt(whole.place, thing);
      if (name !== undefined && declaration.declaredAs !== undefined && !whole.ignores(name)) {
        return { declaredAs: declaration.declaredAs, name };
      }
    }
    return undefined;
  }

  /** Takes note that these are names of one thing. */
  learn(things: readonly string[]): void {
    const all = new Set(things.flatMap((thing) => [thing, ...(this.aliases.get(thing) ?? [])]));
    for (const thing of all) {
      this.aliases.set(thing, all);
    }
  }

  /** Who declares a thing that is known by one of these names; `undefined` when nobody in this run does. */
  find(things: readonly string[]): Declaration | undefined {
    return this.all(things)[0];
  }

  /** The names of two resources that declare a thing under different names of it; `undefined` when there are not two. */
  twins(things: readonly string[]): string[] | undefined {
    const [first, second] = new Set(this.all(things).flatMap(({ declaredAs }) => declaredAs ?? []));
    return first === undefined || second === undefined ? undefined : namesApart(first, second);
  }

  private all(things: readonly string[]): Declaration[] {
    return things
      .flatMap((thing) => [thing, ...(this.aliases.get(thing) ?? [])])
      .flatMap((thing) => [
        ...(this.byThing.get(thing) ?? []),
        ...this.inWholes(thing),
        ...this.elsewhere(thing),
      ]);
  }

  /**
   * Who declares a thing in another process: through another `Provider`.
   *
   * @param but a declarer that does not count: the process of the preview before an update may not have ended yet
   */
  private elsewhere(thing: string, but?: string): Declaration[] {
    return this.others
      .declarersOf(thing)
      .filter((declaredAs) => but === undefined || declaredAs !== but)
      .map((declaredAs) => ({ declaredAs }));
  }

  private inWholes(thing: string): Declaration[] {
    return [...this.wholes.values()]
      .filter(({ whole, names }) => names.has(nameAt(whole.place, thing) ?? ""))
      .map(({ declaration }) => declaration);
  }

  /**
   * Takes note that this run has made a thing, or has found it as declared.
   *
   * @param foundWith what tells the thing that was found from others of its kind; none for one that was made
   */
  settle(thing: string, foundWith?: string): void {
    this.inPlace.set(thing, foundWith);
    this.others.tell({ settled: thing, foundWith });
  }

  /** Whether {@link settle} has been told of a thing. */
  isSettled(thing: string): boolean {
    return this.inPlace.has(thing) || this.others.isSettled(thing);
  }

  /** Whether {@link settle} was told that a thing was found with something else. */
  isFoundWithOther(thing: string, than: string | undefined): boolean {
    const here = this.inPlace.get(thing);
    return (here !== undefined && here !== than) || this.others.isFoundWithOther(thing, than);
  }
}

/**
 * What is declared, as a key: names compare without case.
 *
 * @param kind what a name is about, such as `project user`; each resource has one of its own
 */
export function thing(kind: string, key: readonly string[]): string {
  return [kind, ...key].join("/").toLowerCase();
}

/** The name of a member of a project or team; `undefined` for things that are not in it. */
function nameAt(place: string, thing: string): string | undefined {
  return thing.startsWith(`${place}/`) ? thing.slice(place.length + 1) : undefined;
}

/** A line for a deletion that removes nobody, because the program still declares the member. */
export function stays(who: string, where: string, { declaredAs }: Declaration): string {
  const as = declaredAs === undefined ? "" : ` as '${nameOf(declaredAs)}'`;
  return `${who} stays in ${where}: the program declares it${as}.`;
}

/** How a resource is called in the program. */
export function nameOf(declaredAs: string): string {
  return declaredAs.split("::").at(-1) ?? declaredAs;
}

/** The names of two resources, in the same order in every run; in full where they have one below different parents. */
export function namesApart(...declarers: [string, string]): string[] {
  const names = declarers.map(nameOf);
  return (names[0] === names[1] ? declarers : names).sort();
}
