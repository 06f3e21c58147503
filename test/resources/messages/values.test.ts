import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords, visible } from "../../../provider/resources/messages/values";

test("shows no secret, and says what is not known yet", () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" };
  assert.deepEqual(visible({ token: secret, list: [secret] }), { token: "[secret]", list: ["[secret]"] });
  assert.equal(inWords("04da6b54-80e4-46f7-96ec-b56ff0331ba9"), "(known after the update)");
  assert.deepEqual([undefined, [], ["a", "b"], 1, { a: 1 }].map(inWords), [
    "nothing",
    "nothing",
    "a, b",
    "1",
    '{"a":1}',
  ]);
});
