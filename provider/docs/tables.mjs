// `npm run docs` calls this when typedoc has written the reference: it fills the tables of other pages that repeat what
// the reference says. They lie between `<!-- generated: name -->` and `<!-- end -->`.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/** The pages, from the root of the repository. */
export const pages = ["README.md", "provider/docs/testing.md"];

const tables = {
  resources: (rows) => [
    "| Resource | What exists in Atlas afterwards |",
    "| --- | --- |",
    ...rows
      .filter(({ kind }) => kind === "Resource")
      .map(({ name, what }) => `| [\`${name}\`](provider/docs/reference/${name}.md) | ${what} |`),
  ],
  mocks: (rows) => [
    "| In the program | Mock | By the name of |",
    "| --- | --- | --- |",
    ...rows.flatMap(({ kind, name }) => {
      const token = `\`pulumi-nodejs:dynamic/mongodbatlas:${name}\``;
      if (kind === "Resource") {
        return [`| \`new ${name}(…)\`, \`${name}.get(…)\` | \`newResource\` | ${token} |`];
      }
      if (kind === "Provider") {
        return [`| \`new ${name}(…)\` | \`newResource\` | \`pulumi:providers:pulumi-nodejs\` |`];
      }
      return kind === "Function" ? [`| \`${name}(…)\`, \`${name}Output(…)\` | \`call\` | ${token} |`] : [];
    }),
  ],
};

/** What a page has to be, by the index of the reference. */
export function filled(text, index) {
  const rows = rowsOf(index);
  return text.replace(/(<!-- generated: (\w+) -->\n).*?(<!-- end -->)/gs, (_all, begin, name, end) => {
    return `${begin}\n${tables[name](rows).join("\n")}\n\n${end}`;
  });
}

function rowsOf(index) {
  let kind = "";
  return index.split("\n").flatMap((line) => {
    kind = /^## (\w+)s$/.exec(line)?.[1] ?? kind;
    const [, name, what] = /^\| \[(\w+)\]\(\w+\.md\) \| (.*) \|$/.exec(line) ?? [];
    return name === undefined ? [] : [{ kind, name, what }];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const index = readFileSync(new URL("provider/docs/reference/README.md", root), "utf8");
  for (const page of pages) {
    const file = new URL(page, root);
    writeFileSync(file, filled(readFileSync(file, "utf8"), index));
  }
}
