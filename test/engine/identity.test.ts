import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type * as automation from "@pulumi/pulumi/automation";
import {
  LinkToken,
  MaintenanceDeferral,
  MigrationCutover,
  ProjectUser,
  TeamUser,
} from "mongodbatlas-dynamic";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import type { EngineResult, EngineStack } from "./stack";

/*
 * What a program declares, told apart by what it means in Atlas and not by the names of resources. All tests use one
 * simulator and one stack, which is empty when each begins.
 */

let simulator: AtlasSimulator;
let stack: EngineStack;
let empty: automation.Deployment;
let orgId: string;
let projectId: string;
let teamId: string;

before(async () => {
  simulator = await startSimulator({ invitationsPerMinute: 10_000 });
  stack = await atlasStack(simulator, { program: async () => {} });
  empty = await stack.export();
});

beforeEach(async () => {
  await stack.import(empty);
  simulator.clearFailures();
  orgId = simulator.world.createOrganization();
  projectId = simulator.world.createProject(orgId);
  teamId = simulator.world.createTeam(orgId);
});

const mail = (name: string): string => `${name}@example.com`;
const members = (): string[] =>
  Object.keys(simulator.world.members(projectId)).map((name) => name.replace("@example.com", ""));
const team = (): string[] =>
  simulator.world.teamMembers(teamId).map((name) => name.replace("@example.com", ""));
const invitations = (): number => simulator.world.invitationsSent.length;
const token = (): string | undefined => simulator.world.link(orgId).current?.linkToken;

/** Declares a user of the project, who is in the team as well. */
function declare(resource: string, name: string, options: pulumi.CustomResourceOptions = {}): ProjectUser {
  const user = new ProjectUser(
    resource,
    { projectId, username: mail(name), roles: ["GROUP_READ_ONLY"] },
    options,
  );
  new TeamUser(resource, { orgId, teamId, username: mail(name) }, { ...options, dependsOn: user });
  return user;
}

async function up(program: automation.PulumiFn, options: object = {}): Promise<EngineResult> {
  await stack.setProgram(program);
  return stack.up({ mustSucceed: true, ...options });
}

/** The URN of a resource of this package in the state. */
async function urnOf(type: string): Promise<string> {
  const { deployment } = await stack.export();
  const found = deployment.resources.find((resource: { type: string }) => resource.type.endsWith(`:${type}`));
  return found?.urn ?? assert.fail(`no ${type} in the state`);
}

const ops = (result: EngineResult): string[] =>
  result.steps.filter(({ op }) => op !== "same" && op !== "refresh").map(({ op, name }) => `${op} ${name}`);

