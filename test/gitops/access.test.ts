import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Ajv } from "ajv";
import { readAccess } from "../../examples/gitops/access";

import program = require("../../examples/gitops/index");

const example = path.join(__dirname, "../../examples/gitops");
const shopId = "5f1b3c2a9d8e7f6a5b4c3d2e";
const org = "5f1b3c2a9d8e7f6a5b4c3d2f";
const supportId = "5f1b3c2a9d8e7f6a5b4c3d30";

let folder: string;
let file: string;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "access-"));
  file = path.join(folder, "access.yaml");
});

after(() => rm(folder, { recursive: true, force: true }));

/** The lines that stand below the first two: projects, teams and people as most tests want them. */
const head = `projects: {shop: ${shopId}}
teams: {support: {orgId: ${org}, teamId: ${supportId}}}
people:
`;

async function read(text: string | Buffer): Promise<ReturnType<typeof readAccess>> {
  await writeFile(file, text);
  return readAccess(file);
}

async function mistakesIn(text: string | Buffer): Promise<string[]> {
  const error: unknown = await read(text).catch((thrown: unknown) => thrown);
  assert.ok(pulumi.RunError.isInstance(error), `no mistake was found, but ${JSON.stringify(error)}`);
  return error.message.split("\n");
}

describe("the file that says who has access", () => {
  test("is read as it is written", async () => {
    assert.deepEqual(readAccess("access.yaml"), {
      projects: { shop: shopId },
      teams: { support: { orgId: org, teamId: supportId } },
      people: { "ada@example.com": { projects: { shop: ["GROUP_READ_ONLY"] }, teams: ["support"] } },
    });
  });

  for (const [what, text] of [
    ["empty mappings", "projects: {}\nteams: {}\npeople: {}\n"],
    ["keys with nothing behind them", "projects:\nteams:\npeople: {}\n"],
    ["no teams", "projects: {}\npeople: {}\n"],
  ] as const) {
    test(`may hold ${what}`, async () => {
      assert.deepEqual(await read(text), { projects: {}, teams: {}, people: {} });
    });
  }

  test("may hold somebody who is in a team only, and an address with signs in it", async () => {
    const { people } = await read(
      `${head}  ada@example.com: {teams: [support]}\n  o'neil+x@example.co.uk: {projects: {shop: [GROUP_OWNER]}}\n`,
    );
    assert.deepEqual(people, {
      "ada@example.com": { teams: ["support"] },
      "o'neil+x@example.co.uk": { projects: { shop: ["GROUP_OWNER"] } },
    });
  });

  test("may have labels that mean something to JavaScript", async () => {
    const { projects } = await read(
      `projects: {constructor: ${shopId}}\npeople: {ada@example.com: {projects: {constructor: [GROUP_OWNER]}}}\n`,
    );
    assert.deepEqual(projects, { constructor: shopId });
  });

  test("may have labels that YAML would take for something else than a text", async () => {
    const teams = ["2024", "1e3", "true", "null", "2024-01-01"];
    const { people } = await read(
      `projects: {}
teams:
${teams.map((label, i) => `  ${label}: {orgId: ${org}, teamId: ${supportId.slice(0, -1)}${i}}`).join("\n")}
people:
  ada@example.com: {teams: [${teams.join(", ")}]}
  bob@example.com: {teams: ['2024']}
`,
    );
    assert.deepEqual(people, { "ada@example.com": { teams }, "bob@example.com": { teams: ["2024"] } });
  });

  test("may have labels of several words, in every script", async () => {
    const labels = ["Shop (EU) blue/green 2", "R&D_1.2 + it's", "Café", "Магазин", "日本語"];
    const lines = labels.map((label, i) => `  ${JSON.stringify(label)}: ${shopId.slice(0, -1)}${i}`);
    const { projects } = await read(`projects:\n${lines.join("\n")}\npeople: {}\n`);
    assert.deepEqual(Object.keys(projects), labels);
  });

  test("may hold an address with a slash and other signs before the @, which mistakes name in full", async () => {
    const address = "ops/night~1~0%2f@example.com";
    const { people } = await read(`${head}  ${address}: {teams: [support]}\n`);
    assert.deepEqual(people, { [address]: { teams: ["support"] } });
    assert.deepEqual(
      await mistakesIn(
        `${head}  ${address}:\n    projects: {shop: [admin]}\n    role: x\n    teams: support\n`,
      ),
      [
        "access.yaml:5: 'admin' is no project role: write a project role such as GROUP_READ_ONLY",
        `access.yaml:6: unknown key 'role' of ${address}: write 'projects' or 'teams'`,
        `access.yaml:7: 'teams' of ${address} cannot be 'support': write a list of teams, such as [support]`,
      ],
    );
  });

  for (const [what, text] of [
    ["a byte order mark", `\ufeff${head}  ada@example.com: {teams: [support]}\n`],
    ["line ends of Windows", `${head}  ada@example.com: {teams: [support]}\n`.replaceAll("\n", "\r\n")],
    ["marks of the beginning and the end", `---\n${head}  ada@example.com: {teams: [support]}\n...\n`],
    ["emoji and other spaces in a comment", `${head}  ada@example.com: {teams: [support]} # ❤️\u00a0!\n`],
  ] as const) {
    test(`may have ${what}`, async () => {
      assert.deepEqual((await read(text)).people, { "ada@example.com": { teams: ["support"] } });
    });
  }

  const person = "ada@example.com";
  const wrongId = "24 hexadecimal digits (in quotes if YAML takes it for a number)";
  const cases: [what: string, text: string, ...mistakes: string[]][] = [
    [
      "an empty file",
      "# nobody yet\n",
      "access.yaml:1: the file is empty: write 'projects' and 'people', as README.md shows",
    ],
    [
      "people with nobody below, which would take all access away",
      `projects: {}\nteams: {}\npeople:\n  # ${person}: {teams: [support]}\n`,
      "access.yaml:3: 'people' cannot be empty: write an entry for each person by e-mail address, or 'people: {}' if all access is to be taken away",
    ],
    ["a tab", "projects:\n\tshop: x\n", "access.yaml:2: a tab indents this line: write spaces instead"],
    [
      "what is not YAML",
      "projects:\n  shop: a: b\n",
      "access.yaml:2: this is not YAML (Nested mappings are not allowed in compact mappings): look at the quotes, colons and spaces here and in the line above",
    ],
    [
      "a line that is not indented as the others of its kind, without complaints of those that are",
      `${head}  ${person}: {teams: [support]}\n eve@example.com: {teams: [support]}\n`,
      "access.yaml:5: this line does not begin below the others of its kind: give it, or the one above, the same spaces",
    ],
    [
      "a colon that is missing",
      `${head}  ${person}\n    teams: [support]\n`,
      "access.yaml:4: a colon is missing at the end of this line, or of the one above",
    ],
    [
      "a merge conflict",
      `${head}<<<<<<< HEAD\n  ${person}: {teams: [support]}\n=======\n>>>>>>> branch\n`,
      "access.yaml:4: a merge conflict is left here: keep one of the sides, and take out its marks",
      "access.yaml:6: a merge conflict is left here: keep one of the sides, and take out its marks",
      "access.yaml:7: a merge conflict is left here: keep one of the sides, and take out its marks",
    ],
    [
      "a space that is none, but not in a comment",
      `${head}  # a\u00a0comment\n  ${person}:\u00a0{teams: [support]}\n`,
      "access.yaml:5: an invisible character is in this line: write the line anew, with plain spaces",
    ],
    [
      "a merge conflict in a file with line ends of Windows",
      `${head}<<<<<<< HEAD\n  ${person}: {teams: [support]}\n||||||| base\n=======\n`.replaceAll(
        "\n",
        "\r\n",
      ),
      "access.yaml:4: a merge conflict is left here: keep one of the sides, and take out its marks",
      "access.yaml:6: a merge conflict is left here: keep one of the sides, and take out its marks",
      "access.yaml:7: a merge conflict is left here: keep one of the sides, and take out its marks",
    ],
    [
      "a second document after the mark of an end",
      "projects: {}\npeople: {}\n...\nmore: x\n",
      "access.yaml:4: a second document begins here: keep one, and take out the line '...'",
    ],
    [
      "a directive, which may make another thing of what follows",
      "%YAML 1.1\n---\nprojects: {}\npeople: {}\n",
      "access.yaml:1: a line that begins with % may change what YAML takes the words below for: take it out",
    ],
    [
      "what stands too deep",
      `projects: ${"[".repeat(60)}${"]".repeat(60)}\npeople: {}\n`,
      "access.yaml:1: too many lists or mappings stand in each other here: write the file as README.md shows",
    ],
    [
      "what stands deeper than the parser goes",
      `projects: ${"[".repeat(100_000)}`,
      "access.yaml:1: too many lists or mappings stand in each other here: write the file as README.md shows",
    ],
    [
      "an alias that stands for much, once for each line",
      `a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n`,
      "access.yaml:2: *a stands for something in another line: write that out here",
      "access.yaml:3: *b stands for something in another line: write that out here",
    ],
    [
      "a second document",
      "projects: {}\npeople: {}\n---\npeople: {}\n",
      "access.yaml:3: a second document begins here: keep one, and take out the line '---'",
    ],
    [
      "a tag",
      "projects: !ids {}\npeople: {}\n",
      "access.yaml:1: this is not YAML (Unresolved tag: !ids): look at the quotes, colons and spaces here and in the line above",
    ],
    [
      "aliases and merge keys",
      `${head}  ada@example.com: &ada {teams: [support]}\n  bob@example.com: *ada\n  eve@example.com:\n    <<: *ada\n`,
      "access.yaml:5: *ada stands for something in another line: write that out here",
      "access.yaml:7: '<<' takes over what is in another line: write that out here",
    ],
    [
      "a list in place of everything",
      "- ada@example.com\n",
      "access.yaml:1: the file cannot be a list: write 'projects' and 'people', and 'teams' if there are any",
    ],
    [
      "missing sections",
      "teams: {}\n",
      "access.yaml:1: the file has no 'projects': write a line 'label: id' for each project, or 'projects: {}'",
      "access.yaml:1: the file has no 'people': write an entry for each person by e-mail address, or 'people: {}' if all access is to be taken away",
    ],
    [
      "people as a list",
      `projects: {}\npeople:\n  - ${person}\n`,
      "access.yaml:2: 'people' cannot be a list: write an entry for each person by e-mail address, or 'people: {}' if all access is to be taken away",
    ],
    [
      "an unknown section",
      "projects: {}\npeople: {}\nowners: {}\n",
      "access.yaml:3: unknown key 'owners' of the file: write 'projects', 'teams' or 'people'",
    ],
    [
      "an unknown key of a person",
      `${head}  ${person}:\n    teams: [support]\n    role: GROUP_OWNER\n`,
      `access.yaml:6: unknown key 'role' of ${person}: write 'projects' or 'teams'`,
    ],
    [
      "an id that is none, and one that is a number to YAML",
      "projects:\n  shop: 5f1b\n  store: 123456789012345678901234\npeople: {}\n",
      `access.yaml:2: the id of shop cannot be '5f1b': write the project's id in Atlas, ${wrongId}`,
      `access.yaml:3: the id of store cannot be a number: write the project's id in Atlas, ${wrongId}`,
    ],
    [
      "a team that is not complete",
      `projects: {}\nteams:\n  support:\n    orgId: x\n    team: ${supportId}\n  ops: ${supportId}\npeople: {}\n`,
      `access.yaml:3: the team support has no 'teamId': write the team's id in Atlas, ${wrongId}`,
      `access.yaml:4: the orgId of the team support cannot be 'x': write the organization's id in Atlas, ${wrongId}`,
      "access.yaml:5: unknown key 'team' of the team support: write 'orgId', 'teamId', 'exclusive', 'ignore', 'maxRemovals' or 'removed'",
      `access.yaml:6: the team ops cannot be '${supportId}': write 'orgId' and 'teamId', a line each`,
    ],
    [
      "the same key twice",
      `projects:\n  shop: ${shopId}\n  shop: ${org}\npeople: {}\npeople: {}\n`,
      "access.yaml:3: shop is there already, in line 2: keep one of the two",
      "access.yaml:5: people is there already, in line 4: keep one of the two",
    ],
    [
      "a person twice, in another case",
      `${head}  ${person}: {teams: [support]}\n  ADA@example.com: {projects: {shop: [GROUP_OWNER]}}\n`,
      "access.yaml:5: ADA@example.com is there already, in line 4: keep one entry, with everything that this person may do",
    ],
    [
      "what is no e-mail address",
      `${head}  ada: {teams: [support]}\n  ada@localhost: {teams: [support]}\n`,
      "access.yaml:4: 'ada' is no e-mail address: write an e-mail address such as ada@example.com",
      "access.yaml:5: 'ada@localhost' is no e-mail address: write an e-mail address such as ada@example.com",
    ],
    [
      "a person with nothing",
      `${head}  ${person}:\n  bob@example.com: {}\n  eve@example.com: {projects: {}, teams: []}\n`,
      `access.yaml:4: ${person} cannot be empty: write 'projects' with roles below it, or 'teams', or both; or take the person out`,
      "access.yaml:5: bob@example.com has no project and no team: write one, or take the person out",
      "access.yaml:6: eve@example.com has no project and no team: write one, or take the person out",
    ],
    [
      "a text or nothing in place of a list",
      `${head}  ${person}:\n    projects:\n      shop: GROUP_OWNER\n    teams: support\n  bob@example.com: {projects: {shop: []}}\n  eve@example.com: {projects: shop}\n`,
      `access.yaml:6: the roles of ${person} in shop cannot be 'GROUP_OWNER': write a list of at least one project role, such as [GROUP_READ_ONLY], or take the line out`,
      `access.yaml:7: 'teams' of ${person} cannot be 'support': write a list of teams, such as [support]`,
      "access.yaml:8: the roles of bob@example.com in shop cannot be an empty list: write a list of at least one project role, such as [GROUP_READ_ONLY], or take the line out",
      "access.yaml:9: 'projects' of eve@example.com cannot be 'shop': write a line 'label: [roles]' for each project, such as 'shop: [GROUP_READ_ONLY]'",
    ],
    [
      "a role of the organization",
      `${head}  ${person}: {projects: {shop: [ORG_OWNER]}}\n`,
      "access.yaml:4: ORG_OWNER is a role of the organization, and this is a project's list: write a project role such as GROUP_OWNER, or give it in Atlas under the organization's users",
    ],
    [
      "a role that is a letter from another",
      `${head}  ${person}: {projects: {shop: [GROUP_OWNR]}}\n`,
      "access.yaml:4: GROUP_OWNR is no role that is known here: write GROUP_OWNER",
    ],
    [
      "what begins as a role",
      `${head}  ${person}: {projects: {shop: [GROUP_Owner]}}\n`,
      "access.yaml:4: 'GROUP_Owner' is no project role: write a project role such as GROUP_OWNER",
    ],
    [
      "a role that nobody knows",
      `${head}  ${person}: {projects: {shop: [GROUP_ADMIN]}}\n`,
      "access.yaml:4: GROUP_ADMIN is no role that is known here: write one that access.schema.json lists, or add it there if Atlas has it now",
    ],
    [
      "a space that is missing after a colon",
      `${head}  ${person}:\n    projects:\n      online shop:[GROUP_OWNER]\n`,
      `access.yaml:5: 'projects' of ${person} cannot be 'online shop:[GROUP_OWNER]': write a space after the colon`,
    ],
    [
      "what is no role",
      `${head}  ${person}:\n    projects:\n      shop:\n        - Project Data Access Admin\n        - admin\n        - 7\n`,
      "access.yaml:7: 'Project Data Access Admin' is no project role: write a project role such as GROUP_DATA_ACCESS_ADMIN",
      "access.yaml:8: 'admin' is no project role: write a project role such as GROUP_READ_ONLY",
      `access.yaml:9: a role of ${person} in shop cannot be a number: write a project role such as GROUP_READ_ONLY`,
    ],
    [
      "a role and a team twice",
      `${head}  ${person}:\n    projects: {shop: [GROUP_OWNER, GROUP_OWNER]}\n    teams: [support, support]\n`,
      "access.yaml:5: GROUP_OWNER is there already, in line 5: keep one of the two",
      "access.yaml:6: support is there already, in line 6: keep one of the two",
    ],
    [
      "labels that are not declared",
      `projects: {shop: ${shopId}, billing: ${org}}\npeople:\n  ${person}:\n    projects: {shopp: [GROUP_OWNER]}\n    teams: [support]\n`,
      "access.yaml:4: shopp is not among the projects: write shop or billing, or declare it under 'projects' at the top",
      "access.yaml:5: support is not among the teams: declare it under 'teams' at the top",
    ],
    [
      "limits where the file is not the whole truth, and nobody where it is",
      `projects:\n  shop: {projectId: ${shopId}, ignore: ["*@x.example"]}\n  store: {projectId: ${org}, exclusive: true}\nteams:\n  ops: {orgId: ${org}, teamId: ${supportId}, exclusive: false, maxRemovals: 3}\npeople: {}\n`,
      "access.yaml:2: ignore of shop means nothing without 'exclusive: true': write both, or take the line out",
      "access.yaml:3: store is exclusive and has nobody: give somebody access, or take 'exclusive' out",
      "access.yaml:5: maxRemovals of ops means nothing without 'exclusive: true': write both, or take the line out",
    ],
    [
      "access to what is removed",
      `projects:\n  shop: {projectId: ${shopId}, removed: true, exclusive: true}\nteams: {support: {orgId: ${org}, teamId: ${supportId}, removed: true}}\npeople:\n  ${person}:\n    projects: {shop: [GROUP_OWNER]}\n    teams: [support]\n`,
      "access.yaml:2: shop cannot be exclusive and removed: keep one of the two",
      `access.yaml:6: ${person} has access to shop, which is removed: take it away here, or take 'removed' out`,
      `access.yaml:7: ${person} has access to support, which is removed: take it away here, or take 'removed' out`,
    ],
    [
      "a project that is not complete",
      `projects:\n  shop: {id: ${shopId}}\n  store: {projectId: 7, ignore: [x], maxRemovals: -1}\n  other: 7\npeople: {}\n`,
      "access.yaml:2: the project shop has no 'projectId': write the project's id in Atlas, 24 hexadecimal digits (in quotes if YAML takes it for a number)",
      "access.yaml:2: unknown key 'id' of the project shop: write 'projectId', 'exclusive', 'ignore', 'maxRemovals' or 'removed'",
      "access.yaml:3: the projectId of the project store cannot be a number: write the project's id in Atlas, 24 hexadecimal digits (in quotes if YAML takes it for a number)",
      "access.yaml:3: an address under 'ignore' of the project store cannot be 'x': write an e-mail address in which * is any text, such as '*@partner.example.com'",
      "access.yaml:3: the maxRemovals of the project store cannot be a number: write a whole number, such as 10",
      "access.yaml:3: ignore of store means nothing without 'exclusive: true': write both, or take the line out",
      "access.yaml:3: maxRemovals of store means nothing without 'exclusive: true': write both, or take the line out",
      "access.yaml:4: the id of other cannot be a number: write the project's id in Atlas, 24 hexadecimal digits (in quotes if YAML takes it for a number)",
    ],
    [
      "one project and one team under two labels",
      `projects:\n  shop: ${shopId}\n  store: ${shopId.toUpperCase()}\nteams:\n  a: {orgId: ${org}, teamId: ${supportId}}\n  b: {orgId: ${org}, teamId: ${supportId}}\npeople: {}\n`,
      "access.yaml:3: store has the id of shop, in line 2: keep one of the two labels, or write another id",
      "access.yaml:6: b has the id of a, in line 5: keep one of the two labels, or write another id",
    ],
  ];
  for (const [what, text, ...mistakes] of cases) {
    test(`is refused for ${what}`, async () => {
      assert.deepEqual(await mistakesIn(text), mistakes);
    });
  }

  const anew = "is in this line, so it may not say what it shows: write the line anew";
  for (const [code, what] of [
    ["U+202E", "a character that turns the direction of the text"],
    ["U+2066", "a character that turns the direction of the text"],
    ["U+2069", "a character that turns the direction of the text"],
    ["U+061C", "a character that turns the direction of the text"],
    ["U+200F", "a character that turns the direction of the text"],
    ["U+00AD", "an invisible character"],
    ["U+200B", "an invisible character"],
    ["U+200D", "an invisible character"],
    ["U+FEFF", "an invisible character"],
    ["U+E0041", "an invisible character"],
    ["U+2028", "an invisible character"],
    ["U+3164", "an invisible character"],
    ["U+001B", "a control character"],
    ["U+0000", "a control character"],
    ["U+0085", "a control character"],
    ["U+000D", "a carriage return without a line feed"],
    ["U+FFFD", "the trace of a character that was lost in another encoding"],
  ] as const) {
    const hidden = String.fromCodePoint(Number.parseInt(code.slice(2), 16));
    test(`is refused for ${code}, wherever it stands`, async () => {
      for (const [line, text] of [
        [1, `projects: {"sh${hidden}op": ${shopId}}\npeople: {}\n`],
        [4, `${head}  a${hidden}da@example.com: {teams: [support]}\n`],
        [4, `${head}  ${person}: {projects: {shop: [GROUP_${hidden}OWNER]}}\n`],
        [5, `${head}  ${person}: {teams: [support]}\n  # not${hidden}hing\n`],
        [4, `${head}  ${person}: {teams: [support]} #${hidden}!\n`],
      ] as const) {
        assert.deepEqual(await mistakesIn(text), [`access.yaml:${line}: ${what} (${code}) ${anew}`]);
      }
    });
  }

  test("is refused for what an escape or a text of several lines hides in a value", async () => {
    assert.deepEqual(
      await mistakesIn(
        `projects:\n  "sh\\u202Eop": ${shopId}\n  ? |\n    a\n    b\n  : ${org}\npeople:\n  ${person}: {teams: ["sup # \u00a0port", "\\uD800"]}\n`,
      ),
      [
        "access.yaml:2: 'sh\\u{202e}op' holds a character that turns the direction of the text (U+202E): write it without",
        "access.yaml:3: 'a\\u{a}b\\u{a}' holds a control character (U+000A): write it without",
        "access.yaml:8: 'sup # \\u{a0}port' holds a space that is not the plain one (U+00A0): write it without",
        "access.yaml:8: '\\u{d800}' holds a character that has no shape (U+D800): write it without",
      ],
    );
  });

  const advice = "write at most 4 words of letters, digits and - _ . / ( ) & + ', such as 'online shop'";
  for (const [label, flaw] of [
    ["www.example.com", "is a link"],
    ["see http://example.com", "is a link"],
    ["@ada", "has an @, which calls somebody"],
    ["acme.@ada", "has an @, which calls somebody"],
    ["[shop](x)", "has a [ in it"],
    ["<b>shop</b>", "has a < in it"],
    ["**shop**", "has a * in it"],
    ["`shop`", "has a ` in it"],
    ["a | b", "has a | in it"],
    ["shop#1", "has a # in it"],
    ["&commat;ada", "has a ; in it"],
    ["nothing changes here, merge it", "has a , in it"],
    ["nothing changes here merge it", "has more than 4 words"],
    ["Shop. Merge it", "is a sentence"],
    ["a  b", "has spaces at an end or beside each other"],
    [" shop", "has spaces at an end or beside each other"],
    ["_shop_", "does not begin with a letter or a digit"],
    ["__proto__", "does not begin with a letter or a digit"],
    ["", "does not begin with a letter or a digit"],
    ["sh\u043ep", "has letters of two alphabets, some of which look alike"],
    ["cafe\u0301", "has an accent as a character of its own, which looks the same and is not"],
    ["x".repeat(65), "is longer than 64 characters"],
  ] as const) {
    test(`is refused for a label such as '${label}'`, async () => {
      assert.deepEqual(
        await mistakesIn(
          `projects:\n  ${JSON.stringify(label)}: ${shopId}\nteams:\n  ${JSON.stringify(label)}: {orgId: ${org}, teamId: ${supportId}}\npeople: {}\n`,
        ),
        [
          `access.yaml:2: the label '${label}' ${flaw}: ${advice}`,
          `access.yaml:4: the label '${label}' ${flaw}: ${advice}`,
        ],
      );
    });
  }

  test("is refused for an address that is none, with what makes it look like one", async () => {
    const long = `${"a".repeat(250)}@example.com`;
    assert.deepEqual(
      await mistakesIn(
        `${head}  \u0430da@example.com: {teams: [support]}\n  ${long}: {teams: [support]}\n  ada@-example.com: {teams: [support]}\n`,
      ),
      [
        "access.yaml:4: '\u0430da@example.com' has a character that is none of an e-mail address, \u0430 (U+0430): write an e-mail address such as ada@example.com",
        `access.yaml:5: '${"a".repeat(80)}…' is longer than 254 characters: write an e-mail address such as ada@example.com`,
        "access.yaml:6: 'ada@-example.com' is no e-mail address: write an e-mail address such as ada@example.com",
      ],
    );
  });

  const save =
    "and a review shows no changes of such a file: save it as UTF-8 (in Windows PowerShell write '| Out-File -Encoding utf8 access.yaml' in place of '> access.yaml')";
  const inUtf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
  for (const [what, bytes, encoding] of [
    ["UTF-16 with a mark", inUtf16(`\ufeff${head}`), "UTF-16 (little endian)"],
    ["UTF-16 without a mark", inUtf16(head), "UTF-16 (little endian)"],
    ["UTF-16 with a mark, big end first", inUtf16(`\ufeff${head}`).swap16(), "UTF-16 (big endian)"],
    ["UTF-16 without a mark, big end first", inUtf16(head).swap16(), "UTF-16 (big endian)"],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x70, 0, 0, 0]), "UTF-32"],
  ] as const) {
    test(`is refused in ${what}, with what makes it UTF-8`, async () => {
      assert.deepEqual(await mistakesIn(bytes), [`access.yaml:1: the file is in ${encoding}, ${save}`]);
    });
  }

  test("is refused with a letter in Latin-1", async () => {
    assert.deepEqual(
      await mistakesIn(Buffer.from(`${head}  # é\n  ${person}: {teams: [support]}\n`, "latin1")),
      [
        "access.yaml:4: this line is not in UTF-8, but perhaps in Latin-1 or Windows-1252: save the file as UTF-8, and look whether its letters with accents are still right",
      ],
    );
  });

  test("is refused before it is parsed where it is too large", async () => {
    const start = performance.now();
    assert.deepEqual(await mistakesIn(`projects: {}\npeople:\n${"  a@example.com: {}\n".repeat(500_000)}`), [
      `${file} has 10.0 MB, and may have 1 MB: divide it between stacks, or name another with 'pulumi config set accessFile'`,
    ]);
    assert.ok(performance.now() - start < 2_000, "parsing it takes half a minute");
  });

  test("shows up to a thousand mistakes, and counts the others", async () => {
    const people = (count: number): string =>
      Array.from({ length: count }, (_, i) => `  p${i}: {projects: {shop: [GROUP_OWNER]}}\n`).join("");
    const thousand = await mistakesIn(head + people(1_000));
    assert.equal(thousand.length, 1_000);
    assert.match(thousand.at(-1) ?? "", /^access\.yaml:1003: 'p999' is no e-mail address/);
    const more = await mistakesIn(head + people(1_002));
    assert.deepEqual(
      [more.length, more.at(-1)],
      [1_001, "There are 2 more: mend these first, and look again."],
    );
  });

  test("proposes the labels that are nearest where there are many", async () => {
    const labels = Array.from({ length: 20 }, (_, i) => `project-${String.fromCodePoint(97 + i).repeat(4)}`);
    const projects = labels.map((label, i) => `  ${label}: ${shopId.slice(0, -2)}${10 + i}`).join("\n");
    const [mistake = ""] = await mistakesIn(
      `projects:\n${projects}\npeople:\n  ${person}: {projects: {project-ccc: [GROUP_OWNER]}}\n`,
    );
    assert.match(mistake, /^access\.yaml:23: project-ccc is not among the projects: write .*project-cccc/);
    assert.equal(mistake.match(/project-\w{4}/g)?.length, 8);
  });

  test("is refused for everything at once, in the order of the lines", async () => {
    const lines = await mistakesIn(
      `projects: {shop: 1}\npeople:\n  bob: {teams: [x]}\n  ${person}: {projects: {shop: [ORG_OWNER]}, role: x}\n  ADA@example.com:\nteam: {}\n`,
    );
    assert.deepEqual(
      lines.map((line) => line.slice(0, 34)),
      [
        "access.yaml:1: the id of shop cann",
        "access.yaml:3: 'bob' is no e-mail ",
        "access.yaml:3: x is not among the ",
        "access.yaml:4: unknown key 'role' ",
        "access.yaml:4: ORG_OWNER is a role",
        "access.yaml:5: ADA@example.com is ",
        "access.yaml:5: ADA@example.com can",
        "access.yaml:6: unknown key 'team' ",
      ],
    );
  });

  test("is missed with its whole path", () => {
    const missing = path.join(folder, "missing.yaml");
    assert.throws(() => readAccess(missing), {
      message: `${missing} is not there: write it, or name another with 'pulumi config set accessFile'`,
    });
  });
});

