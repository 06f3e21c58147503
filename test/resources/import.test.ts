import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import {
  LinkToken,
  MaintenanceDeferral,
  MigrationCutover,
  ProjectUser,
  TeamUser,
} from "../../provider/index";

const projectId = "0".repeat(24);
const orgId = "1".repeat(24);
const options = { import: "an id" };

before(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => ({}),
  }),
);

for (const [resource, instead, declare] of [
  [
    "ProjectUser",
    "adopts a user who is in the project already",
    () => new ProjectUser("x", { projectId, username: "ada@example.com", roles: ["GROUP_OWNER"] }, options),
  ],
  [
    "TeamUser",
    "adopts a user who is in the team already",
    () => new TeamUser("x", { orgId, teamId: projectId, username: "ada@example.com" }, options),
  ],
  [
    "LinkToken",
    "drops a link that is there already, as Atlas shows a token only once, and makes a new token",
    () => new LinkToken("x", { orgId }, options),
  ],
  [
    "MigrationCutover",
    "adopts a migration that is complete or being cut over already",
    () => new MigrationCutover("x", { projectId, liveMigrationId: orgId }, options),
  ],
  [
    "MaintenanceDeferral",
    "counts deferrals that are there already",
    () => new MaintenanceDeferral("x", { projectId }, options),
  ],
] as const) {
  test(`${resource} refuses the option import, and says what happens without it`, () => {
    assert.throws(declare, (error: Error) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.equal(
        error.message,
        `${resource} 'x': the option import must be left out, as Pulumi cannot import dynamic resources. ` +
          `Without it, the first \`pulumi up\` ${instead}.`,
      );
      return true;
    });
  });
}
