import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import * as v from "valibot";
import { atlasId, username } from "../../../provider/resources/handler/arguments";
import { atlasIdPart, idCodec, usernamePart, userPart } from "../../../provider/resources/handler/id";
import { teamUserId } from "../../../provider/resources/teamUser/id";

const codec = idCodec("Thing", { projectId: atlasIdPart(), username: usernamePart });

const hex = fc.array(fc.constantFrom(..."0123456789abcdefABCDEF"), { minLength: 24, maxLength: 24 });
const ids = hex.map((digits) => digits.join(""));
const addresses = fc
  .tuple(
    fc.array(fc.constantFrom(..."aZ09!#$%&'*+/=?^_`{|}~.-"), { minLength: 1, maxLength: 12 }),
    fc.array(fc.constantFrom(..."aZ0-"), { minLength: 1, maxLength: 6 }),
  )
  .map(([local, host]) => `${local.join("")}@${host.join("")}.example`);

describe("an id", () => {
  test("can be read back, whatever check accepts", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(ids, fc.string()), fc.oneof(addresses, fc.string()), (project, user) => {
        const id = v.safeParse(atlasId("project"), project);
        const name = v.safeParse(username(), user);
        fc.pre(id.success && name.success);
        accepted += 1;
        const written = codec.of({ projectId: id.output, username: name.output });
        assert.deepEqual(codec.parse(written), {
          projectId: id.output,
          username: name.output.toLowerCase(),
        });
        assert.equal(codec.format(codec.parse(written.toUpperCase())), written);
      }),
      { numRuns: 300 },
    );
    assert.ok(accepted > 100);
  });

  test("is refused in whatever other form, with what it must be", () => {
    const must =
      "The id of a Thing must be <projectId>/<username>, such as 5f1b3c2a9d8e7f6a5b4c3d2e/ada@example.com";
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.throws(() => codec.parse(text), { message: `${must}, but got '${text}'.` });
      }),
      { examples: [[""], ["/"], ["a/b"], ["0".repeat(24)], [`${"0".repeat(24)}/ada`]] },
    );
  });

  test("may have more in it than its parts are called in the program", () => {
    const teams = idCodec(
      "Member",
      { teamId: atlasIdPart(), user: userPart },
      ({ teamId, userId }: { teamId: string; userId: string }) => ({ teamId, user: userId }),
    );
    const [teamId, userId] = ["1".repeat(24), "2".repeat(24)];
    assert.equal(teams.of({ teamId, userId }), `${teamId}/${userId}`);
    assert.deepEqual(teams.parse(`${teamId}/o/ada@example.com`), { teamId, user: "o/ada@example.com" });
    assert.throws(() => teams.parse(`${teamId}/ada`), /must be <teamId>\/<username or userId>, such as /);
  });

  test("tells the arguments that it is made of, also when it is none that is ever written", () => {
    assert.deepEqual(codec.argumentsOf("shop/o/ada@example.com"), {
      projectId: "shop",
      username: "o/ada@example.com",
    });
    for (const id of ["", "shop", "shop/", "/ada@example.com"]) {
      assert.deepEqual(codec.argumentsOf(id), {});
    }
    const team = { orgId: "acme", teamId: "support" };
    assert.deepEqual(teamUserId.argumentsOf("acme/support/a@b.example"), {
      ...team,
      username: "a@b.example",
    });
    assert.deepEqual(teamUserId.argumentsOf("acme/support/5f"), { ...team, userId: "5f" });
  });

  test("is made of the arguments that are known, when these are enough", () => {
    const team = { orgId: "acme", teamId: "support" };
    assert.equal(codec.ofKnown({ projectId: "shop", username: "Ada@Example.com" }), "shop/ada@example.com");
    assert.equal(codec.ofKnown({ projectId: "shop" }), undefined);
    assert.equal(teamUserId.ofKnown({ ...team, userId: "5f" }), "acme/support/5f");
    assert.equal(teamUserId.ofKnown(team), undefined);
  });
});
