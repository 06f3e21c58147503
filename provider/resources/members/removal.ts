import type { Connection } from "../handler/connection";
import { stays } from "../handler/declarations";
import { declaredBefore, namedBefore, type Remembered } from "./outputs";
import type { Membership } from "./reconcile";
import { Together } from "./together";

/** Whose membership ends with the resource. */
export interface Removal extends Remembered {
  /** Who is removed after the others. */
  isLast?(name: string): boolean;
  /** Whether Atlas refuses for good to remove a member. */
  isKept?(error: unknown): boolean;
  readonly keptBecause?: string;
}

/**
 * Removes the members that were declared, and nobody else.
 *
 * @throws Error when the state does not tell who they were
 */
export async function removeDeclared<Member extends { userId: string; username: string }>(
  connection: Connection,
  membership: Membership<Member>,
  removal: Removal,
): Promise<void> {
  const { of } = membership;
  const declared = declaredBefore(removal);
  if (declared === undefined) {
    throw new Error(
      `The state does not say which members of ${of} were declared, so nobody is removed. ` +
        "Run `pulumi refresh` and `pulumi up` first, or take the resource out of the state with `pulumi state delete`.",
    );
  }
  const ids = namedBefore(removal);
  const leaving = declared.filter((name) => {
    const declaration = connection.run.declarations.find([membership.thingOf(name)]);
    if (declaration !== undefined) {
      connection.report(stays(name, of, declaration));
    }
    return declaration === undefined;
  });
  const together = new Together(of);
  const remove = async (name: string): Promise<void> => {
    try {
      await membership.remove(name, ids.get(name));
    } catch (error) {
      if (removal.isKept?.(error) !== true) {
        throw error;
      }
      connection.report(`${name} stays in ${of}: ${removal.keptBecause}.`);
    }
  };
  const isLast = (name: string): boolean => removal.isLast?.(name) === true;
  await together.telling(connection.atlas(), async () => {
    await together.each(
      leaving.filter((name) => !isLast(name)),
      remove,
    );
    await together.each(leaving.filter(isLast), remove);
  });
  const error = together.error();
  if (error !== undefined) {
    throw error;
  }
}
