import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { resources } from "./golden";

before(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => ({}),
  }),
);

const filed = " `npx --no mongodbatlas-dynamic adopt --import FILE` writes a file for `pulumi import`.";

for (const { name, Resource, example, adopting } of resources) {
  test(`${name} refuses the option import, and says what happens without it`, () => {
    assert.throws(
      () => new Resource("x", example, { import: "an id" }),
      (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.equal(
          error.message,
          `${name} 'x': the option import must be left out, as the engine does not tell a dynamic resource what to import. ` +
            `Without it, the first \`pulumi up\` ${adopting}.${/Users?$/.test(name) ? filed : ""}`,
        );
        return true;
      },
    );
  });
}
