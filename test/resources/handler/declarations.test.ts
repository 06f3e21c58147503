import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Declarations, stays } from "../../../provider/resources/handler/declarations";
import { checkDeclaredOnce } from "../../../provider/resources/handler/declaredOnce";
import { unknownMarker } from "../../../provider/resources/handler/unknown";

let declarations: Declarations;

beforeEach(() => {
  declarations = new Declarations();
});

/** Checks a resource with these inputs, and gives the reasons of its failures by property. */
function failures(__declaredAs: string | undefined, inputs: object): Record<string, string> {
  const news = { ...inputs, ...(__declaredAs === undefined ? {} : { __declaredAs }) };
  const result = checkDeclaredOnce(
    declarations,
    news,
    { inputs, failures: [] },
    {
      kind: "project user",
      identity: ["projectId", "username"],
      where: " in a project",
    },
  );
  return Object.fromEntries((result.failures ?? []).map(({ property, reason }) => [property, reason]));
}

const ada = { projectId: "p", username: "ada@example.com" };
const bob = { projectId: "p", username: "bob@example.com" };
const type = "pulumi-nodejs:dynamic/mongodbatlas:ProjectUser";

describe("a second declaration of the same thing", () => {
  test("is a mistake that names both resources", () => {
    assert.deepEqual(failures(`${type}::ada`, ada), {});
    const both = {
      username:
        "must be declared once in a project, but got two declarations, 'ada' and 'ada-2': keep one of them",
    };
    assert.deepEqual(failures(`${type}::ada-2`, { ...ada, username: "Ada@Example.com" }), both);
  });

  test("names both in full where their names are the same below different parents", () => {
    failures(`acme:Team$${type}::ada`, ada);
    assert.deepEqual(failures(`acme:Guild$${type}::ada`, ada), {
      username:
        `must be declared once in a project, but got two declarations, 'acme:Guild$${type}::ada' and ` +
        `'acme:Team$${type}::ada': keep one of them`,
    });
  });

  test("is none when the same resource comes again, as it does for a replacement", () => {
    failures(`${type}::ada`, ada);
    assert.deepEqual(failures(`${type}::ada`, ada), {});
  });

  test("is none once the first resource has come again with something else", () => {
    failures(`${type}::ada`, ada);
    failures(`${type}::ada`, bob);
    assert.deepEqual(failures(`${type}::ada-2`, ada), {});
  });

  test("cannot be told where a program of an older version does not say who declares what", () => {
    failures(undefined, ada);
    assert.deepEqual(failures(undefined, ada), {});
    assert.deepEqual(failures(`${type}::ada`, ada), {});
  });

  test("is found in another project as little as for another user", () => {
    failures(`${type}::ada`, ada);
    assert.deepEqual(failures(`${type}::bob`, bob), {});
    assert.deepEqual(failures(`${type}::ada-2`, { ...ada, projectId: "q" }), {});
  });

  for (const [what, part] of Object.entries({ unknown: unknownMarker, missing: undefined, "no text": 7 })) {
    test(`waits while an argument is ${what}`, () => {
      failures(`${type}::ada`, { ...ada, projectId: part });
      assert.deepEqual(failures(`${type}::ada-2`, { ...ada, projectId: part }), {});
    });
  }
});

describe("find", () => {
  test("finds who declares a thing, whatever the case of its name", () => {
    failures(`${type}::ada`, { ...ada, username: "Ada@Example.com" });
    assert.equal(declarations.find(["project user/p/ada@example.com"])?.declaredAs, `${type}::ada`);
    assert.equal(declarations.find(["project user/p/bob@example.com"]), undefined);
  });

  test("no longer finds what a resource declared before it came again with something else", () => {
    failures(`${type}::user`, ada);
    failures(`${type}::user`, bob);
    assert.equal(declarations.find(["project user/p/ada@example.com"]), undefined);
  });

  test("keeps all that a program of an older version has declared", () => {
    failures(undefined, ada);
    failures(undefined, bob);
    assert.ok(declarations.find(["project user/p/ada@example.com"]));
    assert.ok(declarations.find(["project user/p/bob@example.com"]));
  });

  test("finds a thing by every name that was learnt of it, also by way of others", () => {
    declarations.declare("by id", undefined);
    declarations.learn(["by name", "by id"]);
    declarations.learn(["by name", "by former id"]);
    declarations.learn(["by others"]);
    assert.ok(declarations.find(["by former id"]));
    assert.equal(declarations.find(["by others"]), undefined);
  });
});

describe("who stays", () => {
  test("is told with the resource that declares it, where that is known", () => {
    const where = "project p";
    assert.equal(
      stays("ada@example.com", where, { declaredAs: `acme:Team$${type}::ada` }),
      "ada@example.com stays in project p: the program declares it as 'ada'.",
    );
    assert.equal(
      stays("ada@example.com", where, { declaredAs: undefined }),
      "ada@example.com stays in project p: the program declares it.",
    );
  });
});
