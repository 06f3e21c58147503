import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../provider/atlas/errors/error";
import { showsNothingOf } from "./resources/failures";
import { resources } from "./resources/golden";
import { AtlasSimulator } from "./simulator/simulator";

type Handler = Required<pulumi.dynamic.ResourceProvider>;

const handlers = require("../provider/handlers") as Record<string, Handler>;
const nowhere = "0".repeat(24);
let simulator: AtlasSimulator;
let projectId: string;

before(async () => {
  simulator = await AtlasSimulator.start();
  projectId = simulator.world.createProject(simulator.world.createOrganization());
});

afterEach(() => simulator.clearFailures());

after(() => simulator.stop());

/** What the dynamic provider host calls `configure` with. */
function request(values: Record<string, string | undefined>) {
  return { config: { get: (key: string) => values[key], require: () => assert.fail() } } as never;
}

const right = () =>
  request({
    "mongodbatlas:baseUrl": simulator.url,
    "mongodbatlas:publicKey": simulator.keys.publicKey,
    "mongodbatlas:privateKey": simulator.keys.privateKey,
  });

/** A handler that is configured for the simulator. */
function handler(name: string): Handler {
  const found = handlers[name] as Handler;
  void found.configure(right());
  return found;
}

async function errorOf(operation: Promise<unknown>): Promise<Error> {
  const error = await operation.then(
    () => assert.fail("must fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error);
  showsNothingOf([simulator.keys.privateKey], error);
  return error;
}

const names = resources.map(({ handlerName }) => handlerName);

describe("the handlers", () => {
  test("are those that the state of stacks refers to, and nothing else", () => {
    assert.deepEqual(Object.keys(handlers).sort(), [...names].sort());
  });

  for (const name of names) {
    test(`${name} has what the engine calls, and is the same each time`, () => {
      assert.equal(handlers[name], handlers[name]);
      for (const operation of ["configure", "check", "diff", "create", "read", "delete"] as const) {
        assert.equal(typeof handlers[name]?.[operation], "function", operation);
      }
    });
  }

  test("have an update where something can change in place", () => {
    assert.deepEqual(
      names.filter((name) => handlers[name]?.update !== undefined),
      resources.filter(({ updates }) => updates).map(({ handlerName }) => handlerName),
    );
  });
});

describe("configure", () => {
  test("is over when it returns, as the host does not wait for it", async () => {
    const found = handlers["maintenanceDeferral"] as Handler;
    void found.configure(request({ "mongodbatlas:clientId": "id" }));
    const checkedThen = found.check({}, { projectId });
    void found.configure(right());
    const checkedNow = found.check({}, { projectId });
    assert.deepEqual((await checkedThen).failures, [
      {
        property: "",
        reason:
          "mongodbatlas:clientSecret is missing, though mongodbatlas:clientId is set. " +
          "Set it with `pulumi config set --secret mongodbatlas:clientSecret` or in the variable MONGODB_ATLAS_CLIENT_SECRET.",
      },
    ]);
    assert.deepEqual((await checkedNow).failures, []);
  });

  test("counts for all handlers, as they share one connection", async () => {
    void handlers["linkToken"]?.configure(request({ "mongodbatlas:clientId": "id" }));
    const { failures } = await (handlers["maintenanceDeferral"] as Handler).check({}, { projectId });
    assert.deepEqual(
      failures?.map(({ property }) => property),
      [""],
    );
  });
});

describe("an error that the user can mend", () => {
  const operations: Record<string, () => Promise<unknown>> = {
    "of read": () => handler("maintenanceDeferral").read(nowhere, {}),
    "of a malformed id": () => handler("teamUser").read("nonsense", {}),
    "of delete": () => handler("linkToken").delete(nowhere, { orgId: nowhere }),
  };
  for (const [what, operate] of Object.entries(operations)) {
    test(`${what} is short where the host prints it, and whole where the engine shows it`, async () => {
      const error = await errorOf(operate());
      assert.equal(`${error}: ${error.stack}`, `${error.name}: see the error of the resource`);
      assert.ok(error.message.length > 60, error.message);
    });
  }

  test("keeps its kind and its fields", async () => {
    const error = await errorOf(handler("maintenanceDeferral").read(nowhere, {}));
    assert.ok(error instanceof AtlasError);
    assert.equal(error.status, 404);
    assert.equal(error.errorCode, "GROUP_NOT_FOUND");
    assert.match(
      error.message,
      /^Could not look at the maintenance window of project 0{24}: GET \S+ was answered 404 GROUP_NOT_FOUND: /,
    );
  });

  test("is whole for each of many reads that one listing fails for", async () => {
    const { read } = handler("projectUser");
    const people = ["ada", "eve", "grace"].map((name) => `${nowhere}/${name}@example.com`);
    for (const error of await Promise.all(people.map((id) => errorOf(read(id, {}))))) {
      assert.match(error.message, /^Could not (look up|list) .* 404 GROUP_NOT_FOUND: /);
    }
  });

  test("is the mistake in the configuration when the engine reads without a check", async () => {
    const found = handlers["maintenanceDeferral"] as Handler;
    void found.configure(request({ "mongodbatlas:publicKey": "public" }));
    const error = await errorOf(found.read(projectId, {}));
    assert.match(
      error.message,
      /^mongodbatlas:privateKey is missing, though mongodbatlas:publicKey is set\. /,
    );
    assert.equal(`${error}: ${error.stack}`, "ConfigurationError: see the error of the resource");
  });

  test("keeps its message in create and update, of which the host prints nothing", async () => {
    const { create, update } = handler("maintenanceDeferral");
    const inputs = { projectId: nowhere, deferrals: 1, requireScheduled: false };
    for (const error of [await errorOf(create(inputs)), await errorOf(update(nowhere, {}, inputs))]) {
      assert.match(String(error), /^AtlasError: Could not look at the maintenance window/);
    }
  });
});

describe("an error that points to a mistake in this package", () => {
  test("keeps its text and its stack", async () => {
    const error = await errorOf(handler("maintenanceDeferral").diff(projectId, {}, undefined));
    assert.ok(error instanceof TypeError);
    assert.match(`${error}`, /^TypeError: Cannot read properties of undefined/);
    assert.match(error.stack ?? "", /resources[\\/]handler[\\/]defineHandler\.ts:\d+/);
  });
});