describe("whoever a program declares keeps access", () => {
  const byIndex = (names: string[]) => async () => {
    for (const [index, name] of names.entries()) {
      declare(`user-${index}`, name);
    }
  };

  for (const [what, from, to] of [
    ["the first of a list goes", ["ada", "bob", "carol"], ["bob", "carol"]],
    ["somebody is put before a list", ["bob", "carol"], ["ada", "bob", "carol"]],
    ["a list is turned round", ["ada", "bob", "carol"], ["carol", "bob", "ada"]],
  ] as const) {
    test(`when ${what}, in one update, and the second does nothing`, async () => {
      await up(byIndex([...from]));
      const sent = invitations();
      const result = await up(byIndex([...to]));
      assert.deepEqual(members(), [...to].sort());
      assert.deepEqual(team(), [...to].sort());
      assert.equal(
        invitations() - sent,
        to.filter((name) => !(from as readonly string[]).includes(name)).length,
      );
      const places: readonly string[] = to;
      for (const name of from.filter((each, index) => places.includes(each) && places[index] !== each)) {
        const as = `user-${places.indexOf(name)}`;
        assert.ok(
          result.messages.includes(
            `${mail(name)} stays in project ${projectId}: the program declares it as '${as}'.`,
          ),
          `${name}: ${result.messages.join("\n")}`,
        );
      }
      await stack.up({ mustSucceed: true, expectNoChanges: true });
      assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
    });
  }

  test("below another parent, and by another name without an alias", async () => {
    await up(async () => void declare("ada", "ada"));
    const sent = invitations();
    await up(async () => {
      declare("ada", "ada", { parent: new pulumi.ComponentResource("acme:access:Team", "team") });
    });
    assert.deepEqual([members(), team()], [["ada"], ["ada"]]);
    await up(async () => void declare("lovelace", "ada"));
    assert.deepEqual([members(), team()], [["ada"], ["ada"]]);
    assert.equal(invitations(), sent);
    await stack.up({ mustSucceed: true, expectNoChanges: true });
  });

  test("when the user asks for a replacement, by any of three ways", async () => {
    let trigger = "first";
    const program = async () => void declare("ada", "ada", { replacementTrigger: trigger });
    await up(program);
    const types = ["ProjectUser", "TeamUser"];
    const urns = await Promise.all(types.map(urnOf));

    const replaced = await up(program, { replace: urns });
    assert.equal(replaced.summary.replace, 2);
    assert.deepEqual([members(), team()], [["ada"], ["ada"]]);

    for (const urn of urns) {
      assert.equal((await stack.cli(["state", "taint", urn, "--yes", "--stack", stack.name])).code, 0);
    }
    assert.equal((await up(program)).summary.replace, 2);
    assert.deepEqual([members(), team()], [["ada"], ["ada"]]);

    trigger = "second";
    assert.equal((await up(program)).summary.replace, 2);
    assert.deepEqual([members(), team()], [["ada"], ["ada"]]);
    await stack.up({ mustSucceed: true, expectNoChanges: true });
  });

  test("when Atlas gives the user another id on acceptance, and the team is declared by that id", async () => {
    const program = async () => {
      const user = declare("unused", "bob");
      const ada = new ProjectUser("ada", { projectId, username: mail("ada"), roles: ["GROUP_READ_ONLY"] });
      new TeamUser("ada", { orgId, teamId, userId: ada.userId }, { dependsOn: user });
    };
    await up(program);
    simulator.world.acceptInvitation(mail("ada"));
    simulator.log.clear();
    assert.deepEqual(ops(await up(program, { refresh: true })), []);
    assert.deepEqual(simulator.log.effects(), []);
    assert.deepEqual(team(), ["ada", "bob"]);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
  });

  test("when the id changes in an update that does not refresh first", async () => {
    let role = "GROUP_READ_ONLY";
    const program = async () => {
      const ada = new ProjectUser("ada", { projectId, username: mail("ada"), roles: [role] });
      new TeamUser("ada", { orgId, teamId, userId: ada.userId });
    };
    await up(program);
    simulator.world.acceptInvitation(mail("ada"));
    role = "GROUP_OWNER";
    await up(program);
    assert.deepEqual([members(), team()], [["ada"], ["ada"]]);
    await stack.up({ mustSucceed: true, expectNoChanges: true });
  });

  test("and whoever it does not declare any longer is removed", async () => {
    await up(byIndex(["ada", "bob"]));
    await up(byIndex(["bob"]));
    assert.deepEqual([members(), team()], [["bob"], ["bob"]]);
    await stack.destroy({ mustSucceed: true });
    assert.deepEqual([members(), team()], [[], []]);
  });
});

test("the only owner of a project can be exchanged in one update", async () => {
  projectId = simulator.world.createProject(orgId, { owner: mail("olivia") });
  simulator.world.addActiveUser(orgId, mail("married"));
  const program = (name: string) => async () => {
    new ProjectUser("olivia", { projectId, username: mail(name), roles: ["GROUP_OWNER"] });
  };
  await up(program("olivia"));
  await up(program("married"));
  assert.deepEqual(members(), ["married"]);
});

describe("a link", () => {
  const program = (name: string, accessListIps?: string[]) => async () => {
    const link = new LinkToken(name, { orgId, ...(accessListIps === undefined ? {} : { accessListIps }) });
    return { token: link.linkToken };
  };

  test("works after the user has asked for its replacement, with the token of the state", async () => {
    await up(program("link"));
    const urn = await urnOf("LinkToken");
    const replaced = await up(program("link"), { replace: [urn] });
    assert.ok(token());
    assert.equal(replaced.outputs["token"], token());
    assert.equal((await stack.cli(["state", "taint", urn, "--yes", "--stack", stack.name])).code, 0);
    const again = await up(program("link"));
    assert.ok(token());
    assert.equal(again.outputs["token"], token());
    assert.equal(simulator.world.link(orgId).made, 3);
  });

  test("works after it was renamed without an alias", async () => {
    await up(program("link"));
    const renamed = await up(program("tunnel"));
    assert.ok(token());
    assert.equal(renamed.outputs["token"], token());
    assert.ok(
      renamed.messages.includes(
        `The link of organization ${orgId} stays: the program declares it, and this update has it in place.`,
      ),
    );
  });

  test("is another one with other addresses, also after a refresh in the same update", async () => {
    await up(program("link"));
    await up(program("link", ["203.0.113.7"]), { refresh: true });
    assert.deepEqual(simulator.world.link(orgId).current?.accessListIps, ["203.0.113.7"]);
  });

  test("is deleted when it is declared no longer, also after a refresh in the same update", async () => {
    await up(program("link"));
    await up(async () => {}, { refresh: true });
    assert.equal(token(), undefined);
  });
});

