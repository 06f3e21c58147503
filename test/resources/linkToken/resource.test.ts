import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { LinkToken } from "../../../provider/index";

interface Request {
  getName(): string;
  getDeletebeforereplace(): boolean;
  getDeletebeforereplacedefined(): boolean;
}

/** Whether each resource is registered to be deleted before it is replaced. */
let deletedFirst: Record<string, boolean>;

beforeEach(async () => {
  deletedFirst = {};
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: () => ({}),
  });
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Request, ...rest: unknown[]): unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    deletedFirst[request.getName()] =
      request.getDeletebeforereplacedefined() && request.getDeletebeforereplace();
    return register(request, ...rest);
  };
});

const registration = (link: LinkToken): Promise<unknown> => new Promise((resolve) => link.urn.apply(resolve));

test("a LinkToken is deleted before it is replaced, whoever asks for it, unless the program says otherwise", async () => {
  const orgId = "0".repeat(24);
  for (const link of [
    new LinkToken("bare", { orgId }),
    new LinkToken("other options", { orgId }, { protect: true, additionalSecretOutputs: ["orgId"] }),
    new LinkToken("not said", { orgId }, { ...({ deleteBeforeReplace: undefined } as object) }),
    new LinkToken("said", { orgId }, { deleteBeforeReplace: false }),
  ]) {
    await registration(link);
  }
  assert.deepEqual(deletedFirst, { bare: true, "other options": true, "not said": true, said: false });
});
