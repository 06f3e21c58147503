import assert from "node:assert/strict";
import type { Agent } from "node:http";
import { after, before, describe, test } from "node:test";
import type { AxiosInstance } from "axios";
import { AtlasError } from "../../provider/atlas/errors/error";
import { AtlasSession } from "../../provider/atlas/session";
import type { Settings } from "../../provider/atlas/settings";
import type { Connection } from "../../provider/resources/handler/connection";
import { PartialFailure } from "../../provider/resources/handler/partialFailure";
import { Run } from "../../provider/resources/handler/run";
import { FakeClock } from "../fakeClock";
import { AtlasSimulator } from "../simulator/simulator";
import { type Canaries, seenIn, written } from "./canaries";
import { flows } from "./flows";
import { wholeMutations } from "./mutations";
import { Relay, type Tampering, type WireAnswer } from "./relay";

/* The secrets of a run, searched for in everything that a failure can print. */

let simulator: AtlasSimulator;
let relay: Relay;
let searches = 0;
const clock = new FakeClock();

before(async () => {
  simulator = await AtlasSimulator.start({ now: clock.now });
  relay = await Relay.start(simulator);
});

after(async () => {
  await relay.stop();
  await simulator.stop();
});

/** What a request proves itself with, and what an answer hands out, is secret as well. */
const overheard = new Map<string, string>();

/** Answers that repeat what they were asked with, as the error pages of proxies do. */
const echoes: readonly { name: string; answer: (heard: string) => WireAnswer }[] = [
  ...[400, 403, 409, 500, 502].map((status) => ({
    name: `a ${status} whose detail repeats it`,
    answer: (heard: string) => json(status, { error: status, errorCode: "X", detail: `You sent ${heard}` }),
  })),
  {
    name: "a 400 whose detail breaks off in it",
    answer: (heard) => json(400, { detail: `${"x".repeat(480)} ${heard}` }),
  },
  { name: "a 400 whose code repeats it", answer: (heard) => json(400, { errorCode: heard.slice(0, 190) }) },
  {
    name: "an OAuth error that repeats it",
    answer: (heard) => json(400, { error: heard.slice(0, 190), error_description: heard }),
  },
  { name: "a page that repeats it", answer: (heard) => page(502, heard) },
  { name: "a page that repeats it with 200", answer: (heard) => page(200, heard) },
  {
    name: "another type with it inside",
    answer: (heard) => json(200, { results: heard, id: [heard], [heard]: 1 }),
  },
  {
    name: "a redirect with it in the address",
    answer: (heard) => ({ ...page(307, heard), headers: { location: `/x?${encodeURIComponent(heard)}` } }),
  },
];

function json(status: number, body: unknown): WireAnswer {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(body)) };
}

function page(status: number, heard: string): WireAnswer {
  return { status, headers: { "content-type": "text/html" }, body: Buffer.from(`<html>${heard}</html>`) };
}

/** Runs one flow with answers that are tampered with, and searches what comes of it. */
async function search(
  flow: (typeof flows)[number],
  kind: "apiKey" | "serviceAccount",
  tamper: (request: string) => Tampering | undefined,
): Promise<void> {
  const { world, keys } = simulator;
  const orgId = world.createOrganization();
  const names = { orgId, projectId: world.createProject(orgId), teamId: world.createTeam(orgId) };
  const credentials: Settings["credentials"] =
    kind === "apiKey"
      ? { kind, publicKey: keys.publicKey, privateKey: keys.privateKey }
      : { kind, clientId: keys.clientId, clientSecret: keys.clientSecret };
  const reports: string[] = [];
  const report = (line: string): void => void reports.push(line);
  const session = new AtlasSession({ baseUrl: relay.url, credentials }, { clock, random: () => 0, report });
  const connection: Connection = { run: new Run(), atlas: () => session, problem: () => undefined, report };
  overheard.clear();
  relay.tamper = (request) => tamper(request) ?? { apply: listen };
  const act = flow.prepare(world, names);
  let failure: unknown;
  const output = await written(async () => {
    failure = await act(connection).then(
      () => undefined,
      (error: unknown) => error,
    );
  });
  relay.tamper = () => undefined;
  const { http } = session.client as unknown as { http: AxiosInstance };
  (http.defaults.httpAgent as Agent).destroy();
  if (failure !== undefined) {
    assert.ok(failure instanceof AtlasError || failure instanceof PartialFailure, String(failure));
  }
  const token = world.link(orgId).current?.linkToken;
  const canaries: Canaries = {
    "the private key": keys.privateKey,
    "the client secret": keys.clientSecret,
    "the Basic credential": basicOf(keys),
    ...(token === undefined || token.length < 20 ? {} : { "the link token": token }),
    ...Object.fromEntries(overheard),
  };
  for (const [where, value] of Object.entries({ failure, reports, output })) {
    searches += Object.keys(canaries).length;
    assert.deepEqual(
      seenIn(value, canaries),
      [],
      `in ${where} of ${flow.name}: ${String(value).slice(0, 300)}`,
    );
  }
  world.directory.organizations.delete(orgId);
  simulator.log.clear();
  simulator.revokeTokens();
}

