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

for (const { name, Resource, example, adopting } of resources) {
  test(`${name} refuses the option import, and says what happens without it`, () => {
    assert.throws(
      () => new Resource("x", example, { import: "an id" }),
      (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.equal(
          error.message,
          `${name} 'x': the option import must be left out, as Pulumi cannot import dynamic resources. ` +
            `Without it, the first \`pulumi up\` ${adopting}.`,
        );
        return true;
      },
    );
  });
}
