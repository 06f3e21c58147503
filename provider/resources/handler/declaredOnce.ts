import type { Checked } from "./checked";
import {
  type Declarations,
  declaredAsInput,
  nameOf,
  namesApart,
  type Rival,
  thing,
  type Whole,
} from "./declarations";
import { isUnknown } from "./unknown";

/** What a resource declares, as {@link checkDeclaredOnce} enters it. */
export interface Declares {
  /** See {@link thing}. */
  readonly kind: string;
  /** The arguments that say what is declared; a second declaration is a mistake in the last. */
  readonly identity: readonly string[];
  /** Follows "must be declared once". */
  readonly where: string;
  /** The argument that names the members, and who they are, where the resource declares all of a project or team. */
  readonly whole?: { readonly property: string; readonly members: Whole } | undefined;
}

/**
 * Enters what `check` has found into the run's declarations; a second resource that declares the same is a mistake.
 *
 * @param news what the resource was declared with
 * @param result what the check of the arguments has come to
 */
export function checkDeclaredOnce<Inputs extends object>(
  declarations: Declarations,
  news: object,
  result: Checked<Inputs>,
  { kind, identity, where, whole }: Declares,
): Checked<Inputs> {
  const { inputs, failures } = result;
  const key = identity.map((name) => (inputs as Record<string, unknown>)[name]);
  if (!key.every((value) => typeof value === "string") || isUnknown(key)) {
    return result;
  }
  const declaredAs = (news as Record<string, unknown>)[declaredAsInput];
  const mine = typeof declaredAs === "string" && declaredAs !== "" ? declaredAs : undefined;
  const what = thing(kind, key);
  const other = declarations.declare(what, mine);
  const single = whole && declarations.declareWhole(whole.members, mine);
  if (mine === undefined) {
    return result;
  }
  const property = identity.at(-1) ?? "";
  if (other?.declaredAs !== undefined) {
    const [first, second] = namesApart(other.declaredAs, mine);
    const reason = `must be declared once${where}, but got two declarations, '${first}' and '${second}': keep one of them`;
    return { inputs, failures: [...failures, { property, reason }] };
  }
  if (whole !== undefined && single !== undefined) {
    const reason = `must be declared here only, but got ${single.name} in ${inProgram(single)} as well: ${keepOne(single, "ignore")}`;
    return { inputs, failures: [...failures, { property: whole.property, reason }] };
  }
  const all = declarations.wholeOf(what);
  if (all !== undefined) {
    const reason = `must be left to ${inProgram(all)}, which declares all members: ${keepOne(all, "its ignore")}`;
    return { inputs, failures: [...failures, { property, reason }] };
  }
  return result;
}

/** `ProjectUser 'ada'` */
function inProgram({ declaredAs }: Rival): string {
  const type = declaredAs.split("::").at(-2)?.split(":").at(-1) ?? "";
  return `${type} '${nameOf(declaredAs)}'`;
}

function keepOne({ name }: Rival, ignore: string): string {
  return `keep one of them, or let ${ignore} match ${name}`;
}
