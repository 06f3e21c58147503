import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import * as v from "valibot";
import { AtlasClient } from "../../provider/atlas/client";
import { Deadline } from "../../provider/atlas/clock";
import type { AtlasError } from "../../provider/atlas/errors/error";
import { MemberCache } from "../../provider/atlas/members/memberCache";
import { listGroupUsers } from "../../provider/atlas/operations/index";
import { AtlasSession } from "../../provider/atlas/session";
import type { Settings } from "../../provider/atlas/settings";
import { readSettings } from "../../provider/configuration";
import { FakeClock } from "../fakeClock";
import { apiKey, look, serve } from "./server";

interface Case {
  /** What Atlas answers; 401 asks for the key again and again. @default 200 */
  status?: number;
  body?: object | string;
  headers?: Record<string, string>;
  ask?(client: AtlasClient, clock: FakeClock): Promise<unknown>;
  /** The last sentences in a program of which nothing is known. */
  neutral: string;
  /** The last sentences under Pulumi. */
  pulumi: string;
}

const projectId = "5f1b3c2a9d8e7f6a5b4c3d2e";
const next = [{ rel: "next", href: "https://x" }];
const challenge = 'Digest realm="MMS", nonce="n", algorithm=MD5, qop="auth", stale=false';
const secondsLeft = (clock: FakeClock, seconds: number) => ({
  deadline: new Deadline(clock, seconds * 1_000),
});

const cases: Record<string, Case> = {
  "a missing project": {
    status: 404,
    body: { error: 404, errorCode: "GROUP_NOT_FOUND", reason: "Not Found" },
    neutral:
      "Check the project's id, that it has not been deleted, and that the base URL and the credentials belong to its organization.",
    pulumi:
      "Check the project's id, that it has not been deleted, and that mongodbatlas:baseUrl and the credentials belong to its organization. " +
      "If it is in another organization, give its resources a Provider with the credentials of that organization. Only if it has been deleted, take what a stack has in it out of its state with `pulumi state delete`.",
  },
  "a redirect": {
    status: 302,
    neutral: "Redirects are not followed, so that the credentials reach no other host: check the base URL.",
    pulumi:
      "Redirects are not followed, so that the credentials reach no other host: check mongodbatlas:baseUrl.",
  },
  "an answer that is not JSON": {
    body: "<html>",
    neutral: "Check that the base URL leads to Atlas itself, and not to a proxy or a sign-in page.",
    pulumi: "Check that mongodbatlas:baseUrl leads to Atlas itself, and not to a proxy or a sign-in page.",
  },
  "a listing without an end": {
    body: { results: [{ id: "a", username: "ada@example.com" }], links: next },
    ask: (client) => listGroupUsers(client, { projectId }),
    neutral: "Check that the base URL leads to Atlas itself, and not to a cache that ignores the query.",
    pulumi:
      "Check that mongodbatlas:baseUrl leads to Atlas itself, and not to a cache that ignores the query.",
  },
  "a challenge of another kind": {
    status: 401,
    headers: { "www-authenticate": "Negotiate" },
    neutral: "so the API key was not used: check that the base URL leads to Atlas itself.",
    pulumi: "so the API key was not used: check that mongodbatlas:baseUrl leads to Atlas itself.",
  },
  "a key that is refused": {
    status: 401,
    headers: { "www-authenticate": challenge },
    neutral: "and that it has not been deleted.",
    pulumi:
      "Atlas does not accept the API key: check mongodbatlas:publicKey and mongodbatlas:privateKey, and that it has not been deleted. " +
      "If it has been rotated, run `pulumi up` once without --refresh: a refresh uses the configuration of the last update.",
  },
  "a limit that opens after the deadline": {
    status: 429,
    headers: { "retry-after": "200" },
    ask: (client, clock) => client.send(look(secondsLeft(clock, 60)), v.any()),
    neutral:
      "Run the command again, or allow more time. Run the command again later, or with fewer requests at once.",
    pulumi:
      "and lets the next request through in 200 s at the earliest, after the 60 s that are allowed for all of it. " +
      "Run the command again, or allow more with `customTimeouts`. Run the command again later, or with a lower --parallel.",
  },
  "a deadline that is over": {
    ask: (client, clock) => client.send(look(secondsLeft(clock, 0)), v.any()),
    neutral: "that are allowed for all of it are used up. Run the command again, or allow more time.",
    pulumi:
      "that are allowed for all of it are used up. Run the command again, or allow more with `customTimeouts`.",
  },
};

