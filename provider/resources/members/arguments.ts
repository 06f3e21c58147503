import type * as pulumi from "@pulumi/pulumi";
import * as v from "valibot";
import { mustBe } from "../handler/arguments";
import { isUnknown } from "../handler/unknown";
import { ignoring } from "./ignored";
import { namedIn, some } from "./names";

/** The most members that one update removes unless `maxRemovals` says otherwise. */
const defaultMaxRemovals = 10;

const pattern = v.pipe(
  v.string(mustBe("an e-mail address in which * stands for any text, such as *@example.com")),
  v.check(
    (text) => /^[^\s]*[@*][^\s]*$/.test(text),
    mustBe("an e-mail address in which * stands for any text, such as *@example.com"),
  ),
);

/** The arguments that all whole memberships have. */
export const limits = {
  ignore: v.optional(
    v.pipe(
      v.array(pattern, mustBe("a list of e-mail addresses")),
      v.transform((patterns) => [...new Set(patterns.map((text) => text.toLowerCase()))].sort()),
    ),
  ),
  maxRemovals: v.optional(
    v.pipe(
      v.number(mustBe("a whole number of members, 0 or more")),
      v.check(
        (count) => Number.isSafeInteger(count) && count >= 0,
        mustBe("a whole number of members, 0 or more"),
      ),
    ),
  ),
};

/** Refuses a user who is named twice, also in another case. */
export function eachOnce<Value>(namesOf: (value: Value) => readonly string[]) {
  return v.rawCheck<Value>(({ dataset, addIssue }) => {
    const twice = dataset.typed ? repeated(namesOf(dataset.value)) : undefined;
    if (twice !== undefined) {
      addIssue({ message: `must name each user once, but got '${twice[0]}' and '${twice[1]}'` });
    }
  });
}

/** The first name that comes again. */
function repeated(names: readonly string[]): [first: string, again: string] | undefined {
  const seen = new Map<string, string>();
  for (const name of names) {
    const before = seen.get(name.toLowerCase());
    if (before !== undefined) {
      return [before, name];
    }
    seen.set(name.toLowerCase(), name);
  }
  return undefined;
}

/** What a whole membership declares, as far as its guards look at it. */
export interface Guarded {
  /** The argument that names the members. */
  readonly property: string;
  readonly place: string;
  /** All names that are declared. */
  readonly names: readonly string[];
  readonly ignore: readonly string[];
  readonly maxRemovals: number | undefined;
  /** The names that the state has of the same project or team; none for another one. */
  readonly namesBefore: readonly string[];
}

/** Mistakes that only the whole shows, found in the preview. What is not known yet is found when it is. */
export function guard(guarded: Guarded): pulumi.dynamic.CheckFailure[] {
  const { property, place, names, ignore, maxRemovals = defaultMaxRemovals, namesBefore } = guarded;
  const isIgnored = ignoring(ignore.filter((text) => !isUnknown(text)));
  const ignored = names.filter(isIgnored);
  if (ignored.length > 0) {
    const reason = `must not name ${some(ignored)}, because ignore leaves them alone: take them out of one of the two`;
    return [{ property, reason }];
  }
  const isNamed = namedIn(names);
  const removed = namesBefore.filter((before) => !isNamed(before) && !isIgnored(before));
  if (removed.length <= maxRemovals) {
    return [];
  }
  const most = maxRemovals === 1 ? "one member" : `${maxRemovals} members`;
  const reason =
    `must remove at most ${most} from ${place} at once, but ${removed.length} would go (${some(removed)}): ` +
    `name them again, or set maxRemovals to ${removed.length} if they are to go`;
  return [{ property, reason }];
}
