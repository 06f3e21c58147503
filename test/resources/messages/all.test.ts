import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { messagesOf } from "../../../provider/resources/messages/all";
import { typeToken } from "../../../provider/resources/registration";

const provider = path.join(__dirname, "../../../provider");

/** The folders of resources, which are named like their classes. */
const classes = readdirSync(path.join(provider, "resources"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .filter(({ parentPath, name }) => readdirSync(path.join(parentPath, name)).includes("resource.ts"))
  .map(({ name }) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`);

describe("the messages of resources", () => {
  test("are found by the type of each resource, and not by a type of another package", () => {
    assert.ok(classes.length >= 5);
    for (const name of classes) {
      assert.ok(messagesOf(typeToken(name)) !== undefined, name);
    }
    assert.equal(messagesOf("aws:s3/bucket:Bucket"), undefined);
    assert.equal(messagesOf("acme:index:ProjectUser"), undefined);
    assert.equal(messagesOf(typeToken("../projectUser")), undefined);
  });

  test("load neither the SDK nor what sends requests", () => {
    const heavy = /node_modules\/(@pulumi|axios)|provider\/atlas\/(client|transport|operations)/;
    const loaded = Object.keys(require.cache).map((file) => file.split(path.sep).join("/"));
    assert.ok(loaded.some((file) => file.endsWith("provider/resources/messages/all.ts")));
    assert.deepEqual(
      loaded.filter((file) => heavy.test(file)),
      [],
    );
  });

  test("are all that the commands know of a resource: none but `adopt`, which prints programs and import files, names one", () => {
    // A method of the session with Atlas, such as `session.projectUsers`, is no resource.
    const names = new RegExp(`(?<!:|session\\.)\\b(${classes.join("|")})\\b`, "i");
    const files = readdirSync(path.join(provider, "cli"), { recursive: true, encoding: "utf8" });
    const naming = files
      .filter((file) => file.endsWith(".ts") && !/(^|[\\/])(adopt|access\w+|importFile)\.ts$/.test(file))
      .filter((file) => names.test(readFileSync(path.join(provider, "cli", file), "utf8")));
    assert.deepEqual(naming, []);
  });
});
