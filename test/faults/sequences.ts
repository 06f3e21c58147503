import * as fc from "fast-check";
import type { Drift } from "./drift";
import { kindNames } from "./kinds";
import type { Weather } from "./providerProcess";
import type { Declaration, Setting, UserChoice } from "./scenario";
import type { Sequence, Step } from "./sequence";

const either = fc.nat({ max: 1 });

const roles = fc.subarray(
  ["GROUP_READ_ONLY", "GROUP_OWNER", "GROUP_CLUSTER_MANAGER", "GROUP_DATA_ACCESS_ADMIN"],
  { minLength: 1, maxLength: 3 },
);

const user: fc.Arbitrary<UserChoice> = fc.record({ project: either, person: either, roles });

/** Present in so many of ten cases; the smallest case is without it. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, ofTen: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 10 - ofTen, arbitrary: fc.constant(undefined) }, { weight: ofTen, arbitrary });

const declaration: fc.Arbitrary<Declaration> = fc.record({
  users: fc.tuple(maybe(user, 7), maybe(user, 4)),
  newcomerInTeam: maybe(either, 5),
  memberInTeam: maybe(
    fc.record({ team: either, member: either, by: fc.constantFrom("username", "userId") }),
    5,
  ),
  link: maybe(fc.subarray(["10.0.0.0/8", "203.0.113.7"]), 5),
  cutover: maybe(either, 5),
  deferral: maybe(
    fc.record({
      project: either,
      deferrals: fc.constantFrom(1, 2),
      trigger: either,
    }),
    6,
  ),
}) as fc.Arbitrary<Declaration>;

const fault = fc.constantFrom(...kindNames);

/** A lot of good luck, some bad luck, and now and then a request that fails until its retries are used up. */
const faults = (maxLength: number, ofTen: number): fc.Arbitrary<Weather["requests"]> =>
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
  );

const weather: fc.Arbitrary<Weather> = fc.record({
  requests: faults(16, 2),
  writes: faults(6, 3),
  crash: maybe(
    fc.record({ request: fc.nat({ max: 14 }), when: fc.constantFrom("before" as const, "after" as const) }),
    3,
  ),
});

const at = fc.nat({ max: 23 });

const event: fc.Arbitrary<Drift> = fc.oneof(
  fc.record({
    what: fc.constantFrom("roles are changed" as const, "somebody is let in" as const),
    at,
    roles,
  }),
  fc.record({ what: fc.constant("time passes" as const), minutes: fc.integer({ min: 1, max: 120 }) }),
  fc.record({
    what: fc.constantFrom(
      "somebody is removed" as const,
      "an invitation is accepted" as const,
      "an invitation expires" as const,
      "an invitation is rejected" as const,
      "a member joins a team" as const,
      "a member leaves a team" as const,
      "a migration is cut over" as const,
      "the window is edited" as const,
      "maintenance runs" as const,
      "maintenance is scheduled" as const,
    ),
    at,
  }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      run: fc.constant("up" as const),
      declaration: maybe(declaration, 5),
      weather,
    }),
  },
  { weight: 2, arbitrary: fc.record({ run: fc.constant("refresh" as const), weather }) },
  { weight: 1, arbitrary: fc.record({ run: fc.constant("destroy" as const), weather }) },
  { weight: 2, arbitrary: fc.record({ run: fc.constant("drift" as const), event }) },
);

const setting: fc.Arbitrary<Setting> = fc.record({
  credentials: fc.constantFrom("apiKey", "serviceAccount"),
  secondLink: fc.constantFrom("replaces", "is refused"),
  looksUntilReady: fc.nat({ max: 2 }),
  looksUntilComplete: fc.nat({ max: 2 }),
  scheduled: fc.tuple(
    fc.boolean().map((value) => !value),
    fc.boolean(),
  ),
}) as fc.Arbitrary<Setting>;

/** A first program, then anything, by anybody, in any weather. */
export const sequences: fc.Arbitrary<Sequence> = fc
  .tuple(setting, declaration, weather, fc.array(step, { maxLength: 5 }))
  .map(([chosen, first, at, more]) => ({
    setting: chosen,
    steps: [{ run: "up", declaration: first, weather: at }, ...more],
  }));
