import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { inspect } from "node:util";
import { ConfigurationError } from "../../../provider/configuration";
import { ProcessConnection } from "../../../provider/resources/handler/connection";
import { maintenanceDeferralHandler } from "../../../provider/resources/maintenanceDeferral/handler";

const environment = { ...process.env };

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith("MONGODB_ATLAS_")) {
      delete process.env[name];
    }
  }
});

afterEach(() => {
  process.env = { ...environment };
});

/** The stack's configuration as the dynamic provider host hands it over. */
const config = (values: Record<string, string>) => ({
  get: (key: string) => values[key],
  require: () => assert.fail(),
});

const keys = { "mongodbatlas:publicKey": "public", "mongodbatlas:privateKey": "private-part" };

describe("configure", () => {
  test("takes over the stack's configuration at once", () => {
    const connection = new ProcessConnection();
    connection.configure(config(keys));
    assert.equal(connection.problem(), undefined);
    assert.ok(connection.atlas());
  });

  test("never throws on a mistake of the user, and keeps the sentence", () => {
    const connection = new ProcessConnection();
    connection.configure(config({ "mongodbatlas:publicKey": "public" }));
    const sentence =
      "mongodbatlas:privateKey is missing, though mongodbatlas:publicKey is set. " +
      "Set it with `pulumi config set --secret mongodbatlas:privateKey` or in the variable MONGODB_ATLAS_PRIVATE_KEY.";
    assert.equal(connection.problem(), sentence);
    assert.throws(() => connection.atlas(), new ConfigurationError(sentence));
  });

  test("keeps the session when the same configuration comes again, as it does for each type of resource", () => {
    const connection = new ProcessConnection();
    connection.configure(config(keys));
    const before = connection.atlas();
    connection.configure(config(keys));
    assert.equal(connection.atlas(), before);
  });

  test("makes another session when another configuration comes, as after a rotation", () => {
    const connection = new ProcessConnection();
    connection.configure(config(keys));
    const before = connection.atlas();
    connection.configure(config({ ...keys, "mongodbatlas:privateKey": "another" }));
    assert.notEqual(connection.atlas(), before);
  });

  test("is mended by a configuration that is right", () => {
    const connection = new ProcessConnection();
    connection.configure(config({}));
    assert.match(connection.problem() ?? "", /^No Atlas credentials are configured\. /);
    connection.configure(config(keys));
    assert.equal(connection.problem(), undefined);
    assert.ok(connection.atlas());
  });

  test("lets an error that is not the user's through", () => {
    const broken = { ...config({}), get: () => assert.fail("the host is broken") };
    assert.throws(() => new ProcessConnection().configure(broken), /the host is broken/);
  });
});

describe("without configure", () => {
  test("reads the environment", () => {
    process.env["MONGODB_ATLAS_PUBLIC_API_KEY"] = "public";
    process.env["MONGODB_ATLAS_PRIVATE_API_KEY"] = "private-part";
    const connection = new ProcessConnection();
    assert.equal(connection.problem(), undefined);
    assert.ok(connection.atlas());
  });

  test("says that there are no credentials", () => {
    assert.throws(
      () => new ProcessConnection().atlas(),
      /^ConfigurationError: No Atlas credentials are configured\. /,
    );
  });
});

test("a mistake in the configuration comes up in check, as a failure of no property", async () => {
  const connection = new ProcessConnection();
  connection.configure(config({ ...keys, "mongodbatlas:baseUrl": "http://atlas.example.com" }));
  const { failures } = await maintenanceDeferralHandler(connection).check({}, { projectId: "0".repeat(24) });
  assert.deepEqual(failures, [
    {
      property: "",
      reason:
        "mongodbatlas:baseUrl must start with https:// (plain http only reaches a loopback host, and atlas.example.com is not one). " +
        "Set it to an address such as https://cloud.mongodb.com, or leave it out.",
    },
  ]);
});

test("a malformed secret is in no sentence", () => {
  const connection = new ProcessConnection();
  connection.configure(config({ ...keys, "mongodbatlas:privateKey": 'pri"vate' }));
  assert.ok(!inspect([connection.problem(), connection], { depth: null }).includes('pri"vate'));
  assert.match(connection.problem() ?? "", /^mongodbatlas:privateKey must be printable ASCII/);
});

test("reports go to the output of the process, where Pulumi shows them", (context) => {
  const log = context.mock.method(console, "log", () => {});
  new ProcessConnection().report("Waiting.");
  assert.deepEqual(
    log.mock.calls.map((call) => call.arguments),
    [["Waiting."]],
  );
});
