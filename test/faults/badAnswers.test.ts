import assert from "node:assert/strict";
import type { Agent } from "node:http";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";
import type { AxiosInstance } from "axios";
import * as fc from "fast-check";
import { AtlasError } from "../../provider/atlas/errors/error";
import { AtlasSession } from "../../provider/atlas/session";
import type { Connection } from "../../provider/resources/handler/connection";
import { PartialFailure } from "../../provider/resources/handler/partialFailure";
import { Run } from "../../provider/resources/handler/run";
import { FakeClock } from "../fakeClock";
import { AtlasSimulator } from "../simulator/simulator";
import { type Flow, flows } from "./flows";
import { type Mutation, partMutations, wholeMutations } from "./mutations";
import { Relay } from "./relay";

/*
 * Every answer that the package reads, changed in every way: it leads to the right result or to an error that says so,
 * and never to a crash, a hang, a polluted prototype or a state that claims what Atlas does not have.
 */

const seed = Number(process.env.FAULTS_SEED ?? 20_261_124);
const mutationsOfParts = Number(process.env.FAULTS_MUTATIONS ?? 80);
const limitMs = 10_000;

let simulator: AtlasSimulator;
let relay: Relay;
let answersChanged = 0;
const clock = new FakeClock();
const prototype = Object.getOwnPropertyNames(Object.prototype).sort();

before(async () => {
  simulator = await AtlasSimulator.start({ now: clock.now });
  relay = await Relay.start(simulator);
});

after(async () => {
  await relay.stop();
  await simulator.stop();
});

/** Lets the flow meet the changed answer once or every time. */
async function meet(flow: Flow, mutation: Mutation, times: "once" | "always"): Promise<void> {
  const { world, keys } = simulator;
  const orgId = world.createOrganization();
  const projectId = world.createProject(orgId);
  const names = { orgId, projectId, teamId: world.createTeam(orgId) };
  const credentials = flow.answers.test("POST /api/oauth/token")
    ? ({ kind: "serviceAccount", clientId: keys.clientId, clientSecret: keys.clientSecret } as const)
    : ({ kind: "apiKey", publicKey: keys.publicKey, privateKey: keys.privateKey } as const);
  const report = (): void => {};
  const session = new AtlasSession({ baseUrl: relay.url, credentials }, { clock, random: () => 0, report });
  const connection: Connection = { run: new Run(), atlas: () => session, problem: () => undefined, report };
  const act = flow.prepare(world, names);
  let left = times === "once" ? 1 : Number.POSITIVE_INFINITY;
  relay.tamper = (request) => {
    if (left === 0 || !flow.answers.test(request)) {
      return undefined;
    }
    return {
      ...mutation,
      apply: (answer) => {
        // The challenge that comes before the answer is no answer yet.
        if (answer.status === 401 && !mutation.instead) {
          return answer;
        }
        left -= 1;
        answersChanged += 1;
        return mutation.apply(answer);
      },
    };
  };
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: "it hangs" })), limitMs);
  });
  try {
    const verify = await Promise.race([act(connection), tooLong]);
    if (!mutation.lies) {
      verify();
    }
  } catch (error) {
    if (!(error instanceof AtlasError || error instanceof PartialFailure)) {
      throw new Error(`${flow.name}, ${mutation.name}, ${times}: ${inspect(error)}`);
    }
    const printed = inspect(error, { depth: null, showHidden: true });
    assert.ok(!printed.includes(keys.privateKey) && !printed.includes(keys.clientSecret));
    assert.ok(error.message.length < 3_000, "the message holds what the answer held");
  } finally {
    clearTimeout(timer);
    relay.tamper = () => undefined;
    closeConnections(session);
    simulator.log.clear();
    simulator.revokeTokens();
    world.directory.organizations.delete(orgId);
  }
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype).sort(), prototype);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
}

/** A session keeps its connections for as long as its process lives. */
function closeConnections({ client }: AtlasSession): void {
  const { defaults } = (client as unknown as { http: AxiosInstance }).http;
  (defaults.httpAgent as Agent).destroy();
}

for (const flow of flows) {
  describe(flow.name, () => {
    test("without a change meets what it expects", async () => {
      await meet(flow, { name: "none", apply: (answer) => answer }, "always");
    });

    test(`is right or an error for each of ${wholeMutations.length} bad answers`, async () => {
      for (const mutation of wholeMutations) {
        await meet(flow, mutation, "once");
        await meet(flow, mutation, "always");
      }
    });

    test("is right or an error whatever part of an answer is bad", async () => {
      const times = fc.constantFrom("once" as const, "always" as const);
      await fc.assert(
        fc.asyncProperty(partMutations, times, (mutation, each) => meet(flow, mutation, each)),
        { numRuns: mutationsOfParts, seed, includeErrorInReport: true },
      );
    });
  });
}

test("answers were changed", (context) => {
  context.diagnostic(`${answersChanged} answers changed`);
  assert.ok(answersChanged > 2_000);
});
