import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import * as generatedTables from "../provider/docs/tables.mjs";
import * as api from "../provider/index";
import { Editor } from "./docs/editor";
import {
  brokenLinks,
  markdownFiles,
  partsIn,
  programsOf,
  reference,
  root,
  textsOf,
  writeReference,
} from "./docs/pages";

/** The names that a page is about: the resources, the functions without their twins, and the error. */
const subjects = Object.entries(api)
  .filter(([name]) => name !== "default" && !name.endsWith("Output"))
  .map(([name, value]) => ({
    name,
    isProvider: name === "Provider",
    isResource: name !== "Provider" && isResource(value),
    isFunction: /^get/.test(name),
  }));

const argumentHead = "| Name | Type | Required | Default | Meaning |";
const outputHead = "| Name | Type | Meaning |";

const resourceParts = [
  "- **Adopts**",
  "- **Refresh**",
  "- **Replaced**",
  "- **Deleting**",
  "- **Role needed**",
  "- **Errors**",
  "## Example",
  "## Arguments",
  argumentHead,
  "## Outputs",
  outputHead,
];

const functionParts = [
  "- **Role needed**",
  "- **Errors**",
  "## Example",
  "## Arguments",
  argumentHead,
  "## Result",
  outputHead,
];

let folder: string;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "docs-"));
});

after(() => rm(folder, { recursive: true, force: true }));

describe("the reference", () => {
  let pages: Record<string, string>;

  before(async () => {
    pages = await textsOf(reference);
  });

  test("says what the docstrings say", async () => {
    const written = path.join(folder, "reference");
    await writeReference(written);
    assert.deepEqual(
      pages,
      await textsOf(written),
      "the docstrings have changed since the pages were written: run `npm run docs`, and commit what it changes",
    );
  });

  for (const page of generatedTables.pages) {
    test(`is what the tables of ${page} say`, async () => {
      const text = await readFile(path.join(root, page), "utf8");
      const due = generatedTables.filled(text, pages["README.md"] ?? "");
      assert.match(text, /<!-- generated: \w+ -->/);
      assert.equal(text, due, "run `npm run docs`, and commit what it changes");
    });
  }

  test("has one page for each resource, function and error, and an index of them", () => {
    const names = subjects.map(({ name }) => `${name}.md`);
    assert.deepEqual(Object.keys(pages).sort(), [...names, "README.md"].sort());
    for (const name of names) {
      assert.match(pages["README.md"] ?? "", new RegExp(`\\(${name}\\) \\| \\S`), `the index lacks ${name}`);
    }
  });

  for (const { name, isResource, isFunction, isProvider } of subjects) {
    test(`answers in the same order for ${name}`, () => {
      const page = pages[`${name}.md`] ?? "";
      assert.match(page, new RegExp(`^# ${name}\n\n[A-Z]`), "what it is comes first");
      const plain = [
        "## Example",
        ...(isProvider ? ["## Arguments", argumentHead] : ["## Fields", outputHead]),
      ];
      const others = isFunction ? functionParts : plain;
      const parts = isResource ? resourceParts : others;
      assert.deepEqual(partsIn(page, parts), parts);
    });

    test(`tells every default and meaning, and nothing inherited, for ${name}`, () => {
      const page = pages[`${name}.md`] ?? "";
      for (const row of page.split("\n").filter((line) => line.startsWith("| `"))) {
        const cells = row.split(/(?<!\\)\|/).slice(1, -1);
        assert.notEqual(cells.at(-1)?.trim(), "", `no meaning: ${row}`);
        if (cells.length === 5) {
          assert.equal(cells[2]?.trim() === "no", cells[3]?.trim() !== "", `optional, or a default: ${row}`);
        }
      }
      assert.doesNotMatch(page, /Inherited from|Defined in|`urn`|getProvider|isInstance|OutputInstance/);
    });
  }
});

