export type Properties = Record<string, unknown>;

export type ResourceType =
  | "projectUser"
  | "teamUser"
  | "projectUsers"
  | "teamUsers"
  | "linkToken"
  | "migrationCutover"
  | "maintenanceDeferral";

/** The outputs of another resource of the program, where it has been made. */
export type OutputsOf = (name: string) => Properties | undefined;

/** A resource of a program. */
export interface Declared {
  /** Its name; of a resource below a parent with that parent's, as the same name is another resource there. */
  readonly name: string;
  /** As constructors send it: the types of the parents, its own type and its name. */
  readonly declaredAs: string;
  readonly type: ResourceType;
  /** Known when everything that it depends on has been made. */
  readonly inputs: (outputsOf: OutputsOf) => Properties;
  /** What in Atlas it stands for. */
  readonly identity: string;
  /** The accesses that it declares, where it declares all of a project or team. */
  readonly accesses?: readonly string[] | undefined;
  readonly dependsOn?: string | undefined;
}

/** The resources of a program in the order in which it registers them. */
export type Program = readonly Declared[];

/** What a resource declares in Atlas: itself, or the accesses of all of a project or team. */
export function accessesOf({
  identity,
  accesses,
}: Pick<Declared, "identity" | "accesses">): readonly string[] {
  return accesses ?? [identity];
}

/** Pairs of resources that stand for the same thing, which a program must not have. */
export function declaredTwice(program: Program): [first: Declared, second: Declared][] {
  return program.flatMap((second, index) =>
    program
      .slice(0, index)
      .filter(({ identity }) => identity === second.identity)
      .map((first): [Declared, Declared] => [first, second]),
  );
}

/** How an error names two resources: in full where their names do not tell them apart. */
export function namesApart(first: Declared, second: Declared): [string, string] {
  const names = [first, second].map(({ declaredAs }) => declaredAs.split("::").at(-1) ?? "");
  return names[0] === names[1]
    ? [first.declaredAs, second.declaredAs]
    : [names[0] as string, names[1] as string];
}

/** The program without what it declares for a second time. */
export function declaredOnce(program: Program): Program {
  const second = new Set(declaredTwice(program).map(([, each]) => each));
  return program.filter((each) => !second.has(each));
}
