import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { LinkToken, ProjectUser } from "../../provider/index";
import { resources } from "./golden";

/** What the program registers, in its order. */
let registered: pulumi.runtime.MockResourceArgs[];

beforeEach(async () => {
  registered = [];
  await pulumi.runtime.setMocks({
    newResource: (args) => {
      registered.push(args);
      return { id: args.name, state: args.inputs };
    },
    call: () => ({}),
  });
});

const orgId = "0".repeat(24);
const ada = { projectId: "1".repeat(24), username: "ada@example.com", roles: ["GROUP_OWNER"] };

class Team extends pulumi.ComponentResource {
  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("acme:Team", name, {}, options);
  }
}

/** What each resource says of where it is declared, and its URN without stack and project. */
async function declaredAndUrn(...resources: pulumi.Resource[]): Promise<[unknown, string][]> {
  return Promise.all(
    resources.map(async (resource) => {
      const urn = await new Promise<string>((resolve) => resource.urn.apply(resolve));
      const [, , types, name] = urn.split("::");
      const { inputs } = registered.find((each) => each.name === name) ?? {};
      return [inputs?.__declaredAs, `${types}::${name}`] as [unknown, string];
    }),
  );
}

describe("where a resource is declared", () => {
  test("is among the properties of every kind of resource", async () => {
    const rows = await declaredAndUrn(
      ...resources.map(({ name, Resource, example }) => new Resource(`my${name}`, example)),
    );
    assert.deepEqual(
      rows.map(([declared]) => declared),
      resources.map(({ name }) => `pulumi-nodejs:dynamic/mongodbatlas:${name}::my${name}`),
    );
    assert.deepEqual(
      rows.map(([, urn]) => urn),
      rows.map(([declared]) => declared),
    );
  });

  test("begins with the types of all parents, outermost first, and not with their names", async () => {
    const outer = new Team("outer");
    const inner = new Team("inner", { parent: outer });
    const user = new ProjectUser("user", ada, { parent: inner });
    const below = new LinkToken("below", { orgId }, { parent: user });
    const rows = await declaredAndUrn(user, below);
    assert.deepEqual(
      rows.map(([declared]) => declared),
      [
        "acme:Team$acme:Team$pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::user",
        "acme:Team$acme:Team$pulumi-nodejs:dynamic/mongodbatlas:ProjectUser$pulumi-nodejs:dynamic/mongodbatlas:LinkToken::below",
      ],
    );
  });

  test("leaves out the stack, also where it is named as the parent", async () => {
    const stack = new pulumi.ComponentResource("pulumi:pulumi:Stack", "project-stack");
    const rows = await declaredAndUrn(new ProjectUser("a", ada, { parent: stack }));
    assert.equal(rows[0]?.[0], "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::a");
  });

  test("begins with the URN of a parent that lives in another process", async () => {
    const urn = "urn:pulumi:stack::project::acme:Company$acme:Team::a::b";
    const remote = new pulumi.DependencyResource(urn);
    const local = new Team("local", { parent: remote });
    const rows = await declaredAndUrn(
      new ProjectUser("a", ada, { parent: remote }),
      new ProjectUser("b", ada, { parent: local }),
      new ProjectUser("c", ada, {
        parent: new pulumi.DependencyResource(
          "urn:pulumi:stack::project::pulumi:pulumi:Stack::project-stack",
        ),
      }),
    );
    assert.deepEqual(
      rows.map(([declared]) => declared),
      [
        "acme:Company$acme:Team$pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::a",
        "acme:Company$acme:Team$acme:Team$pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::b",
        "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::c",
      ],
    );
  });

  test("makes no resource depend on its parent", async () => {
    interface Request {
      getName(): string;
      getDependenciesList(): string[];
    }
    const monitor = pulumi.runtime.getMonitor() as unknown as {
      registerResource(request: Request, ...rest: unknown[]): unknown;
    };
    const register = monitor.registerResource.bind(monitor);
    const dependencies: Record<string, string[]> = {};
    monitor.registerResource = (request, ...rest) => {
      dependencies[request.getName()] = request.getDependenciesList();
      return register(request, ...rest);
    };
    const parent = new LinkToken("parent", { orgId });
    await declaredAndUrn(new ProjectUser("user", ada, { parent }));
    assert.deepEqual(dependencies, { parent: [], user: [] });
  });

  test("is no property of what the stack does not manage", async () => {
    const rows = await declaredAndUrn(...resources.map(({ name, Resource }) => Resource.get(name, "id")));
    assert.equal(registered.length, resources.length);
    assert.deepEqual(
      rows.map(([declared]) => declared),
      resources.map(() => undefined),
    );
  });
});
