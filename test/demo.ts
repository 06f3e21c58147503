import path from "node:path";
import { providePulumi } from "./engine/pulumiCli";
import { createStack, type EngineResult, type EngineStack } from "./engine/stack";
import { AtlasSimulator } from "./simulator/simulator";

/*
 * `npm run demo`: a real Pulumi engine takes the stack of examples/tour through its whole life against the Atlas
 * simulator. It leaves nothing behind: simulator, state and stack are gone at the end.
 */

const username = "ada@example.com";

async function main(): Promise<void> {
  const cli = await providePulumi({ log: (line) => console.log(line) });
  console.log(`The engine is Pulumi ${cli.version} (${cli.source}: ${cli.command.command}).`);
  const simulator = await AtlasSimulator.start();
  const world = populate(simulator);
  const creation = createStack({
    cli,
    program: { folder: path.join(__dirname, "../examples/tour") },
    config: {
      "mongodbatlas:baseUrl": simulator.url,
      "mongodbatlas:publicKey": simulator.keys.publicKey,
      "mongodbatlas:privateKey": { value: simulator.keys.privateKey, secret: true },
      ...world,
    },
    onOutput: (chunk) => process.stdout.write(chunk),
  });
  let interrupted = false;
  process.once("SIGINT", () => {
    interrupted = true;
    void creation
      .then((stack) => {
        stack.kill("SIGKILL");
        return stack.dispose();
      })
      .then(() => simulator.stop())
      .then(() => console.log("\nStopped; nothing is left behind."))
      .finally(() => process.exit(130));
  });
  try {
    const stack = await creation;
    try {
      await tour(stack, simulator, world);
    } finally {
      await stack.dispose();
    }
  } catch (error) {
    // What is cut short by Ctrl-C fails as a matter of course.
    if (!interrupted) {
      throw error;
    }
    return;
  } finally {
    if (!interrupted) {
      await simulator.stop();
    }
  }
  console.log(closing);
}

/** An organization as the tour finds it: a project with a maintenance ahead, a team, and a migration under way. */
function populate({ world }: AtlasSimulator) {
  const orgId = world.createOrganization();
  const projectId = world.createProject(orgId);
  const teamId = world.createTeam(orgId);
  world.setMaintenance(projectId, { dayOfWeek: 1, hourOfDay: 2, timeZoneId: "UTC", scheduled: true });
  const migration = world.addMigration(projectId, {
    steps: [
      { status: "WORKING", readyForCutover: false, lagTimeSeconds: 40 },
      { status: "WORKING", readyForCutover: true, lagTimeSeconds: 1 },
    ],
  });
  return { orgId, projectId, teamId, username, liveMigrationId: migration.id };
}

async function tour(
  stack: EngineStack,
  { world, log }: AtlasSimulator,
  { orgId, projectId, teamId }: { orgId: string; projectId: string; teamId: string },
): Promise<void> {
  /** What Atlas has, whatever the engine says. */
  const look = (): void => {
    const member = world.members(projectId)[username];
    const facts = [
      member === undefined
        ? `${username} is not in the project`
        : `${username} is ${member.status} with ${member.roles.join(", ")} and id ${member.id}`,
      `the team has ${world.teamMembers(teamId).join(", ") || "nobody"}`,
      `a link token is ${world.link(orgId).current === undefined ? "gone" : "there"}`,
      `the maintenance has been deferred ${world.maintenance(projectId).numberOfDeferrals} times`,
      `${log.count("cutoverGroupLiveMigration")} cut-over requested`,
    ];
    console.log(`\nIn Atlas: ${facts.join("; ")}.`);
  };

  say("1. A preview shows what would happen, and asks Atlas for nothing.");
  expect(await stack.preview(), 0);
  say(`   Requests to Atlas so far: ${log.count()}.`);

  say(
    "2. An update invites a teammate, puts her into a team, links the organization, waits for the live migration, cuts it over, and defers the maintenance.",
  );
  expect(await stack.up(), 0);
  look();

  say("3. A second update has nothing to do.");
  expect(await stack.up({ expectNoChanges: true }), 0);

  say(
    "4. A colleague makes the teammate an owner by hand, and edits the maintenance window. The drift check finds both, and exits with 7.",
  );
  world.setRoles(projectId, username, ["GROUP_OWNER"]);
  world.editWindow(projectId, { hourOfDay: 4 });
  look();
  expect(await stack.refreshPreviewOnly(), 7);

  say("5. An update with --refresh brings Atlas back to what is declared.");
  expect(await stack.up({ refresh: true }), 0);
  look();

  say(
    "6. The teammate accepts the invitation, and Atlas gives her another id. That is no drift: the check exits with 0.",
  );
  world.acceptInvitation(username);
  look();
  expect(await stack.refreshPreviewOnly(), 0);

  say("7. Destroying takes back what can be taken back. A cut-over and a deferral cannot, and it says so.");
  expect(await stack.destroy(), 0);
  look();
}

function say(sentence: string): void {
  console.log(`\n${process.stdout.isTTY ? `\x1b[1m${sentence}\x1b[0m` : sentence}\n`);
}

/** A demonstration that goes wrong must not look as if it went right. */
function expect(result: EngineResult, exitCode: number): void {
  console.log(`(exit code ${result.exitCode})`);
  if (result.exitCode !== exitCode) {
    throw new Error(
      `The engine exited with ${result.exitCode}, not ${exitCode}: ${result.diagnostics.join("; ")}`,
    );
  }
}

const closing = `
That was a real engine against a simulator. To point the first example at your own organization, with Pulumi installed:

  cd examples/onboard-teammate
  pulumi stack init dev
  pulumi config set mongodbatlas:publicKey  <public key of an API key>
  pulumi config set mongodbatlas:privateKey <its private key> --secret
  pulumi config set projectId <id of a project>
  pulumi config set username  <e-mail address of a teammate>
  pulumi preview
`;

main().catch((error: Error) => {
  console.error(`The demo failed: ${error.message}`);
  process.exitCode = 1;
});
