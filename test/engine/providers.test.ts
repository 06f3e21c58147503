import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { getProjectUsersOutput, ProjectUser, Provider, type ProviderArgs } from "mongodbatlas-dynamic";
import { runCommand } from "../cli/command";
import type { AtlasSimulator } from "../simulator/simulator";
import { atlasStack, startSimulator } from "./atlasStack";
import type { EngineStack } from "./stack";

interface Organization {
  simulator: AtlasSimulator;
  projectId: string;
}

async function organization(): Promise<Organization> {
  const simulator = await startSimulator();
  return { simulator, projectId: simulator.world.createProject(simulator.world.createOrganization()) };
}

/** The members of a project, by the first part of their addresses. */
function membersIn({ simulator, projectId }: Organization): string[] {
  return Object.keys(simulator.world.members(projectId))
    .map((username) => username.split("@")[0] ?? "")
    .sort();
}

function user(
  name: string,
  { projectId }: Organization,
  options?: pulumi.CustomResourceOptions,
): ProjectUser {
  const username = `${name.split("-")[0]}@example.com`;
  return new ProjectUser(name, { projectId, username, roles: ["GROUP_READ_ONLY"] }, options);
}

const olivia = "olivia@example.com";

interface Row {
  kind: string;
  provider: string | null;
  id: string;
  attribution?: { by: { name: string } | null };
}

const shopVariables = { clientId: "SHOP_ID", clientSecret: "SHOP_SECRET", baseUrl: "SHOP_URL" };

