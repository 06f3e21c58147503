import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import ts from "typescript";

const root = path.join(__dirname, "..");
const longestFile = 250;
const longestFunction = 60;

/** The source files of the package, parsed, by their paths from the root on with `/`. */
const sources = new Map(
  readdirSync(path.join(root, "provider"), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|js|mjs)$/.test(file))
    .map((file) => {
      const name = path.posix.join("provider", file.split(path.sep).join("/"));
      const text = readFileSync(path.join(root, name), "utf8");
      return [name, ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true)] as const;
    }),
);

/** Lines from the one on which something starts, comments left out, to the one on which it ends. */
function linesOf(node: ts.Node, source: ts.SourceFile): number {
  const line = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  return line(node.getEnd()) - line(node.getStart(source)) + 1;
}

/** Every node of a tree. */
function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) {
    yield* nodesOf(child);
  }
}

/** What a file imports, exports again or requires, types included, as it is written. */
function specifiersOf(source: ts.SourceFile): string[] {
  return [...nodesOf(source)].flatMap((node) => {
    const [argument] =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? [node.moduleSpecifier]
        : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
          ? [node.argument.literal]
          : ts.isCallExpression(node) && /^(require|import)$/.test(node.expression.getText(source))
            ? node.arguments
            : [];
    return argument !== undefined && ts.isStringLiteralLike(argument) ? [argument.text] : [];
  });
}

/** The source files that a file needs. */
function neededBy(name: string, source: ts.SourceFile): string[] {
  return specifiersOf(source)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => path.posix.join(path.posix.dirname(name), specifier))
    .flatMap((target) => [target, `${target}.ts`].filter((file) => sources.has(file)));
}

/** Cycles of a graph, each from its first name on: at least one wherever there are any. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles = new Set<string>();
  const done = new Set<string>();
  const visit = (name: string, above: readonly string[]): void => {
    const at = above.indexOf(name);
    if (at >= 0) {
      const cycle = above.slice(at);
      const first = cycle.indexOf([...cycle].sort()[0] ?? "");
      cycles.add([...cycle.slice(first), ...cycle.slice(0, first), cycle[first]].join(" → "));
    } else if (!done.has(name)) {
      for (const needed of graph.get(name) ?? []) {
        visit(needed, [...above, name]);
      }
      done.add(name);
    }
  };
  for (const name of graph.keys()) {
    visit(name, []);
  }
  return [...cycles];
}

describe("the source of the package", () => {
  test(`has no file of more than ${longestFile} lines`, () => {
    const lines = [...sources].map(([name, { text }]) => [name, text.split("\n").length - 1] as const);
    assert.ok(lines.length > 100);
    assert.deepEqual(
      lines.filter(([, count]) => count > longestFile),
      [],
    );
  });

  test(`has no function of more than ${longestFunction} lines`, () => {
    const functions = [...sources].flatMap(([name, source]) =>
      [...nodesOf(source)].filter(ts.isFunctionLike).map((node) => {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
        return { at: `${name}:${line + 1}`, lines: linesOf(node, source) };
      }),
    );
    assert.ok(functions.length > 1_000);
    assert.deepEqual(
      functions.filter(({ lines }) => lines > longestFunction),
      [],
    );
  });

  test("names resources in no room but their own: the commands know them by the entry lists, but for what adopt prints", () => {
    const names = readdirSync(path.join(root, "provider/resources"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .filter(({ name }) => sources.has(`provider/resources/${name}/resource.ts`))
      .flatMap(({ name }) => [name, `${name.charAt(0).toUpperCase()}${name.slice(1)}`]);
    assert.ok(names.includes("ProjectUser"));
    const named = [...sources]
      .filter(([file]) => file.startsWith("provider/cli/") || file.startsWith("provider/atlas/"))
      .filter(([, source]) =>
        [...nodesOf(source)].some((node) => ts.isStringLiteralLike(node) && names.includes(node.text)),
      )
      .map(([file]) => file);
    assert.deepEqual(named, ["provider/cli/commands/accessProgram.ts"]);
  });

  test("has no cycle of imports, types included", () => {
    const graph = new Map([...sources].map(([name, source]) => [name, neededBy(name, source)]));
    assert.ok([...graph.values()].flat().length > 300);
    assert.deepEqual(cyclesOf(graph), []);
  });
});

test("a cycle of imports is found, from wherever it is entered", () => {
  const graph = new Map([
    ["main", ["b"]],
    ["a", ["b"]],
    ["b", ["c", "leaf"]],
    ["c", ["a", "c"]],
    ["leaf", []],
  ]);
  assert.deepEqual(cyclesOf(graph), ["a → b → c → a", "c → c"]);
});