describe("a preview", () => {
  test("of other roles replaces nobody in a team that uses the user's outputs", async () => {
    const other = simulator.world.createTeam(orgId);
    const program = (role: string) => async () => {
      const user = new ProjectUser("ada", { projectId, username: mail("ada"), roles: [role] });
      new TeamUser("by-id", { orgId, teamId, userId: user.userId });
      new TeamUser("by-name", { orgId, teamId: other, username: user.username });
    };
    await up(program("GROUP_READ_ONLY"));
    await stack.setProgram(program("GROUP_OWNER"));
    const preview = await stack.preview({ mustSucceed: true });
    assert.ok(ops(preview).includes("update ada"), ops(preview).join());
    assert.ok(!ops(preview).some((step) => /replace/.test(step)), ops(preview).join());
    const result = await stack.up({ mustSucceed: true });
    assert.deepEqual(ops(result), ["update ada"]);
  });

  test("shows which property changes", async () => {
    const program = (roles: string[]) => async () => {
      new ProjectUser("ada", { projectId, username: mail("ada"), roles });
    };
    await up(program(["GROUP_READ_ONLY"]));
    await stack.setProgram(program(["GROUP_OWNER"]));
    const { events } = await stack.preview();
    const details = events.flatMap(({ resourcePreEvent }) =>
      Object.keys(resourcePreEvent?.metadata.detailedDiff ?? {}),
    );
    assert.deepEqual(details, ["roles[0]"]);
  });

  const twins: Record<string, [(name: string) => unknown, string]> = {
    ProjectUser: [
      (name) => new ProjectUser(name, { projectId, username: mail("ada"), roles: ["GROUP_OWNER"] }),
      "once in a project",
    ],
    TeamUser: [(name) => new TeamUser(name, { orgId, teamId, username: mail("ada") }), "once in a team"],
    LinkToken: [(name) => new LinkToken(name, { orgId }), "once, as an organization has one link"],
    MigrationCutover: [
      (name) => new MigrationCutover(name, { projectId, liveMigrationId: "0".repeat(24) }),
      "once",
    ],
    MaintenanceDeferral: [(name) => new MaintenanceDeferral(name, { projectId }), "once for a project"],
  };
  for (const [type, [declareAs, once]] of Object.entries(twins)) {
    test(`names both ${type}s that declare the same, without a request`, async () => {
      await stack.setProgram(async () => {
        declareAs("one");
        declareAs("two");
      });
      simulator.log.clear();
      const preview = await stack.preview();
      assert.equal(preview.ok, false);
      const sentence = preview.diagnostics.find((text) => text.includes("must be declared once")) ?? "";
      assert.ok(
        sentence.endsWith(
          `must be declared ${once}, but got two declarations, 'one' and 'two': keep one of them`,
        ),
        preview.diagnostics.join("\n"),
      );
      assert.deepEqual(simulator.log.lines(), []);
    });
  }
});