async function endOf(
  t: TestContext,
  { status = 200, body = {}, headers = {}, ask }: Case,
  settings: Settings,
) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { url } = await serve(t, (_request, response) => response.writeHead(status, headers).end(text));
  const clock = new FakeClock();
  const client = new AtlasClient({ ...settings, baseUrl: url }, { clock, random: () => 0 });
  const asked = ask?.(client, clock) ?? client.send(look(), v.object({}));
  return asked.then(
    () => assert.fail("it was not refused"),
    (error: AtlasError) => error.message,
  );
}

/** Settings that were read from a stack's configuration. */
const ofStack = readSettings(
  (key) => ({ "mongodbatlas:publicKey": "public", "mongodbatlas:privateKey": "the-private-key" })[key],
  {},
);

for (const [what, each] of Object.entries(cases)) {
  describe(`an error about ${what}`, () => {
    test("is neutral in a program of which nothing is known", async (t) => {
      const message = await endOf(t, each, { baseUrl: "", credentials: apiKey });
      assert.ok(message.endsWith(each.neutral), message);
      assert.doesNotMatch(message, /pulumi|customTimeouts|mongodbatlas:|--/);
    });

    test("says under Pulumi what its user can do", async (t) => {
      const message = await endOf(t, each, ofStack);
      assert.ok(message.endsWith(each.pulumi), message);
    });
  });
}

test("an error about members that do not come in time says what its user can do", async () => {
  const clock = new FakeClock();
  const session = new AtlasSession({ ...ofStack, baseUrl: "http://127.0.0.1:9" }, { clock });
  const members = session.projectUsers(projectId);
  assert.ok(members instanceof MemberCache);
  const first = members.get("ada@example.com").catch(() => undefined);
  await assert.rejects(members.get("bob@example.com", secondsLeft(clock, 0)), {
    message:
      `Could not look at the users of project ${projectId} within the 0 s that are allowed. ` +
      "Run the command again, or allow more with `customTimeouts`.",
  });
  await first;
});

test("credentials of the environment are not said to be rotated in the configuration", () => {
  const env = { MONGODB_ATLAS_PUBLIC_KEY: "public", MONGODB_ATLAS_PRIVATE_KEY: "the-private-key" };
  assert.equal(readSettings(() => undefined, env).wording?.rotatedCredentials, undefined);
  const half = readSettings((key) => (key === "mongodbatlas:publicKey" ? "public" : undefined), env);
  assert.match(half.wording?.rotatedCredentials ?? "", /^If it has been rotated, run `pulumi up` once/);
});

test("a program of which nothing is known is not in the User-Agent", async (t) => {
  const { url, seen } = await serve(t, (_request, response) => response.end("{}"));
  await new AtlasClient({ baseUrl: url, credentials: apiKey }).send(look(), v.any());
  assert.match(seen[0]?.headers["user-agent"] ?? "", /^mongodbatlas-dynamic\/\d+\.\d+\.\d+$/);
});

describe("provider/atlas", () => {
  const folder = path.join(__dirname, "../../provider/atlas");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const textOf = (file: string): string => readFileSync(path.join(folder, file), "utf8");

  test("knows nothing of Pulumi, and none of its words", () => {
    const words = /pulumi|customTimeouts|mongodbatlas:|RunError|WithoutStack|--\w+/gi;
    const found = files.flatMap((file) =>
      (textOf(file).match(words) ?? []).map((word) => `${file}: ${word}`),
    );
    assert.ok(files.length > 40);
    assert.deepEqual(found, []);
  });

  test("uses no other part of the package", () => {
    const outside = files.flatMap((file) =>
      [...textOf(file).matchAll(/(?:from |require\(|import\()"(\.[^"]+)"/g)]
        .map(([, specifier = ""]) => path.relative(folder, path.join(folder, path.dirname(file), specifier)))
        .filter((target) => target.startsWith("..")),
    );
    assert.deepEqual(outside, [path.join("..", "..", "package.json")]);
  });
});
