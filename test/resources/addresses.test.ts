import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import type { Handler } from "../../provider/resources/handler/handler";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { teamUserHandler } from "../../provider/resources/teamUser/handler";
import { type Bench, startBench } from "./harness";

/*
 * Whatever address `check` lets in must survive being part of an id.
 */

let bench: Bench;

before(async () => {
  bench = await startBench({ invitationsPerMinute: 1_000_000 });
});

after(() => bench.stop());

const letters = [..."abcXYZ019"];
const label = fc
  .array(fc.constantFrom(...letters, "-"), { minLength: 1, maxLength: 8 })
  .map((characters) => characters.join(""));
const local = fc
  .array(fc.constantFrom(...letters, ..."!#$%&'*+/=?^_`{|}~-."), { minLength: 1, maxLength: 12 })
  .map((characters) => characters.join(""));
const address = fc.oneof(
  fc.tuple(local, label, label).map(([name, host, domain]) => `${name}@${host}.${domain}`),
  fc.constantFrom("ops/night@example.com", "a/b/c@example.com", "//@example.com", "%2F@example.com"),
);

/** Creates a resource, reads and compares it, by its state and by its id alone, and deletes it in another run. */
async function live<Inputs extends object, Outputs extends object>(
  handler: Handler<Inputs, Outputs>,
  inputs: Inputs,
): Promise<void> {
  const { id = "", outs } = await handler.create(inputs);
  const read = await handler.read(id, outs);
  assert.deepEqual([read.id, read.inputs], [id, inputs]);
  assert.equal((await handler.diff(id, read.props, inputs)).changes, false);
  assert.equal((await handler.read(id)).id, id);
  bench.restart();
  await handler.delete(id, read.props);
}

describe("an address that check lets in", () => {
  test("goes through the life of a ProjectUser", async () => {
    const { world } = bench.atlasSimulator;
    const projectId = world.createProject(world.createOrganization());
    await fc.assert(
      fc.asyncProperty(address, async (username) => {
        bench.restart();
        const handler = projectUserHandler(bench);
        const news = { projectId, username, roles: ["GROUP_READ_ONLY"] };
        const { inputs, failures } = await handler.check({}, news);
        fc.pre(failures?.length === 0);
        assert.ok(inputs);
        await live(handler, inputs);
        assert.deepEqual(world.members(projectId), {});
      }),
      { numRuns: 150 },
    );
  });

  test("goes through the life of a TeamUser", async () => {
    const { world } = bench.atlasSimulator;
    const orgId = world.createOrganization();
    const teamId = world.createTeam(orgId);
    await fc.assert(
      fc.asyncProperty(address, async (username) => {
        bench.restart();
        const handler = teamUserHandler(bench);
        const { inputs, failures } = await handler.check({}, { orgId, teamId, username });
        fc.pre(failures?.length === 0);
        assert.ok(inputs);
        world.addActiveUser(orgId, username);
        await live(handler, inputs);
        assert.deepEqual(world.teamMembers(teamId), []);
      }),
      { numRuns: 150 },
    );
  });
});
