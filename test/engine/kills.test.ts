import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Kill, upKilledAndUpAgain } from "./kills";

// The soak (`npm run test:soak:kills`) goes through many more; these are one of each kind, at requests that differ.
const kills: Kill[] = [
  { request: 1, when: "after", victim: "engine" },
  { request: 3, when: "before", victim: "provider" },
  { request: 5, when: "after", victim: "provider" },
  { request: 8, when: "after", victim: "engine" },
  { request: 9, when: "before", victim: "engine" },
  { request: 10, when: "after", victim: "engine, by SIGINT" },
];

describe("an update that is ended in the middle", () => {
  for (const kill of kills) {
    const { request, when, victim } = kill;
    test(`is healed by the next one: ${victim} ended ${when} request ${request}`, async () => {
      const { effects, struck, restored: _restored, ...aftermath } = await upKilledAndUpAgain(kill);
      assert.ok(struck, "the run was ended");
      assert.deepEqual(
        aftermath,
        {
          invitations: 1,
          deferrals: 2,
          cutovers: 1,
          linkTokensAlive: 1,
          teamMembers: ["ada@example.com"],
          roles: ["GROUP_OWNER"],
          settled: true,
        },
        effects.join(", "),
      );
    });
  }
});