describe("the schema", () => {
  test("is one of draft 7, and a message stands wherever something can be wrong", async () => {
    const schema = JSON.parse(await readFile(path.join(example, "access.schema.json"), "utf8")) as object;
    const ajv = new Ajv();
    assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
    const without: string[] = [];
    const look = (part: unknown, at: string): void => {
      if (typeof part !== "object" || part === null) {
        return;
      }
      if ("type" in part && typeof part.type !== "object" && !("errorMessage" in part)) {
        without.push(at);
      }
      for (const [key, value] of Object.entries(part)) {
        if (key !== "examples") {
          look(value, `${at}/${key}`);
        }
      }
    };
    look(schema, "#");
    assert.deepEqual(without, []);
  });

  test("is named by the first line of the file, where editors look", async () => {
    const [first] = (await readFile(path.join(example, "access.yaml"), "utf8")).split("\n");
    assert.equal(first, "# yaml-language-server: $schema=./access.schema.json");
  });
});

describe("the program", () => {
  let events: string[];
  let inputs: Record<string, unknown>;
  /** What the last deployment has exported. */
  let before: object;

  beforeEach(async () => {
    events = [];
    inputs = {};
    before = {};
    const mocks: pulumi.runtime.Mocks = {
      newResource: async ({ type, name, inputs: given }) => {
        const kind = type.split(":").at(-1);
        // Not inputs of the user's, but the line that refers to the package, and where the resource is declared.
        const { __provider, __declaredAs, ...rest } = given as Record<string, unknown>;
        inputs[name] = rest;
        events.push(`${kind} ${name}`);
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`${kind} is there`);
        return { id: name, state: given };
      },
      call: ({ token }) => (token === "pulumi:pulumi:readStackOutputs" ? { outputs: before } : {}),
    };
    await pulumi.runtime.setMocks(mocks, "project", "stack", false, "organization");
  });

  const run = async (text: string): Promise<unknown> => {
    await writeFile(file, text);
    pulumi.runtime.setAllConfig({ "project:accessFile": file });
    const outputs = await program();
    await pulumi.runtime.disconnect();
    return outputs;
  };

  test("names resources by ids in lower case, and puts somebody into a project first and into teams then", async () => {
    const outputs = await run(
      `projects: {shop: ${shopId.toUpperCase()}}\nteams: {support: {orgId: ${org}, teamId: ${supportId}}}\npeople:\n  Ada@Example.com: {projects: {shop: [GROUP_OWNER]}, teams: [support]}\n`,
    );
    assert.deepEqual(outputs, {
      atlas: {
        projects: { shop: shopId },
        teams: { support: { orgId: org, teamId: supportId } },
      },
    });
    assert.deepEqual(events, [
      `ProjectUser ${shopId}/ada@example.com`,
      "ProjectUser is there",
      `TeamUser ${org}/${supportId}/ada@example.com`,
      "TeamUser is there",
    ]);
    assert.deepEqual(inputs, {
      [`${shopId}/ada@example.com`]: {
        projectId: shopId,
        username: "Ada@Example.com",
        roles: ["GROUP_OWNER"],
      },
      [`${org}/${supportId}/ada@example.com`]: { orgId: org, teamId: supportId, username: "Ada@Example.com" },
    });
  });

  test("declares the same under other labels", async () => {
    await run(`projects: {one: ${shopId}}\npeople:\n  ada@example.com: {projects: {one: [GROUP_OWNER]}}\n`);
    const first = inputs;
    inputs = {};
    await run(
      `projects: {other: ${shopId}}\npeople:\n  ada@example.com: {projects: {other: [GROUP_OWNER]}}\n`,
    );
    assert.deepEqual(inputs, first);
  });

  const whole = `projects: {shop: {projectId: ${shopId}, exclusive: true, ignore: ["*@partner.example.com"], maxRemovals: 3}}
teams: {support: {orgId: ${org}, teamId: ${supportId}, exclusive: true}}
people:
  Ada@Example.com: {projects: {shop: [GROUP_OWNER]}, teams: [support]}
  bob@example.com: {projects: {shop: [GROUP_READ_ONLY]}}
`;

  test("declares all users of what the file is the whole truth about by one resource each", async () => {
    await run(whole);
    assert.deepEqual(events, [
      `ProjectUsers ${shopId}`,
      "ProjectUsers is there",
      `TeamUsers ${org}/${supportId}`,
      "TeamUsers is there",
    ]);
    assert.deepEqual(inputs, {
      [shopId]: {
        projectId: shopId,
        users: { "Ada@Example.com": ["GROUP_OWNER"], "bob@example.com": ["GROUP_READ_ONLY"] },
        ignore: ["*@partner.example.com"],
        maxRemovals: 3,
      },
      [`${org}/${supportId}`]: { orgId: org, teamId: supportId, usernames: ["Ada@Example.com"] },
    });
  });

  test("stops where a project or team of the last deployment is not in the file any more", async () => {
    before = { atlas: { projects: { shop: shopId }, teams: { support: { orgId: org, teamId: supportId } } } };
    await assert.rejects(run("projects: {}\npeople: {}\n"), {
      message: [
        `${file}: the project shop is not there any more, and everybody would lose the access that the file gave there: write it again, or write 'shop: { projectId: "${shopId}", removed: true }' under 'projects' if that is what you want`,
        `${file}: the team support is not there any more, and everybody would lose the access that the file gave there: write it again, or write 'support: { orgId: "${org}", teamId: "${supportId}", removed: true }' under 'teams' if that is what you want`,
      ].join("\n"),
    });
    await pulumi.runtime.disconnect();
    assert.deepEqual(events, []);
  });

  test("goes on where it has another label, or the file says that it is removed, and forgets it then", async () => {
    before = {
      atlas: {
        projects: { shop: shopId.toUpperCase() },
        teams: { support: { orgId: org, teamId: supportId } },
      },
    };
    const outputs = await run(
      `projects: {store: ${shopId}}\nteams: {support: {orgId: ${org}, teamId: ${supportId}, removed: true}}\npeople: {}\n`,
    );
    assert.deepEqual(outputs, { atlas: { projects: { store: shopId }, teams: {} } });
  });

  test("declares nothing where the file has a mistake, however late in it", async () => {
    await assert.rejects(run(`${head}  ada@example.com: {teams: [support]}\n  bob: {teams: [support]}\n`), {
      message: "access.yaml:5: 'bob' is no e-mail address: write an e-mail address such as ada@example.com",
    });
    await pulumi.runtime.disconnect();
    assert.deepEqual(events, []);
  });
});
