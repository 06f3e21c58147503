import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Keys } from "../../simulator/credentials";
import { AtlasSimulator } from "../../simulator/simulator";
import { runCommand } from "../command";

interface Printed {
  stack: string | null;
  toDo: string[];
  checks: {
    name: string;
    state: string;
    found: string[];
    unknown: string[];
    toDo: string[];
    data: unknown;
  }[];
}

const noPulumi = "There is no `pulumi` on the PATH. Install the Pulumi CLI, then run this again.";

describe("the doctor without a Pulumi CLI", () => {
  let simulator: AtlasSimulator;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    simulator = await AtlasSimulator.start();
    folder = await mkdtemp(path.join(tmpdir(), "doctor-"));
    env = { PATH: folder, MONGODB_ATLAS_BASE_URL: simulator.url, ...account(simulator.keys) };
  });

  afterEach(async () => {
    assert.deepEqual(simulator.violations, []);
    await simulator.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const account = ({ clientId, clientSecret }: Keys): NodeJS.ProcessEnv => ({
    MONGODB_ATLAS_CLIENT_ID: clientId,
    MONGODB_ATLAS_CLIENT_SECRET: clientSecret,
  });

  const doctor = async (over: NodeJS.ProcessEnv = {}) => {
    const { code, stdout, stderr } = await runCommand({ workDir: folder, env: { ...env, ...over } }, [
      "doctor",
      "--json",
    ]);
    assert.deepEqual([code, stderr], [1, ""]);
    const secrets = [...Object.values(simulator.keys), "hunter2"];
    assert.deepEqual(
      secrets.filter((secret) => stdout.includes(secret)),
      [],
    );
    const printed = JSON.parse(stdout) as Printed;
    const checkOf = (name: string) => printed.checks.find((each) => each.name === name) ?? assert.fail(name);
    return { ...printed, checkOf };
  };

  test("says once that there is none, and looks at all else", async () => {
    const { stack, toDo, checkOf } = await doctor();
    assert.deepEqual([stack, toDo], [null, [noPulumi]]);
    assert.deepEqual(checkOf("credentials").found, [
      "The credentials are a service account: the client id comes from MONGODB_ATLAS_CLIENT_ID, the client secret comes from MONGODB_ATLAS_CLIENT_SECRET.",
      `Atlas is asked at ${simulator.url}.`,
      "Atlas accepts the credentials.",
    ]);
    assert.deepEqual(checkOf("stack").unknown, [
      "Roles are not checked, because they are those that a stack needs.",
    ]);
    assert.equal(checkOf("limits").state, "ok");
    assert.equal(checkOf("retirements").found.length, 3);
  });

  test("sends one request besides those for the token, and gives the token back", async () => {
    await doctor();
    assert.deepEqual(
      simulator.log.entries.map(({ method, path: asked, status }) => `${method} ${asked} ${status}`),
      [
        "POST /api/oauth/token 200",
        "GET /api/atlas/v2/rateLimits?itemsPerPage=500 200",
        "POST /api/oauth/revoke 200",
      ].map((line) => line.replace("?itemsPerPage=500", "")),
    );
  });

  test("names each half of an API key by where it comes from", async () => {
    const { publicKey, privateKey } = simulator.keys;
    const { checkOf } = await doctor({
      MONGODB_ATLAS_CLIENT_ID: "",
      MONGODB_ATLAS_CLIENT_SECRET: "",
      MONGODB_ATLAS_PUBLIC_API_KEY: publicKey,
      MCLI_PRIVATE_API_KEY: privateKey,
    });
    assert.deepEqual(checkOf("credentials").data, {
      kind: "apiKey",
      parts: [
        { part: "public key", from: "MONGODB_ATLAS_PUBLIC_API_KEY" },
        { part: "private key", from: "MCLI_PRIVATE_API_KEY" },
      ],
      baseUrl: simulator.url,
      accepted: true,
    });
  });

  for (const [what, over, sentence] of [
    [
      "no credentials",
      { MONGODB_ATLAS_CLIENT_ID: "", MONGODB_ATLAS_CLIENT_SECRET: "" },
      /^No Atlas credentials are configured\. Set mongodbatlas:clientId /,
    ],
    [
      "half of a pair",
      { MONGODB_ATLAS_CLIENT_SECRET: "" },
      /^mongodbatlas:clientSecret is missing, though MONGODB_ATLAS_CLIENT_ID is set\. /,
    ],
    [
      "an address that is none",
      { MONGODB_ATLAS_BASE_URL: "atlas" },
      /^MONGODB_ATLAS_BASE_URL must be an absolute URL\. /,
    ],
  ] as const) {
    test(`says what to do about ${what}, and asks Atlas nothing`, async () => {
      const { toDo, checkOf } = await doctor(over);
      assert.equal(toDo.length, 2);
      assert.match(toDo[1] ?? "", sentence);
      assert.deepEqual(simulator.log.entries, []);
      for (const name of ["access", "roles", "limits"]) {
        assert.deepEqual(checkOf(name).unknown, [
          "Atlas was not asked, because there are no credentials that can be used.",
        ]);
      }
      assert.equal(checkOf("retirements").found.length, 2, "those that the documentation tells");
    });
  }

  test("says what to do about wrong keys, and asks nothing more", async () => {
    simulator.rotateKeys();
    const { toDo, checkOf } = await doctor();
    assert.match(
      toDo[1] ?? "",
      /Atlas does not accept the service account: check MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, and that it has not been deleted\.$/,
    );
    assert.deepEqual(checkOf("limits").unknown, [
      "Atlas was not asked, because the first request with these credentials has failed.",
    ]);
    assert.equal(simulator.log.entries.length, 1);
  });

  test("says what to do about a network in which Atlas is not reached", async () => {
    const { toDo } = await doctor({ MONGODB_ATLAS_BASE_URL: "https://atlas.invalid" });
    assert.match(
      toDo[1] ?? "",
      /The host name atlas\.invalid does not resolve: check MONGODB_ATLAS_BASE_URL, /,
    );
  });

  test("says what to do about an address that may not use the API", async () => {
    simulator.world.accessListOpen = false;
    const { toDo } = await doctor();
    assert.match(
      toDo[1] ?? "",
      /Add this machine's address to the API access list of the credentials in Atlas\.$/,
    );
  });

  test("names the proxy and its variable, without its password", async () => {
    const over = {
      MONGODB_ATLAS_BASE_URL: "https://atlas.invalid",
      HTTPS_PROXY: "http://me:hunter2@127.0.0.1:9",
    };
    const { checkOf } = await doctor({ ...over, NO_PROXY: "internal.example.com" });
    const { found, data } = checkOf("proxy");
    assert.deepEqual(found, [
      "Requests go through the proxy 127.0.0.1:9, which HTTPS_PROXY names, but for the hosts that NO_PROXY names.",
    ]);
    assert.deepEqual(data, { host: "127.0.0.1:9", variable: "HTTPS_PROXY" });
  });

  test("says once that the proxy is no address, though the credentials cannot be used for it either", async () => {
    const over = {
      MONGODB_ATLAS_BASE_URL: "https://atlas.invalid",
      HTTPS_PROXY: "socks5://me:hunter2@127.0.0.1",
    };
    const { toDo, checkOf } = await doctor(over);
    assert.match(toDo[1] ?? "", /^HTTPS_PROXY must name an HTTP proxy/);
    assert.equal(toDo.length, 2);
    assert.equal(checkOf("proxy").state, "to do");
  });

  test("goes on where the limits may not be asked for now, and does not wait until they may", {
    timeout: 30_000,
  }, async () => {
    simulator.limiter.exhaust("listRateLimits", "");
    const { toDo, checkOf } = await doctor();
    assert.deepEqual(toDo, [noPulumi]);
    assert.equal(checkOf("credentials").state, "ok");
  });
});
