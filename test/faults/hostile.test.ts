import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AtlasError } from "../../provider/atlas/errors/error";
import { listPipelineSchedules } from "../../provider/atlas/operations/index";
import type { Settings } from "../../provider/atlas/settings";
import { ConfigurationError, readSettings } from "../../provider/configuration";
import { linkTokenHandler } from "../../provider/resources/linkToken/handler";
import { maintenanceDeferralHandler } from "../../provider/resources/maintenanceDeferral/handler";
import { migrationCutoverHandler } from "../../provider/resources/migrationCutover/handler";
import { projectUserHandler } from "../../provider/resources/projectUser/handler";
import { teamUserHandler } from "../../provider/resources/teamUser/handler";
import { type Bench, startBench } from "../resources/harness";

const id = "5f1b3c2a9d8e7f6a5b4c3d2e";

describe("names that try to leave their path segment", () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  const names = [
    "..",
    ".",
    "../..",
    `../${id}`,
    "a/b",
    "a\\b",
    "a?x=1",
    "a#b",
    "%2e%2e",
    "a%2fb",
    "a\r\nX: y",
    "a\0",
  ];

  for (const name of names) {
    test(`${JSON.stringify(name)} is no id of a resource, and no request is made`, async () => {
      const reads = [
        projectUserHandler(bench).read(`${name}/ada@example.com`, {} as never),
        projectUserHandler(bench).read(`${id}/${name}`, {} as never),
        teamUserHandler(bench).read(`${id}/${name}/ada@example.com`, {} as never),
        teamUserHandler(bench).read(`${id}/${id}/${name}`, {} as never),
        linkTokenHandler(bench).read(name, {} as never),
        migrationCutoverHandler(bench).read(`${id}/${name}`, {} as never),
        maintenanceDeferralHandler(bench).read(name, {} as never),
      ];
      for (const read of reads) {
        await assert.rejects(read, /^Error: The id of a \w+ must be /);
      }
      assert.deepEqual(bench.atlasSimulator.log.lines(), []);
    });

    test(`${JSON.stringify(name)} is refused by check wherever an id is expected`, async () => {
      const { failures: ofUser = [] } = await projectUserHandler(bench).check(
        {} as never,
        { projectId: name, username: name, roles: [name] } as never,
      );
      assert.deepEqual(ofUser.map(({ property }) => property).sort(), ["projectId", "roles", "username"]);
      const { failures: ofTeamUser = [] } = await teamUserHandler(bench).check(
        {} as never,
        { orgId: name, teamId: name, userId: name } as never,
      );
      assert.deepEqual(ofTeamUser.map(({ property }) => property).sort(), ["orgId", "teamId", "userId"]);
    });

    test(`${JSON.stringify(name)} stays one segment as the name of a pipeline`, async () => {
      const { client } = bench.atlas();
      await assert.rejects(listPipelineSchedules(client, { projectId: id, pipelineName: name }), AtlasError);
      for (const { path } of bench.atlasSimulator.log.entries) {
        assert.equal(
          path,
          `/api/atlas/v2/groups/${id}/pipelines/${encodeURIComponent(name)}/availableSchedules`,
        );
      }
      const sent = bench.atlasSimulator.log.entries.length > 0;
      assert.equal(sent, name !== ".." && name !== ".", "dots alone cannot be encoded, so they are not sent");
      bench.atlasSimulator.log.clear();
    });

    test(`${JSON.stringify(name)} stays one segment as the user's id in a state that was tampered with`, async () => {
      const props = {
        projectId: id,
        username: "ada@example.com",
        userId: name,
        roles: [],
        orgMembershipStatus: "",
      };
      await assert.rejects(projectUserHandler(bench).delete(`${id}/ada@example.com`, props), AtlasError);
      for (const { method, path } of bench.atlasSimulator.log.matching(({ method }) => method !== "GET")) {
        assert.equal(
          `${method} ${path}`,
          `DELETE /api/atlas/v2/groups/${id}/users/${encodeURIComponent(name)}`,
        );
      }
      bench.atlasSimulator.log.clear();
    });
  }

  for (const username of [
    "ada+1@example.com",
    "a&pagenum=9@example.com",
    "a#b@example.com",
    "a?b=c@example.com",
  ]) {
    test(`the username ${username} stays one value of the query`, async () => {
      const { world } = bench.atlasSimulator;
      const projectId = world.createProject(world.createOrganization());
      await projectUserHandler(bench).read(`${projectId}/${username}`, { username } as never);
      const asked = bench.atlasSimulator.log.matching(({ query }) => query.username !== undefined);
      assert.ok(asked.length > 0);
      for (const { path, query } of asked) {
        assert.equal(path, `/api/atlas/v2/groups/${projectId}/users`);
        assert.deepEqual({ ...query }, { itemsPerPage: "500", pageNum: "1", username });
      }
      bench.atlasSimulator.log.clear();
    });
  }
});

describe("configuration that tries to add a header", () => {
  for (const value of ["a\r\nX-Evil: 1", "a\nb", 'a", realm="x', "a\\", "a b", "ä", "a\0", "a\u2028b"]) {
    for (const key of ["publicKey", "privateKey", "clientId", "clientSecret"] as const) {
      test(`${JSON.stringify(value)} as ${key} is refused, and is not in the message`, () => {
        const config: Record<string, string> = key.startsWith("client")
          ? { clientId: "id", clientSecret: "secret" }
          : { publicKey: "public", privateKey: "private" };
        config[key] = value;
        assert.throws(
          () => readSettings((name) => config[name.slice("mongodbatlas:".length)], {}),
          (error: Error) => {
            assert.ok(error instanceof ConfigurationError);
            assert.match(error.message, new RegExp(`^mongodbatlas:${key} must be printable ASCII`));
            assert.ok(!error.message.includes(value));
            return true;
          },
        );
      });
    }
  }
});

describe("a base URL", () => {
  const config = (baseUrl: string): Settings =>
    readSettings(
      (name) =>
        ({
          "mongodbatlas:baseUrl": baseUrl,
          "mongodbatlas:publicKey": "public",
          "mongodbatlas:privateKey": "canary-private",
        })[name],
      {},
    );

  for (const baseUrl of [
    "https://user:canary-password@cloud.mongodb.com",
    "https://canary-password@cloud.mongodb.com",
    "https://cloud.mongodb.com/api",
    "https://cloud.mongodb.com/?x=canary-password",
    "https://cloud.mongodb.com/#x",
    "http://cloud.mongodb.com",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://0.0.0.0",
    "ftp://cloud.mongodb.com",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "//cloud.mongodb.com",
    "cloud.mongodb.com",
  ]) {
    test(`${baseUrl} is refused, and what may be a password is not in the message`, () => {
      assert.throws(
        () => config(baseUrl),
        (error: Error) => error instanceof ConfigurationError && !error.message.includes("canary"),
      );
    });
  }

  test("is taken with a trailing slash, and with plain http on loopback", () => {
    assert.equal(config("https://cloud.mongodb.com/").baseUrl, "https://cloud.mongodb.com");
    assert.equal(config("http://127.0.0.1:8080/").baseUrl, "http://127.0.0.1:8080");
    assert.equal(config("http://[::1]:8080").baseUrl, "http://[::1]:8080");
  });
});
