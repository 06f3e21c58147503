import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import { Ajv } from "ajv";
import { ProjectUser, ProjectUsers, TeamUser } from "mongodbatlas-dynamic";
import { runCommand } from "../cli/command";
import { named } from "../resources/harness";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import type { EngineStack } from "./stack";

interface Row {
  subject: string;
  message: string;
  attribution?: { by: object | null; at: string | null; why: string | null; sentence: string };
}

describe("the drift report says who, when, from where and why", () => {
  let simulator: AtlasSimulator;
  let stack: EngineStack;
  let ids: Record<"organization" | "shop" | "bank" | "team", string>;
  /** How far the simulator's time is ahead: people act later than the update. */
  let aheadMs = 0;
  const olivia = { kind: "user", name: "olivia@example.com", from: "203.0.113.7" } as const;

  const drift = (...options: string[]) => runCommand(stack, ["drift", "--stack", stack.name, ...options]);
  const report = async (...options: string[]) => {
    const { code, stdout, stderr } = await drift("--json", ...options);
    assert.deepEqual([code, stderr], [7, ""]);
    const found = JSON.parse(stdout) as { rows: Row[]; gaps: string[] };
    const validate = new Ajv({ formats: { "date-time": true }, allowUnionTypes: true }).compile(
      require("mongodbatlas-dynamic/drift-report.schema.json"),
    );
    validate(found);
    assert.deepEqual(validate.errors, null);
    return found;
  };
  /** Times and ids as words. */
  const readable = (text: string): string =>
    named([text], ids)
      .join()
      .replace(/\w{3} \d+ \w{3} \d\d:\d\d UTC/g, "<time>");
  const sentences = ({ rows }: { rows: Row[] }): string[] =>
    rows.map(({ subject, attribution }) => readable(`${subject}: ${attribution?.sentence}`));

  before(async () => {
    simulator = await startSimulator({ now: () => Date.now() + aheadMs });
    const { world } = simulator;
    const organization = world.createOrganization();
    // Rows are by subject, and ids grow in the order of creation.
    const bank = world.createProject(organization, { owner: "olivia@example.com" });
    const shop = world.createProject(organization, { owner: "olivia@example.com" });
    const team = world.createTeam(organization);
    ids = { organization, shop, bank, team };
    for (const name of ["grace", "lea", "tom"]) {
      world.addActiveUser(organization, `${name}@example.com`);
    }
    stack = await atlasStack(simulator, {
      program: async () => {
        for (const name of ["ada", "eve", "grace", "lea"]) {
          const username = `${name}@example.com`;
          new ProjectUser(name, { projectId: shop, username, roles: ["GROUP_READ_ONLY"] });
        }
        new ProjectUsers("bank", {
          projectId: bank,
          users: { "ada@example.com": ["GROUP_READ_ONLY"], "olivia@example.com": ["GROUP_OWNER"] },
        });
        new TeamUser("tom", { orgId: organization, teamId: team, username: "tom@example.com" });
      },
    });
  });

  beforeEach(async () => {
    await stack.up({ refresh: true, mustSucceed: true });
    aheadMs += 60 * 60_000;
    simulator.world.events.unreadable.clear();
  });

  test("of every kind of row, by those who did it, in the words of a person and of a program", async () => {
    const { world } = simulator;
    const { shop, bank, team, organization } = ids;
    const { publicKey, clientId } = simulator.keys;
    world.acting(olivia, () => world.setRoles(shop, "ada@example.com", ["GROUP_OWNER"]));
    world.acting({ kind: "apiKey", name: publicKey, from: "198.51.100.1" }, () =>
      world.setRoles(bank, "ada@example.com", ["GROUP_OWNER"]),
    );
    world.expireInvitation("eve@example.com");
    world.acting({ kind: "serviceAccount", name: clientId }, () =>
      world.removeFromProject(shop, "grace@example.com"),
    );
    world.acting("lea@example.com", () => world.removeFromOrganization(organization, "lea@example.com"));
    world.acting({ kind: "employee", name: "pat@mongodb.com" }, () =>
      world.removeFromTeam(team, "tom@example.com"),
    );
    world.invite(bank, "mallory@example.com", ["GROUP_OWNER"], "olivia@example.com");
    simulator.log.clear();

    const found = await report("--unmanaged");

    assert.deepEqual(sentences(found), [
      `ada@example.com in project <bank>: by API key ${publicKey}, <time>, from 198.51.100.1`,
      "ada@example.com in project <shop>: by olivia@example.com, <time>, from 203.0.113.7",
      "mallory@example.com in project <bank>: by olivia@example.com, <time>",
      "olivia@example.com in project <shop>: no event since <time> explains it: the change may be older, or Atlas may not have kept the event",
      "eve@example.com in project <shop>: by nobody: the invitation expired, <time>",
      `grace@example.com in project <shop>: by service account ${clientId}, <time>`,
      "lea@example.com in project <shop>: by lea@example.com, <time>",
      "tom@example.com in team <team>: by a MongoDB employee (pat@mongodb.com), <time>",
    ]);
    assert.deepEqual(found.gaps, []);
    assert.deepEqual(
      found.rows.map(({ attribution }) => attribution?.why),
      [null, null, null, null, "invitationExpired", "removed", "leftOrganization", "removed"],
    );
    assert.equal(
      readable(found.rows.find(({ subject }) => subject.startsWith("lea"))?.message ?? ""),
      "lea@example.com is not in project <shop> any more: the user left the organization.",
    );
    assert.deepEqual(simulator.log.effects(), []);
    assert.deepEqual(simulator.violations, []);
    const listings = simulator.log.matching(
      ({ operationId, authenticated }) => authenticated && /Events$/.test(operationId ?? ""),
    );
    const reads = listings.map(
      ({ operationId, path }) => `${operationId} ${readable(path.split("/")[5] ?? "")}`,
    );
    assert.deepEqual(reads.sort(), [
      "listGroupEvents <bank>",
      "listGroupEvents <shop>",
      "listOrgEvents <organization>",
      "listOrgEvents <organization>",
    ]);

    const text = readable((await drift("--unmanaged")).stdout);
    assert.match(
      text,
      /\n {2}ada@example\.com in project <shop>, roles\n {2}declared: GROUP_READ_ONLY\n {2}actual: {3}GROUP_OWNER\n {2}by olivia@example\.com, <time>, from 203\.0\.113\.7\n/,
    );
    const markdown = readable((await drift("--unmanaged", "--markdown")).stdout);
    assert.match(markdown, /\| Declared \| Actual \| Who, when, from where \|\n/);
    assert.match(markdown, /\| GROUP\\_OWNER \| by olivia@example\.com, <time>, from 203\.0\.113\.7 \|\n/);
  });

  test("with the roles of a reader", async () => {
    simulator.world.acting(olivia, () =>
      simulator.world.setRoles(ids.shop, "ada@example.com", ["GROUP_OWNER"]),
    );
    const { publicKey, privateKey } = simulator.readOnlyKeys;
    await stack.setConfig({
      "mongodbatlas:publicKey": publicKey,
      "mongodbatlas:privateKey": { value: privateKey, secret: true },
    });
    assert.match(sentences(await report()).join(), /: by olivia@example\.com, <time>, from 203\.0\.113\.7$/);
    const full = simulator.keys;
    await stack.setConfig({
      "mongodbatlas:publicKey": full.publicKey,
      "mongodbatlas:privateKey": { value: full.privateKey, secret: true },
    });
  });

  test("asks for nothing when all is as declared", async () => {
    simulator.log.clear();
    assert.equal((await drift()).code, 0);
    assert.equal(
      simulator.log.count(({ operationId }) => /Events$/.test(operationId ?? "")),
      0,
    );
  });

  test("not with --no-attribution, which asks for no events and prints no address", async () => {
    simulator.world.acting(olivia, () =>
      simulator.world.setRoles(ids.shop, "ada@example.com", ["GROUP_OWNER"]),
    );
    simulator.log.clear();
    const { rows } = await report("--no-attribution");
    assert.equal(rows[0] !== undefined && "attribution" in rows[0], false);
    for (const format of [[], ["--markdown"]]) {
      const { code, stdout } = await drift("--no-attribution", ...format);
      assert.equal(code, 7);
      assert.doesNotMatch(stdout, /203\.0\.113\.7|olivia|from where/);
    }
    assert.equal(
      simulator.log.count(({ operationId }) => /Events$/.test(operationId ?? "")),
      0,
    );
    const older = await drift("--json", "--report-version", "1");
    assert.doesNotMatch(older.stdout, /attribution|gaps/);
  });

  test("as far as the credentials may know it, and the exit code stays", async () => {
    const { world } = simulator;
    world.acting(olivia, () => {
      world.setRoles(ids.shop, "ada@example.com", ["GROUP_OWNER"]);
      world.setRoles(ids.bank, "ada@example.com", ["GROUP_OWNER"]);
    });
    world.events.unreadable.add(ids.bank);
    const { gaps, ...found } = await report();
    assert.deepEqual(sentences(found), [
      "ada@example.com in project <bank>: it is not known who did it: the events could not be read",
      "ada@example.com in project <shop>: by olivia@example.com, <time>, from 203.0.113.7",
    ]);
    assert.equal(gaps.length, 1);
    assert.match(
      readable(gaps.join()),
      /^Who has changed what in project <bank> is not known\. Could not list/,
    );
    const { code, stdout, stderr } = await drift();
    assert.deepEqual([code, stderr], [7, ""]);
    assert.match(
      readable(stdout),
      /\n\nWho has changed what in project <bank> is not known\. [^\n]*Project Read Only[^\n]*\n\nTo bring back/,
    );
  });

  test("and says that no event explains what a feed does not reach back to", async () => {
    const { world } = simulator;
    world.acting(olivia, () => world.setRoles(ids.shop, "ada@example.com", ["GROUP_OWNER"]));
    world.events.forgetAll();
    assert.match(
      sentences(await report()).join(),
      /: no event since <time> explains it: the change may be older/,
    );
  });
});