function basicOf({ clientId, clientSecret }: { clientId: string; clientSecret: string }): string {
  return Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
}

/** Takes note of tokens on their way. */
function listen(answer: WireAnswer): WireAnswer {
  const text = answer.body.toString("utf8");
  for (const [, name = "", value = ""] of text.matchAll(/"(access_token|linkToken)":"([^"]+)"/g)) {
    if (value.length >= 20) {
      overheard.set(`${name} ${value.slice(0, 4)}`, value);
    }
  }
  return answer;
}

for (const kind of ["apiKey", "serviceAccount"] as const) {
  describe(`no secret of a run with ${kind === "apiKey" ? "an API key" : "a service account"} shows`, () => {
    for (const flow of flows) {
      test(`while ${flow.name} meets bad answers`, async () => {
        for (const mutation of wholeMutations) {
          if (/endless/.test(mutation.name)) {
            continue;
          }
          await search(flow, kind, (request) =>
            flow.answers.test(request)
              ? { ...mutation, apply: (answer) => mutation.apply(listen(answer)) }
              : undefined,
          );
        }
      });

      test(`while ${flow.name} is told back what it has sent`, async () => {
        const { keys } = simulator;
        for (const { answer } of echoes) {
          for (const secret of [keys.privateKey, keys.clientSecret, basicOf(keys)]) {
            // A service account knows nothing of an API key's secret, and cannot recognize it either.
            if ((secret === keys.privateKey) !== (kind === "apiKey")) {
              continue;
            }
            await search(flow, kind, (request) =>
              flow.answers.test(request) ? { instead: true, apply: () => answer(secret) } : undefined,
            );
          }
          if (kind === "serviceAccount") {
            await search(flow, kind, (request) =>
              flow.answers.test(request) && !request.includes("/oauth/")
                ? { instead: true, apply: () => answer([...overheard.values()][0] ?? "") }
                : undefined,
            );
          }
        }
      });
    }
  });
}

describe("the search", () => {
  const canaries = { secret: "8f14e45f-ceea-467f-a0e6-0123456789ab" };
  const { secret } = canaries;

  for (const [where, value] of Object.entries({
    "a message": new Error(`x ${secret} x`),
    "a cause": new Error("x", { cause: new Error(secret) }),
    "a property": Object.assign(new Error("x"), { config: { headers: { Authorization: secret } } }),
    "a hidden property": Object.defineProperty(new Error("x"), "request", {
      value: { key: secret },
      enumerable: false,
    }),
    "a property under a symbol": Object.assign(new Error("x"), {
      [Symbol("internal")]: { deep: [{ in: secret }] },
    }),
    "a map": new Map([["key", { secret }]]),
    "a stack": Object.assign(new Error("x"), { stack: `Error: ${secret}\n    at x` }),
    base64: Buffer.from(secret).toString("base64"),
    "an address": `https://x/?${encodeURIComponent(secret)}`,
    "a part of it": `it begins with ${secret.slice(0, 14)}`,
    "a list of lines": ["one", `two ${secret}`],
  })) {
    test(`finds a secret that was planted in ${where}`, () => {
      assert.deepEqual(seenIn(value, canaries), ["secret"]);
    });
  }

  test("finds a secret that was planted in the output", async () => {
    const output = await written(async () => {
      console.log("a line");
      console.error({ deep: { deeper: { deepest: { secret } } } });
    });
    assert.deepEqual(seenIn(output, canaries), ["secret"]);
  });

  test("finds nothing where nothing is", () => {
    assert.deepEqual(seenIn(new Error("the key is wrong"), canaries), []);
  });

  test("finds what an error of axios would have shown, had it not been replaced", async () => {
    const { http } = new AtlasSession({
      baseUrl: relay.url,
      credentials: { kind: "apiKey", publicKey: "public", privateKey: "private" },
    }).client as unknown as { http: AxiosInstance };
    const error = await http
      .get("/api/atlas/v2/nothing", { headers: { Authorization: `Bearer ${secret}` } })
      .catch((reason: unknown) => reason);
    assert.deepEqual(seenIn(error, canaries), ["secret"]);
    (http.defaults.httpAgent as Agent).destroy();
  });

  test("has been made often enough", (context) => {
    context.diagnostic(`${searches} searches for a canary`);
    assert.ok(searches > 10_000);
  });
});
