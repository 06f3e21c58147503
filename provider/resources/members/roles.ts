import * as v from "valibot";
import { mustBe } from "../handler/arguments";

const role = v.pipe(
  v.string(mustBe("a project role such as GROUP_READ_ONLY")),
  v.check(
    (text) => !text.startsWith("ORG_"),
    mustBe("a project role such as GROUP_READ_ONLY, not a role of the organization"),
  ),
  v.check(
    (text) => text.startsWith("ORG_") || /^GROUP_[A-Z0-9]+(_[A-Z0-9]+)*$/.test(text),
    mustBe("a project role such as GROUP_READ_ONLY"),
  ),
);

/** The roles of a user in a project, sorted and each once. */
export const projectRoles = v.pipe(
  v.array(role, mustBe("a list of project roles")),
  v.minLength(1, mustBe("a list of at least one project role")),
  v.transform((roles) => [...new Set(roles)].sort()),
);

/** Which roles to add and which to remove, to get from the roles that a user has to those declared. */
export function planRoles(
  live: readonly string[],
  declared: readonly string[],
): { add: string[]; remove: string[] } {
  return {
    add: declared.filter((role) => !live.includes(role)),
    remove: live.filter((role) => !declared.includes(role)).sort(ownerFirst),
  };
}

/** Whether two lists hold the same roles, in whatever order. */
export function sameRoles(a: readonly string[], b: readonly string[]): boolean {
  const { add, remove } = planRoles(a, b);
  return add.length === 0 && remove.length === 0;
}

/** Atlas may refuse to take this role, so it comes before anything else is taken. */
function ownerFirst(a: string, b: string): number {
  return Number(b === "GROUP_OWNER") - Number(a === "GROUP_OWNER");
}
