import { parseArgs } from "node:util";
import {
  type Aftermath,
  type Kill,
  type UsersAftermath,
  upKilledAndUpAgain,
  usersKilledAndUpAgain,
} from "./kills";

/*
 * `npm run test:soak:kills -- --kills 60 --seed 1`: ends updates on the real engine at random requests, and checks that
 * the next update heals each. Prints a line each, and exits with 1 when one was not healed. With `--users 200` it is the
 * invitation of so many users by one resource that is ended.
 */

const victims = ["engine", "provider", "engine, by SIGINT"] as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      users: { type: "string", default: "0" },
    },
  });
  const users = Number(values.users);
  const random = generator(Number(values.seed));
  const counts = new Map<string, number>();
  let failures = 0;
  let mended = 0;
  for (let index = 1; index <= Number(values.kills); index += 1) {
    const kill: Kill = {
      request: Math.floor(random() * (users > 0 ? users + 1 : 14)),
      when: random() < 0.5 ? "before" : "after",
      victim: victims[Math.floor(random() * victims.length)] ?? "engine",
    };
    const place = `${kill.victim} ended ${kill.when} request ${kill.request}`;
    const aftermath = users > 0 ? await usersKilledAndUpAgain(kill, users) : await upKilledAndUpAgain(kill);
    const healed = "members" in aftermath ? areHealed(aftermath, users) : isHealed(aftermath);
    failures += healed ? 0 : 1;
    mended += aftermath.mended ? 1 : 0;
    if (aftermath.struck) {
      counts.set(kill.victim, (counts.get(kill.victim) ?? 0) + 1);
    }
    console.log(
      `${index}. ${place}: ${aftermath.struck ? "" : "never got there, "}${healed ? "healed" : JSON.stringify(aftermath)}`,
    );
  }
  console.log(
    `${[...counts].map(([victim, count]) => `${count} × ${victim}`).join(", ")}; ${failures} not healed; ` +
      `${mended} times the engine was killed while it wrote the attributes beside its state, which were deleted.`,
  );
  process.exitCode = failures === 0 ? 0 : 1;
}

function isHealed(aftermath: Aftermath): boolean {
  const { invitations, deferrals, cutovers, linkTokensAlive, teamMembers, roles, settled } = aftermath;
  return (
    settled &&
    [invitations, deferrals, cutovers, linkTokensAlive, teamMembers.length, roles?.length].join() ===
      "1,2,1,1,1,1"
  );
}

function areHealed({ members, invitations, mostForOne, settled }: UsersAftermath, users: number): boolean {
  return settled && members === users && invitations === users && mostForOne === 1;
}

/** A small generator (mulberry32), so that a seed gives the same kills again. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