describe("the links", () => {
  test("lead to files and headings that exist", async () => {
    assert.deepEqual(await brokenLinks(await markdownFiles()), []);
  });

  test("are found where they do not", async () => {
    const page = path.join(folder, "links", "page.md");
    await mkdir(path.dirname(page));
    await writeFile(path.join(folder, "links", "other.md"), "# Here\n");
    const links = ["other.md", "other.md#here", "gone.md", "other.md#gone", "#gone-too"];
    await writeFile(page, `# Page\n\n${links.map((link) => `- [a link](${link})`).join("\n")}\n`);
    const [file, heading, ownHeading, ...more] = await brokenLinks([page]);
    assert.match(file ?? "", /^5:.*`gone\.md`/);
    assert.match(heading ?? "", /^6:.*`#gone` in `other\.md`/);
    assert.match(ownHeading ?? "", /^7:.*`#gone-too`/);
    assert.deepEqual(more, []);
  });
});

describe("the programs in the documentation", () => {
  let programs: [string, string][];

  before(async () => {
    const files = await markdownFiles();
    const texts = files.map(async (file) => programsOf(file, await readFile(path.join(root, file), "utf8")));
    programs = (await Promise.all(texts)).flat();
  });

  test("compile, the examples of the docstrings included", () => {
    for (const { name } of subjects) {
      assert.ok(
        programs.some(([place]) => place.startsWith(`provider/docs/reference/${name}.md`)),
        `the example of ${name} is not among them`,
      );
    }
    const editor = new Editor(new Map(programs));
    const mistakes = programs.flatMap(([place]) => editor.mistakes(place).map((text) => `${place}: ${text}`));
    assert.deepEqual(mistakes, []);
  });

  test("are found where they do not compile", () => {
    const [program] = programsOf(
      "a.md",
      '```typescript\nimport { LinkToken } from "mongodbatlas-dynamic";\nnew LinkToken(1);\n```\n',
    );
    assert.ok(program);
    assert.notDeepEqual(new Editor(new Map([program])).mistakes(program[0]), []);
  });
});

test("the comparison counts what the other package has, of the version that it names", () => {
  const theirs = require("@pulumi/mongodbatlas") as Record<string, unknown>;
  const { version } = require("@pulumi/mongodbatlas/package.json") as { version: string };
  const names = Object.keys(theirs);
  const resources = names.filter((name) => isResource(theirs[name]) && name !== "Provider");
  const functions = names.filter((name) => /^get/.test(name) && !name.endsWith("Output"));
  const page = readFileSync(path.join(root, "provider/docs/beside-mongodbatlas.md"), "utf8");
  assert.ok(page.includes(`| ${resources.length} resources and ${functions.length} functions: `));
  assert.ok(page.includes(`version ${version.split(".").slice(0, 2).join(".")}.`));
});

describe("an editor", () => {
  const program = [
    'import { ProjectUser, getProjectUsers } from "mongodbatlas-dynamic";',
    'new ProjectUser("ada", { projectId: "", username: "", roles: [] });',
    'new ProjectUser("grace", { /* here */ });',
    'getProjectUsers({ projectId: "" });',
  ].join("\n");
  const editor = new Editor(new Map([["program", program]]));

  test("shows over a resource what it is, how it behaves, and one example", () => {
    const { signature, documentation, tags } = editor.hover("program", "ProjectUser", "new ");
    assert.match(signature, /new ProjectUser\(name: string, args: ProjectUserArgs, options\?/);
    assert.match(documentation, /^A user is a member of a project with exactly these roles/);
    const behaviour = resourceParts.slice(0, 6);
    assert.deepEqual(partsIn(documentation, behaviour), behaviour);
    assert.match(tags["example"] ?? "", /^```typescript\nnew ProjectUser\("ada", \{[^`]*\n```$/);
  });

  test("shows over an argument and beside a completion what it means", () => {
    const meaning = /^The roles that the user has in the project, at least one, such as `GROUP_READ_ONLY`/;
    assert.match(editor.hover("program", "roles").documentation, meaning);
    assert.match(editor.completion("program", "roles", "/* here */").documentation, meaning);
  });

  test("shows over a function what it does, and one example", () => {
    const { documentation, tags } = editor.hover("program", "getProjectUsers", "\ngetProjectUsers");
    assert.match(documentation, /^Lists the members of a project/);
    assert.match(tags["example"] ?? "", /^```typescript\n[^`]*getProjectUsers[^`]*\n```$/);
  });
});

function isResource(value: unknown): boolean {
  return typeof value === "function" && value.prototype instanceof pulumi.CustomResource;
}