describe("the options of a resource", () => {
  const program =
    (args: { roles?: string[]; username?: string }, options: pulumi.CustomResourceOptions = {}) =>
    async () => {
      new ProjectUser(
        "ada",
        { projectId, username: mail("ada"), roles: ["GROUP_READ_ONLY"], ...args },
        options,
      );
    };

  test("ignoreChanges holds in a preview, an update and a refresh", async () => {
    const options = { ignoreChanges: ["roles"], customTimeouts: { create: "5m" } };
    await up(program({}, options));
    simulator.world.setRoles(projectId, mail("ada"), ["GROUP_OWNER"]);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
    await up(program({ roles: ["GROUP_BACKUP_MANAGER"] }, options), { refresh: true, expectNoChanges: true });
    await stack.preview({ mustSucceed: true, expectNoChanges: true });
    assert.deepEqual(simulator.world.members(projectId)[mail("ada")]?.roles, ["GROUP_OWNER"]);
  });

  test("ignoreChanges holds also where the case of the username has changed since", async () => {
    const options = { ignoreChanges: ["roles"] };
    await up(program({}, options));
    await up(program({ username: "ADA@Example.com" }, options), { expectNoChanges: true });
    simulator.world.setRoles(projectId, mail("ada"), ["GROUP_OWNER"]);
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
  });

  test("replaceOnChanges replaces, and the user stays", async () => {
    const options = { replaceOnChanges: ["roles"] };
    await up(program({}, options));
    await stack.setProgram(program({ roles: ["GROUP_OWNER"] }, options));
    assert.equal((await stack.preview()).summary.replace, 1);
    assert.equal((await stack.up({ mustSucceed: true })).summary.replace, 1);
    assert.deepEqual(simulator.world.members(projectId)[mail("ada")]?.roles, ["GROUP_OWNER"]);
  });

  test("customTimeouts alone change nothing, and neither does another case of the username", async () => {
    await up(program({}));
    const other = program(
      { username: "ADA@Example.com" },
      { customTimeouts: { create: "5m", update: "5m" } },
    );
    await up(other, { expectNoChanges: true });
    await up(other, { refresh: true, expectNoChanges: true });
    assert.equal((await stack.refreshPreviewOnly()).exitCode, 0);
  });

  test("customTimeouts are no drift beside another role", async () => {
    await up(program({}, { customTimeouts: { create: "5m" } }));
    simulator.world.setRoles(projectId, mail("ada"), ["GROUP_OWNER"]);
    const drift = await stack.refreshPreviewOnly();
    assert.match(drift.stdout, /ProjectUser ada update \[diff: ~roles\]/);
  });
});

describe(".get()", () => {
  for (const [type, get, sentence] of [
    ["ProjectUser", () => ProjectUser.get("ada", `${projectId}/${mail("ada")}`), "is not a user of project "],
    ["TeamUser", () => TeamUser.get("ada", `${orgId}/${teamId}/${mail("ada")}`), "is not in team "],
  ] as const) {
    test(`of a ${type} that is not there says what is missing`, async () => {
      await stack.setProgram(async () => void get());
      const preview = await stack.preview();
      assert.equal(preview.ok, false);
      const told = preview.diagnostics.filter((text) => text.includes(`${mail("ada")} ${sentence}`));
      assert.equal(told.length, 1, preview.diagnostics.join("\n"));
    });
  }

  test("is dropped from the state by a refresh once it is deleted, and then says so", async () => {
    simulator.world.grant(projectId, mail("ada"), ["GROUP_OWNER"]);
    await up(async () => void ProjectUser.get("ada", `${projectId}/${mail("ada")}`));
    simulator.world.removeFromProject(projectId, mail("ada"));
    assert.deepEqual(ops(await stack.refresh({ mustSucceed: true })), ["delete ada"]);
    const next = await stack.up();
    assert.match(next.diagnostics.join("\n"), /^ada@example\.com is not a user of project/m);
  });
});

describe("what a failed command prints", () => {
  test("is not the secret that is no e-mail address", async () => {
    await stack.setProgram(async () => {
      const roles = ["GROUP_READ_ONLY"];
      new ProjectUser("ada", { projectId, username: pulumi.secret("hunter2"), roles });
    });
    const preview = await stack.preview();
    assert.equal(preview.ok, false);
    const printed = preview.stdout + preview.stderr + preview.diagnostics.join("\n");
    assert.ok(!printed.includes("hunter2"), printed);
    assert.match(
      printed,
      /has a problem: username must be an e-mail address such as ada@example\.com, but got something else, which is secret/,
    );
  });

  test("is one reason in full, however many resources have failed for it", async () => {
    const { simulator: other, stack: locked } = await lockedOut();
    const failed = await locked.up();
    assert.ok(other.log.lines().length > 0);
    const told = failed.diagnostics.filter((text) => text.startsWith("Could not add"));
    assert.ok(told.length > 1);
    assert.equal(told.filter((text) => text.includes("Atlas does not accept the API key")).length, 1);
    assert.ok(told.every((text) => text.length < 160 || text.includes("Atlas does not accept the API key")));
  });
});

/** A stack of twelve users with a key that is wrong. */
async function lockedOut(): Promise<{ simulator: AtlasSimulator; stack: EngineStack }> {
  const other = await startSimulator();
  const project = other.world.createProject(other.world.createOrganization());
  const locked = await atlasStack(other, {
    config: { "mongodbatlas:privateKey": { value: "wrong", secret: true } },
    program: async () => {
      for (let index = 0; index < 12; index += 1) {
        const username = mail(`user${index}`);
        new ProjectUser(`user${index}`, { projectId: project, username, roles: ["GROUP_READ_ONLY"] });
      }
    },
  });
  return { simulator: other, stack: locked };
}
