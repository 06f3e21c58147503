import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAccessToken, revokeAccessToken } from "../../provider/atlas/operations/accessTokens";
import * as exported from "../../provider/atlas/operations/index";
import { requestOf } from "../../provider/atlas/operations/operation";
import contract from "../simulator/contract.json";
import { clientOf, serve } from "./server";

/** What the API's own description says of an operation. */
interface Described {
  operationId: string;
  method: string;
  path: string;
  versions: string[];
}

const described = new Map(
  Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, responses }]) => {
      const versions = Object.values(responses as Record<string, { "x-atlas-version"?: string }>).flatMap(
        (response) => response["x-atlas-version"] ?? [],
      );
      return [operationId, { operationId, method: method.toUpperCase(), path, versions } satisfies Described];
    }),
  ),
);

/** Operations that the description has for the tests alone: other people use them. */
const ofOthers = ["getGroupUser", "resetGroupMaintenanceWindow", "updateGroupMaintenanceWindow"];

const operations = Object.entries(exported).flatMap(([name, value]) =>
  "operationId" in value ? [{ name, value }] : [],
);
const tokenOperations = Object.entries({ createAccessToken, revokeAccessToken });

/** What every operation takes. */
const inputOf = (text: string) => ({
  projectId: text,
  orgId: text,
  teamId: text,
  userId: text,
  liveMigrationId: text,
  pipelineName: text,
  username: "ada@example.com",
  name: "ada@example.com",
  role: "GROUP_OWNER",
  roles: ["GROUP_OWNER"],
});

describe("the operations", () => {
  test("are those of the API's description, each under its own id", () => {
    assert.deepEqual(
      [...operations.map(({ name }) => name), ...tokenOperations.map(([name]) => name), ...ofOthers].sort(),
      [...described.keys()].sort(),
    );
    for (const { name, value } of operations) {
      assert.equal(value.operationId, name);
    }
  });

  for (const { name, value } of operations) {
    test(`${name} has the method and the path of the API's description`, () => {
      const { method, path } = described.get(name) ?? {};
      assert.deepEqual([value.method, `/api/atlas/v2${value.path}`], [method, path]);
    });

    test(`${name} asks for a version that gives the answer which the API's description shows`, async (t) => {
      const { url, seen } = await serve(t, (_request, response) => response.writeHead(400).end());
      await assert.rejects(value(clientOf(url).client, inputOf("5f1b3c2a9d8e7f6a5b4c3d2e")), {
        operation: name,
        status: 400,
      });
      const asked = /^application\/vnd\.atlas\.(\d{4}-\d\d-\d\d)\+json$/.exec(seen[0]?.headers.accept ?? "");
      const { versions = [] } = described.get(name) ?? {};
      assert.notEqual(versions.length, 0);
      // Atlas answers with its newest version up to the date that is asked for, and the description shows that one.
      assert.equal(asked?.[1], contract.info.version);
      assert.ok(versions.every((version) => version <= contract.info.version));
    });

    test(`${name} encodes each part of its path`, () => {
      const path = value.path.replace(/\{\w+\}/g, "a%2F%3Fb");
      assert.equal(requestOf<string, ReturnType<typeof inputOf>, unknown>(value, inputOf("a/?b")).path, path);
    });
  }

  for (const [name, value] of tokenOperations) {
    test(`${name} has the method and the path of the API's description`, () => {
      const { method, path } = described.get(name) ?? {};
      assert.deepEqual([value.method, value.path], [method, path]);
    });
  }

  test("that change something once only are never taken for idempotent", () => {
    const once = operations.filter(({ value }) => value.once);
    assert.deepEqual(
      once.map(({ name, value }) => [name, value.idempotent]),
      [
        ["cutoverGroupLiveMigration", false],
        ["deferGroupMaintenanceWindow", false],
      ],
    );
  });
});