describe("a stack with three organizations", () => {
  let stack: EngineStack;
  let home: Organization;
  let shop: Organization;
  let bank: Organization;
  /** The keys of the bank, which the program has. */
  let keys: { publicKey: string; privateKey: string };
  const all = (): Organization[] => [home, shop, bank];
  const writes = (): number[] => all().map(({ simulator }) => simulator.log.effects().length);

  const program = async () => {
    const ofShop = new Provider("shop", { environmentVariables: shopVariables });
    const ofBank = new Provider("bank", { ...keys, baseUrl: bank.simulator.url });
    user("ada", home);
    user("ada-shop", shop, { provider: ofShop });
    const team = new pulumi.ComponentResource("acme:Team", "bank-team", {}, { providers: [ofBank] });
    const cleo = user("cleo", bank, { parent: team });
    const { users } = getProjectUsersOutput(
      { projectId: bank.projectId },
      { provider: ofBank, dependsOn: cleo },
    );
    return { inBank: users.apply((members) => members.map(({ username }) => username)) };
  };
  /** The state as it is stored, with what is encrypted left so. */
  const stored = async (): Promise<string> =>
    (await stack.cli(["stack", "export", "--stack", stack.name])).stdout;
  const drift = (...options: string[]) => runCommand(stack, ["drift", "--stack", stack.name, ...options]);

  before(async () => {
    home = await organization();
    shop = await organization();
    bank = await organization();
    const { publicKey, privateKey } = bank.simulator.keys;
    keys = { publicKey, privateKey };
    stack = await atlasStack(home.simulator, {
      secrets: "passphrase",
      program,
      env: {
        SHOP_ID: shop.simulator.keys.clientId,
        SHOP_SECRET: shop.simulator.keys.clientSecret,
        SHOP_URL: shop.simulator.url,
      },
    });
  });

  test("goes to each with its own credentials, functions too, and a second time changes nothing", async () => {
    const preview = await stack.preview({ mustSucceed: true });
    assert.deepEqual(writes(), [0, 0, 0]);
    assert.equal(new Set(all().map(({ simulator }) => simulator.keys.privateKey)).size, 3);
    assert.equal(preview.summary.create, 4);
    const up = await stack.up({ mustSucceed: true });
    assert.deepEqual(all().map(membersIn), [["ada"], ["ada"], ["cleo"]]);
    assert.deepEqual(up.outputs["inBank"], ["cleo@example.com"]);
    assert.ok(
      !JSON.stringify([preview.events, up.events]).includes(keys.privateKey),
      "in no event of the engine",
    );
    await stack.up({ mustSucceed: true, expectNoChanges: true });
    await stack.refresh({ mustSucceed: true, expectNoChanges: true });
    assert.deepEqual(writes(), [1, 1, 1]);
  });

  test("has no key in its state: variables are there by name, and an argument is encrypted", async () => {
    const text = await stored();
    const secrets = [shop.simulator.keys.clientSecret, keys.privateKey, home.simulator.keys.privateKey];
    for (const secret of secrets) {
      assert.ok(!text.includes(secret));
    }
    assert.match(text, /"mongodbatlas:clientSecretVariable": "SHOP_SECRET"/);
    assert.match(text, /"mongodbatlas:privateKey": \{[^}]*"ciphertext"/);
  });

  test("reports drift of two of them, and members that nobody declares, each with its provider", async () => {
    const ada = "ada@example.com";
    home.simulator.world.acting(olivia, () =>
      home.simulator.world.setRoles(home.projectId, ada, ["GROUP_OWNER"]),
    );
    shop.simulator.world.acting(olivia, () => shop.simulator.world.removeFromProject(shop.projectId, ada));
    bank.simulator.world.acting(olivia, () =>
      bank.simulator.world.grant(bank.projectId, "mallory@example.com", ["GROUP_OWNER"]),
    );
    const { code, stdout, stderr } = await drift("--json", "--unmanaged");
    assert.equal(code, 7, stderr);
    const { rows, gaps } = JSON.parse(stdout) as { rows: Row[]; gaps: string[] };
    assert.deepEqual(gaps, []);
    assert.ok(rows.every(({ attribution }) => attribution?.by?.name === olivia));
    const found = rows.map(({ kind, provider, id }) =>
      [kind, provider, id.split("/")[1]?.split("@")[0]].join(" "),
    );
    assert.deepEqual(found.sort(), ["changed  ada", "deleted shop ada", "unmanaged bank mallory"]);
  });

  test("is reviewed, checked and adopted from with the credentials of each", async () => {
    const command = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCommand(stack, args);
      return { code, stdout, stderr };
    };
    const { stdout: csv, stderr } = await command("review", "--stack", stack.name, "--csv");
    assert.equal(stderr, "");
    for (const { projectId } of [home, bank]) {
      assert.ok(csv.includes(projectId));
    }
    const { stdout: text } = await command("review", "--stack", stack.name);
    assert.ok(text.includes(shop.projectId), "which nobody is in");
    assert.match(csv, /mallory@example\.com/);
    const { code, stdout } = await command("doctor", "--stack", stack.name, "--json");
    const { checks, toDo } = JSON.parse(stdout) as {
      checks: { name: string; provider: string | null; found: string[] }[];
      toDo: string[];
    };
    assert.deepEqual([code, toDo], [0, []]);
    const accepted = checks.filter(
      ({ name, found }) => name === "credentials" && found.includes("Atlas accepts the credentials."),
    );
    assert.deepEqual(
      accepted.map(({ provider }) => provider),
      [null, "bank", "shop"],
    );
    const adopted = await command(
      "adopt",
      "--project",
      bank.projectId,
      "--stack",
      stack.name,
      "--provider",
      "bank",
    );
    assert.match(adopted.stdout, /cleo@example\.com/);
    assert.equal(adopted.code, 0);
    const wrong = await command(
      "adopt",
      "--project",
      bank.projectId,
      "--stack",
      stack.name,
      "--provider",
      "none",
    );
    assert.equal(wrong.stderr, "The state of stack test has no provider none: it has bank, shop.\n");
  });

  test("takes back what has moved, in each organization", async () => {
    bank.simulator.world.removeFromProject(bank.projectId, "mallory@example.com");
    await stack.up({ mustSucceed: true, refresh: true });
    assert.deepEqual(all().map(membersIn), [["ada"], ["ada"], ["cleo"]]);
    const { code, stdout } = await drift("--unmanaged");
    assert.deepEqual([code, stdout], [0, "Stack test is as declared.\n"]);
  });

  test("says which provider lacks which variable", async () => {
    const { env } = stack as { env: NodeJS.ProcessEnv };
    const { SHOP_SECRET: secret } = env;
    delete env["SHOP_SECRET"];
    try {
      const sentence =
        /The environment variable SHOP_SECRET, from which Provider shop takes its clientSecret, is not set: set it where Pulumi runs\./;
      const { code, stderr } = await drift();
      assert.equal(code, 1);
      assert.match(stderr, sentence);
      // One resource, as the SDK leaves rejected promises of others behind when the first has failed.
      await stack.setProgram(async () => {
        user("ada-shop", shop, { provider: new Provider("shop", { environmentVariables: shopVariables }) });
      });
      const preview = await stack.preview();
      assert.equal(preview.ok, false);
      assert.match(preview.diagnostics.join("\n"), sentence);
      await stack.setProgram(program);
    } finally {
      env["SHOP_SECRET"] = secret;
    }
  });

  test("takes a new key from the program at once; a refresh needs an update before it, and says so", async () => {
    const before = bank.simulator.keys;
    bank.simulator.rotateKeys();
    const { publicKey, privateKey } = bank.simulator.keys;
    assert.notEqual(privateKey, before.privateKey);
    keys = { publicKey, privateKey };
    const refresh = await stack.refresh();
    assert.equal(refresh.ok, false);
    assert.match(
      refresh.diagnostics.join("\n"),
      /check publicKey of Provider bank and privateKey of Provider bank, and that it has not been deleted\. If it has been rotated, run `pulumi up` once without --refresh/,
    );
    await stack.up({ mustSucceed: true });
    await stack.refresh({ mustSucceed: true, expectNoChanges: true });
  });

  test("is gone from each after a destroy", async () => {
    await stack.destroy({ mustSucceed: true });
    assert.deepEqual(all().map(membersIn), [[], [], []]);
  });
});

