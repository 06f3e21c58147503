import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explain, explainCommand } from "../../../provider/cli/engine/engineErrors";
import { CommandFailure } from "../../../provider/cli/failure";
import { sentenceOf } from "../../../provider/cli/report/sentences";

test("every error is told in one sentence", () => {
  const system = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  for (const [error, sentence] of [
    [new CommandFailure("Name a stack."), "Name a stack."],
    [system, "no space is left on the disk (ENOSPC)."],
    [
      new TypeError("Cannot read properties of undefined (reading 'x')\n    at y"),
      "Unexpected error: Cannot read properties of undefined (reading 'x'). Set NODE_DEBUG=mongodbatlas-dynamic to see where it comes from.",
    ],
    ["thrown", "Unexpected error: thrown."],
  ] as const) {
    assert.equal(sentenceOf(error), sentence);
  }
});

describe("what the engine has to say", () => {
  const said = (text: string, resource = "") =>
    explainCommand({ stderr: "", code: 255 }, "test", [{ text, resource }]).message;
  const unreachable = (text: string) =>
    `The backend that holds the state of stack 'test' cannot be reached: ${text}. Check the network and PULUMI_BACKEND_URL.`;
  const closed = (text: string) =>
    `The backend that holds the state of stack 'test' lets nobody in without credentials of its cloud, or not with these: ${text}.`;
  for (const [text, sentence] of [
    [
      "code must be a string, not undefined",
      "The resource ada has the option `import`, which dynamic resources do not know. Take it away: without it, the first `pulumi up` takes over what Atlas has.",
    ],
    ...[
      'read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, resolve auth scheme: resolve endpoint: endpoint rule error, Invalid region: region was not a valid DNS name.',
      'unable to open bucket "s3://": s3blob.OpenBucket: bucketName is required',
      'unable to open state database "postgres://x": failed to ping PostgreSQL: dial tcp: lookup x: no such host',
    ].map((each) => [each, unreachable(each.replace(/\.$/, ""))] as const),
    ...[
      "missing google credentials: unable to find gcp credentials: google: could not find default credentials",
      'read ".pulumi/meta.yaml": operation error S3: GetObject, https response error StatusCode: 403, api error AccessDenied: Access Denied',
    ].map((each) => [each, closed(each)] as const),
    [
      "no stack selected; please use `pulumi stack select` or `pulumi stack init` to choose one",
      "No stack is selected here: name one with `--stack`, or select one with `pulumi stack select`. `pulumi stack ls` lists them, and `pulumi stack init` makes the first one.",
    ],
    ["something new", "something new"],
  ] as const) {
    test(text.slice(0, 60), () => {
      assert.equal(said(text, "ada"), sentence);
    });
  }

  test("is taken from the errors that the CLI prints when there are no events", () => {
    const problem = { stderr: "warning: x\nerror: no stack named 'test' found\n", code: 6 };
    assert.match(explainCommand(problem, "test").message, /^There is no stack 'test' here/);
    assert.equal(explainCommand({ stderr: "", code: 3 }, "test").message, "pulumi ended with 3.");
  });

  test("is left alone when it is no error of the CLI", () => {
    const error = new Error("x");
    assert.equal(explain(error, "test", []), error);
  });

  test("names one cause once, however many requests it has", () => {
    const refused =
      "was answered 401 UNEXPECTED_ERROR: You are not authorized. Atlas does not accept the API key.";
    const lookUp = (name: string) => ({
      text: `Could not look up ${name} in project 1: GET /api/atlas/v2/groups/1/users?username=${name} ${refused}`,
      resource: name,
    });
    const other = { text: "Could not look up z in project 2: GET /x was answered 404: gone.", resource: "z" };
    const { message } = explainCommand({ stderr: "", code: 255 }, "test", [
      ...Array.from({ length: 12 }, (_, index) => lookUp(`user${index}`)),
      other,
    ]);
    assert.deepEqual(message.split("\n"), [
      `${lookUp("user0").text} 11 other resources have failed for the same reason.`,
      other.text,
    ]);
  });

  test("counts those that a provider process has said to fail for a reason that it has told", () => {
    const follower = (name: string, answer: string) => ({
      text: `Could not look up ${name}, for the reason that is told in full for another resource (${answer}).`,
      resource: name,
    });
    const silent = "Could not list x: GET /api/x got no answer (ECONNREFUSED). Check the network.";
    const refused = "Could not list y: GET /api/y was answered 401 NOPE: No. Give a role.";
    const { message } = explainCommand({ stderr: "", code: 255 }, "test", [
      follower("a", "no answer"),
      { text: silent, resource: "x" },
      follower("b", "401 NOPE"),
      { text: refused, resource: "y" },
      follower("c", "401 NOPE"),
      follower("d", "503"),
    ]);
    assert.deepEqual(message.split("\n"), [
      `${silent} Another resource has failed for the same reason.`,
      `${refused} 2 other resources have failed for the same reason.`,
      follower("d", "503").text,
    ]);
  });
});
