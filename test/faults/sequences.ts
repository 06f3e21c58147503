import * as fc from "fast-check";
import type { Whim } from "../unrulyClock";
import type { Declaration, Renaming, TeamUserChoice, UserChoice } from "./declaration";
import { type KindName, kindNames, oddAnswerNames } from "./kinds";
import type { OutOfBandChange } from "./outOfBand";
import type { FaultPlan } from "./providerProcess";
import type { Setting } from "./scenario";
import type { Sequence, Step } from "./sequence";

const either = fc.nat({ max: 1 });
const person = fc.nat({ max: 3 });
const slot = fc.nat({ max: 3 });

const roles = fc.subarray(
  ["GROUP_READ_ONLY", "GROUP_OWNER", "GROUP_CLUSTER_MANAGER", "GROUP_DATA_ACCESS_ADMIN"],
  { minLength: 1, maxLength: 3 },
);

/** Present in so many of ten cases; the smallest case is without it. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, ofTen: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 10 - ofTen, arbitrary: fc.constant(undefined) }, { weight: ofTen, arbitrary });

const user: fc.Arbitrary<UserChoice> = fc.record({
  slot,
  project: either,
  person,
  roles,
  loud: fc.boolean(),
});

const teamUser: fc.Arbitrary<TeamUserChoice> = fc.record({
  slot,
  team: either,
  person,
  by: fc.constantFrom("username" as const, "userId" as const, "output" as const),
});

/** People come from one small set, so that they move between resources, change places and turn up twice. */
const declaration: fc.Arbitrary<Declaration> = fc.record({
  users: fc.array(user, { maxLength: 4 }),
  teamUsers: fc.array(teamUser, { maxLength: 3 }),
  whole: maybe(fc.record({ projects: fc.subarray([0, 1]), teams: fc.subarray([0, 1]) }), 5),
  link: maybe(fc.subarray(["10.0.0.0/8", "203.0.113.7"]), 4),
  cutover: maybe(either, 4),
  deferral: maybe(
    fc.record({ project: either, deferrals: fc.constantFrom(1 as const, 2 as const), trigger: either }),
    5,
  ),
  inside: maybe(fc.constant(true as const), 2),
  timeouts: maybe(fc.constantFrom("1m" as const, "20m" as const), 3),
  twice: maybe(
    fc.constantFrom(
      "user" as const,
      "teamUser" as const,
      "link" as const,
      "cutover" as const,
      "deferral" as const,
    ),
    1,
  ),
  twiceByParent: fc.boolean(),
});

const fault: fc.Arbitrary<KindName> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<KindName>(...kindNames) },
  { weight: 1, arbitrary: fc.constantFrom<KindName>(...oddAnswerNames) },
);

/** Answers that are not Atlas's do most harm to what changes something. */
const faultOfWrite: fc.Arbitrary<KindName> = fc.oneof(
  fault,
  fc.constantFrom<KindName>(...oddAnswerNames),
  fc.constantFrom<KindName>(...oddAnswerNames.filter((name) => /^40[149] /.test(name))),
);

/** A lot of good luck, some bad luck, and now and then a request that fails until its retries are used up. */
const faults = (
  fault: fc.Arbitrary<KindName>,
  maxLength: number,
  ofTen: number,
): fc.Arbitrary<FaultPlan["requests"]> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.array(maybe(fault, ofTen), { maxLength }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.nat({ max: 6 }), fault, fc.nat({ max: 12 }))
        .map(([calm, kind, times]) => [
          ...Array.from({ length: calm }, () => undefined),
          ...Array.from({ length: times }, () => kind),
        ]),
    },
    {
      // Between a look and the request that depends on it there is a token to get, which takes time.
      weight: 1,
      arbitrary: fc
        .tuple(fc.nat({ max: 12 }), fault, fc.integer({ min: 1, max: 4 }))
        .map(([calm, kind, times]) => [
          ...Array.from({ length: calm }, () => undefined),
          "credentials that have expired" as const,
          ...Array.from({ length: times }, () => kind),
        ]),
    },
  );

const at = fc.nat({ max: 23 });

const change: fc.Arbitrary<OutOfBandChange> = fc.oneof(
  fc.record({
    what: fc.constantFrom("roles are changed" as const, "somebody is let in" as const),
    at,
    roles,
  }),
  // Atlas knows who has accepted by another id.
  fc.record({ what: fc.constant("an invitation is accepted" as const), at }),
  fc.record({ what: fc.constant("time passes" as const), minutes: fc.integer({ min: 1, max: 120 }) }),
  fc.record({
    what: fc.constantFrom(
      "somebody is removed" as const,
      "an invitation expires" as const,
      "an invitation is rejected" as const,
      "a member joins a team" as const,
      "a member leaves a team" as const,
      "a migration is cut over" as const,
      "the window is edited" as const,
      "maintenance is deferred" as const,
      "maintenance runs" as const,
      "maintenance is scheduled" as const,
    ),
    at,
  }),
);

const whim: fc.Arbitrary<Whim> = fc.record({
  late: fc.oneof(fc.constant(0), fc.integer({ min: -20_000, max: 20_000 })),
  wallStep: fc.oneof(fc.constant(0), fc.integer({ min: -600_000, max: 600_000 })),
  machineSleep: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_600_000 })),
});

const plan: fc.Arbitrary<FaultPlan> = fc.record({
  requests: faults(fault, 16, 2),
  writes: faults(faultOfWrite, 6, 3),
  crash: maybe(
    fc.record({ request: fc.nat({ max: 14 }), when: fc.constantFrom("before" as const, "after" as const) }),
    3,
  ),
  others: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(maybe(change, 2), { maxLength: 14 }) },
  ),
  whims: fc.array(whim, { maxLength: 6 }),
  silentFrom: maybe(fc.nat({ max: 8 }), 1),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      run: fc.constant("up" as const),
      declaration: maybe(declaration, 4),
      renaming: maybe(
        fc.constantFrom<Renaming>(
          "the first is dropped",
          "two change places",
          "all get other names",
          "all get another parent",
        ),
        4,
      ),
      replace: maybe(fc.constant(true as const), 1),
      plan,
    }),
  },
  { weight: 2, arbitrary: fc.record({ run: fc.constant("refresh" as const), plan }) },
  { weight: 1, arbitrary: fc.record({ run: fc.constant("destroy" as const), plan }) },
  { weight: 2, arbitrary: fc.record({ run: fc.constant("out of band" as const), change }) },
);

const setting: fc.Arbitrary<Setting> = fc.record({
  credentials: fc.constantFrom("apiKey" as const, "serviceAccount" as const),
  secondLink: fc.constantFrom("replaces" as const, "is refused" as const),
  linkOfColleague: fc.boolean(),
  looksUntilReady: fc.oneof(
    { weight: 2, arbitrary: fc.nat({ max: 2 }) },
    // Longer than the shortest time that a program allows.
    { weight: 1, arbitrary: fc.integer({ min: 7, max: 10 }) },
  ),
  looksUntilComplete: fc.nat({ max: 2 }),
  scheduled: fc.tuple(
    fc.boolean().map((value) => !value),
    fc.boolean(),
  ),
  lag: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }) },
  ),
  nonceDrops: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(0.1) }),
});

/** A first program, then anything, by anybody, with any faults. */
export const sequences: fc.Arbitrary<Sequence> = fc
  .tuple(setting, declaration, plan, fc.array(step, { maxLength: 5 }))
  .map(([chosen, first, faultPlan, more]) => ({
    setting: chosen,
    steps: [{ run: "up", declaration: first, plan: faultPlan }, ...more],
  }));