describe("a provider in a program that changes", () => {
  let stack: EngineStack;
  let home: Organization;
  let writes: number;
  const withVariables: ProviderArgs = {
    environmentVariables: { publicKey: "OWN_PUBLIC", privateKey: "OWN_PRIVATE" },
  };

  before(async () => {
    home = await organization();
    stack = await atlasStack(home.simulator, {
      program: async () => void user("ada", home),
      env: {
        OWN_PUBLIC: home.simulator.keys.publicKey,
        OWN_PRIVATE: home.simulator.keys.privateKey,
        MONGODB_ATLAS_BASE_URL: home.simulator.url,
      },
    });
    await stack.up({ mustSucceed: true });
    writes = home.simulator.log.effects().length;
  });

  const update = async (program: () => Promise<void>) => {
    await stack.setProgram(program);
    const result = await stack.up({ mustSucceed: true });
    assert.deepEqual(membersIn(home), ["ada"]);
    return result;
  };

  for (const [what, change] of [
    [
      "a resource that moves to it stays as it is",
      () => user("ada", home, { provider: new Provider("own", withVariables) }),
    ],
    ["another name of it", () => user("ada", home, { provider: new Provider("other", withVariables) })],
    ["a resource that leaves it", () => user("ada", home)],
  ] as const) {
    test(`changes nothing in Atlas: ${what}`, async () => {
      await update(async () => void change());
      assert.equal(home.simulator.log.effects().length, writes);
    });
  }

  test("takes nobody away when a resource gets another name and another provider at once, in either direction", async () => {
    const moved = await update(
      async () => void user("ada-2", home, { provider: new Provider("own", withVariables) }),
    );
    assert.match(
      moved.messages.join("\n"),
      /ada@example\.com stays in project \w+: the program declares it as 'ada-2'\./,
    );
    await update(async () => void user("ada", home));
    assert.equal(home.simulator.log.effects().length, writes);
  });

  test("refuses one person who is declared through two providers", async () => {
    await stack.setProgram(async () => {
      user("ada", home);
      user("ada-2", home, { provider: new Provider("own", withVariables) });
    });
    const preview = await stack.preview();
    assert.equal(preview.ok, false);
    assert.match(
      preview.diagnostics.join("\n"),
      /must be declared once in a project, but got two declarations, 'ada' and 'ada-2': keep one of them/,
    );
  });

  test("deletes what it has when both leave the program", async () => {
    await update(async () => void user("ada", home, { provider: new Provider("own", withVariables) }));
    await stack.setProgram(async () => {});
    await stack.up({ mustSucceed: true });
    assert.deepEqual(membersIn(home), []);
  });

  test("is an error in the preview when the keys turn out to be half a pair", async () => {
    await stack.setProgram(
      async () =>
        void user("ada", home, {
          provider: new Provider("own", {
            publicKey: pulumi.output("public"),
            privateKey: pulumi.output(""),
          }),
        }),
    );
    const preview = await stack.preview();
    assert.equal(preview.ok, false);
    assert.match(
      preview.diagnostics.join("\n"),
      /The argument privateKey of Provider own is empty: give it a value, or leave it out\./,
    );
  });
});
