import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Declarations } from "../../../provider/resources/handler/declarations";
import { ProcessFiles } from "../../../provider/resources/handler/otherProcesses";

const engine = "127.0.0.1:1234";
const ada = "project user/1/ada@example.com";

let root: string;
let mine: ProcessFiles;
let theirs: ProcessFiles;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "processes-"));
  mine = new ProcessFiles(engine, { root });
  // A process that is alive.
  theirs = new ProcessFiles(engine, { root, pid: process.ppid });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The only file below the folder, by its path. */
function file(): string {
  const [folder = ""] = readdirSync(root);
  const [name = ""] = readdirSync(path.join(root, folder));
  return path.join(root, folder, name);
}

describe("what the provider processes of a run tell each other", () => {
  test("is who declares what, as soon as it is told, and not what a process itself has told", () => {
    assert.deepEqual(mine.declarersOf(ada), []);
    theirs.tell({ things: [ada], declaredAs: "type::adä" });
    mine.tell({ things: ["project user/1/bob@example.com"], declaredAs: "type::bob" });
    assert.deepEqual(mine.declarersOf(ada), ["type::adä"]);
    assert.deepEqual(theirs.declarersOf(ada), []);
    theirs.tell({ things: [ada], declaredAs: "type::other" });
    assert.deepEqual(mine.declarersOf(ada), ["type::adä", "type::other"]);
  });

  test("is what is settled, and with what", () => {
    theirs.tell({ settled: "link/1", foundWith: "token" });
    assert.equal(mine.isSettled("link/1"), true);
    assert.equal(mine.isSettled("link/2"), false);
    assert.equal(mine.isFoundWithOther("link/1", "token"), false);
    assert.equal(mine.isFoundWithOther("link/1", "old token"), true);
    assert.deepEqual(mine.declarersOf("link/1"), []);
  });

  test("has no name in clear, and another run cannot compare it with its own", () => {
    theirs.tell({ things: [ada], declaredAs: "type::a", settled: "link/1", foundWith: "secret-token" });
    const text = readFileSync(file(), "utf8");
    assert.doesNotMatch(text, /ada@|secret-token/);
    const other = new ProcessFiles("127.0.0.1:9", { root, pid: process.ppid });
    other.tell({ things: [ada], declaredAs: "type::a" });
    const hashes = readdirSync(root).map(
      (folder) =>
        JSON.parse(readFileSync(path.join(root, folder, String(process.ppid)), "utf8").split("\n")[0] ?? "")
          .thing,
    );
    assert.equal(new Set(hashes).size, 2);
  });

  test("counts no more when a process has ended, in whichever way", () => {
    theirs.tell({ things: [ada], declaredAs: "type::a" });
    // Linux gives no process this number.
    const killed = new ProcessFiles(engine, { root, pid: 2 ** 30 });
    killed.tell({ things: [ada], declaredAs: "type::killed" });
    assert.deepEqual(mine.declarersOf(ada), ["type::a"]);
    theirs.end();
    killed.end();
    assert.deepEqual([mine.declarersOf(ada), readdirSync(root)], [[], []]);
  });

  test("is read line by line, also while one is being written", () => {
    theirs.tell({ things: ["a"], declaredAs: "type::a" });
    assert.deepEqual(mine.declarersOf("a"), ["type::a"]);
    const [line = ""] = readFileSync(file(), "utf8").split("\n");
    appendFileSync(file(), line.slice(0, 20));
    assert.deepEqual(mine.declarersOf("a"), ["type::a"]);
    appendFileSync(file(), `${line.slice(20)}\n`);
    assert.deepEqual(mine.declarersOf("a"), ["type::a", "type::a"]);
  });

  test("is an error only for a process that is certainly not alone", () => {
    const blocked = path.join(root, "file");
    writeFileSync(blocked, "");
    const alone = new ProcessFiles(engine, { root: blocked });
    alone.tell({ things: [ada] });
    alone.isNeeded = true;
    assert.throws(
      () => alone.tell({ things: [ada] }),
      /^Error: The provider processes of this run cannot tell each other what they declare: .*\. Make room in the folder for temporary files, or set TMPDIR to another one\.$/,
    );
  });

  test("is not put where somebody else has made the folder", { skip: process.getuid?.() !== 0 }, () => {
    theirs.tell({ things: [ada] });
    const folder = path.dirname(file());
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    require("node:fs").chownSync(folder, 12_345, 12_345);
    chmodSync(folder, 0o777);
    const late = new ProcessFiles(engine, { root });
    late.isNeeded = true;
    assert.throws(() => late.tell({ things: [ada] }), /belongs to another user/);
  });
});

describe("declarations of two processes", () => {
  test("keep what the other one declares, members of a whole included, and refuse a second declaration", () => {
    const here = new Declarations(mine);
    const there = new Declarations(theirs);
    assert.equal(there.declare(ada, "type::ada"), undefined);
    assert.deepEqual(here.find([ada]), { declaredAs: "type::ada" });
    assert.deepEqual(here.declare(ada, "type::ada-2"), { declaredAs: "type::ada" });
    there.declareWhole(
      { place: "project user/2", names: ["Bob@example.com"], ignores: () => false },
      "type::all",
    );
    assert.deepEqual(here.find(["project user/2/bob@example.com"]), { declaredAs: "type::all" });
    const rival = here.declareWhole(
      { place: "project user/1", names: ["ada@example.com"], ignores: () => false },
      "type::all-1",
    );
    assert.deepEqual(rival, { declaredAs: "type::ada", name: "ada@example.com" });
  });

  test("do not mistake the process of the preview, which may not have ended, for another declaration", () => {
    new Declarations(theirs).declare(ada, "type::ada");
    assert.equal(new Declarations(mine).declare(ada, "type::ada"), undefined);
  });
});
