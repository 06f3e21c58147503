import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type * as pulumi from "@pulumi/pulumi";
import * as fc from "fast-check";
import { linkTokenHandler } from "../../provider/resources/linkToken/handler";
import { maintenanceDeferralHandler } from "../../provider/resources/maintenanceDeferral/handler";
import { migrationCutoverHandler } from "../../provider/resources/migrationCutover/handler";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { projectUsersHandler } from "../../provider/resources/projectUsers/handler";
import { teamUserHandler } from "../../provider/resources/teamUser/handler";
import { teamUsersHandler } from "../../provider/resources/teamUsers/handler";
import { type Bench, startBench } from "./harness";

/*
 * A state can be edited by hand, and in all ways. The id says what a resource is about; whatever else is missing or is of
 * another type, an operation does the right thing or fails with a sentence.
 */

type Handler = pulumi.dynamic.ResourceProvider;
type Properties = Record<string, unknown>;

/** A resource as it is in Atlas and in the state, with what it declares. */
interface Standing {
  handler: Handler;
  inputs: Properties;
  /** Whether Atlas still has it. */
  isThere?: () => boolean;
  /** What a deletion may say that cannot know what was declared. */
  refusal?: RegExp;
}

const username = "ada@example.com";
let bench: Bench;

before(async () => {
  bench = await startBench({ invitationsPerMinute: 1_000_000 });
});

after(() => bench.stop());

const kinds: Record<string, () => Standing> = {
  projectUser: () => {
    const { world } = bench.atlasSimulator;
    const projectId = world.createProject(world.createOrganization());
    return {
      handler: projectUserHandler(bench) as unknown as Handler,
      inputs: { projectId, username, roles: ["GROUP_READ_ONLY"], __timeouts: { create: "5m" } },
      isThere: () => username in world.members(projectId),
    };
  },
  projectUsers: () => {
    const { world } = bench.atlasSimulator;
    const projectId = world.createProject(world.createOrganization());
    const users = { [username]: ["GROUP_READ_ONLY"], "bob@example.com": ["GROUP_READ_ONLY"] };
    return {
      handler: projectUsersHandler(bench) as unknown as Handler,
      inputs: { projectId, users, ignore: ["*@x.example"], maxRemovals: 3 },
      refusal: /^The state does not say which members of project \w+ were declared/,
    };
  },
  teamUsers: () => {
    const { world } = bench.atlasSimulator;
    const orgId = world.createOrganization();
    const teamId = world.createTeam(orgId);
    world.addActiveUser(orgId, username);
    return {
      handler: teamUsersHandler(bench) as unknown as Handler,
      inputs: { orgId, teamId, usernames: [username] },
      refusal: /^The state does not say which members of team \w+ were declared/,
    };
  },
  "teamUser by name": () => teamUser("username"),
  "teamUser by id": () => teamUser("userId"),
  linkToken: () => {
    const { world } = bench.atlasSimulator;
    const orgId = world.createOrganization();
    return {
      handler: linkTokenHandler(bench) as unknown as Handler,
      inputs: { orgId, accessListIps: ["203.0.113.7"] },
      isThere: () => world.link(orgId).current !== undefined,
    };
  },
  migrationCutover: () => {
    const { world } = bench.atlasSimulator;
    const projectId = world.createProject(world.createOrganization());
    const { id } = world.addMigration(projectId);
    return {
      handler: migrationCutoverHandler(bench) as unknown as Handler,
      inputs: { projectId, liveMigrationId: id },
    };
  },
  maintenanceDeferral: () => {
    const { world } = bench.atlasSimulator;
    const projectId = world.createProject(world.createOrganization());
    world.setMaintenance(projectId, { dayOfWeek: 1, hourOfDay: 2, timeZoneId: "UTC", scheduled: true });
    return {
      handler: maintenanceDeferralHandler(bench) as unknown as Handler,
      inputs: { projectId, deferrals: 1, requireScheduled: false, triggers: ["v1"] },
    };
  },
};

function teamUser(by: "username" | "userId"): Standing {
  const { world } = bench.atlasSimulator;
  const orgId = world.createOrganization();
  const teamId = world.createTeam(orgId);
  const userId = world.addActiveUser(orgId, username);
  return {
    handler: teamUserHandler(bench) as unknown as Handler,
    inputs: { orgId, teamId, ...(by === "username" ? { username } : { userId }) },
    isThere: () => world.teamMembers(teamId).includes(username),
  };
}

type Edit = { keep: true } | { drop: true } | { value: unknown };

/** What somebody may have made of a property. */
const edit = fc.constantFrom<Edit>(
  { keep: true },
  { drop: true },
  ...[null, "", " ", "x/..", 7, -1, true, {}, [], [7], ["x"], { create: 5 }].map((value) => ({ value })),
);

/** Edits each of the outputs, by turns as many as there are. */
function edited(outputs: Properties, edits: readonly Edit[]): Properties {
  const result: Properties = { ...outputs };
  for (const [index, property] of Object.keys(outputs).entries()) {
    const each = edits[index] ?? { keep: true };
    if ("drop" in each) {
      delete result[property];
    } else if ("value" in each) {
      result[property] = each.value;
    }
  }
  return result;
}

/** The outcome of an operation, which may fail with a sentence only. */
async function settled<T>(operation: Promise<T> | undefined): Promise<{ value: T } | { sentence: string }> {
  try {
    return { value: (await operation) as T };
  } catch (error) {
    assert.equal((error as Error).constructor === TypeError, false, (error as Error).stack);
    const { message } = error as Error;
    assert.match(message, /^[A-Z].*\.$/s);
    return { sentence: message };
  }
}

for (const [kind, stand] of Object.entries(kinds)) {
  describe(`${kind} with a state that was edited by hand`, () => {
    test("is compared, read, updated and deleted by its id", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 8, maxLength: 8 }), async (change) => {
          bench.restart();
          const { handler, inputs, isThere, refusal } = stand();
          const { id = "", outs = {} } = await handler.create(inputs);
          const olds = edited(outs, change);
          bench.requests();

          const same = await settled(handler.diff?.(id, outs, inputs));
          assert.ok("value" in same && same.value.changes === false);
          const diff = await settled(handler.diff?.(id, olds, inputs));
          assert.ok("value" in diff);
          // A refresh compares with the inputs in the state, which nothing has checked.
          assert.ok("value" in (await settled(handler.diff?.(id, outs, edited(inputs, change)))));
          const read = await settled(handler.read?.(id, olds));
          assert.ok("value" in read && read.value.id === id);
          await settled(handler.update?.(id, olds, inputs));
          bench.newRun();
          const gone = await settled(handler.delete?.(id, olds));
          assert.ok("value" in gone || refusal?.test(gone.sentence));
          assert.notEqual(isThere?.(), true);
          assert.ok(bench.requests().every((line) => !/undefined|null|object/.test(line)));
        }),
        { numRuns: 60 },
      );
    });

    test("says how an id must look when that was edited too", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(fc.string(), fc.constantFrom("", "/", "a/b/c", "0".repeat(24))),
          async (id) => {
            bench.restart();
            const { handler, inputs } = stand();
            const outcomes = await Promise.all([
              settled<unknown>(handler.diff?.(id, {}, inputs)),
              settled<unknown>(handler.read?.(id, {})),
              settled<unknown>(handler.delete?.(id, {})),
            ]);
            for (const outcome of outcomes) {
              if (!/^[0-9a-f]{24}$/.test(id)) {
                assert.match("sentence" in outcome ? outcome.sentence : "", /^The id of a \w+ must be </);
              }
            }
          },
        ),
        { numRuns: 30 },
      );
    });
  });
}
