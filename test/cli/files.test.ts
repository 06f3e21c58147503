import assert from "node:assert/strict";
import fs, {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, type TestContext, test } from "node:test";
import { replaceFile } from "../../provider/cli/files";

describe("a file is replaced", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "replaced-"));
    file = path.join(folder, "access.ts");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const fullDisk = (context: TestContext, failing: "writeSync" | "fsyncSync") =>
    context.mock.method(fs, failing, () => {
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    });

  test("by a new one, and nothing is left beside it", () => {
    replaceFile(file, "first");
    replaceFile(file, "second");
    assert.equal(readFileSync(file, "utf8"), "second");
    assert.deepEqual(readdirSync(folder), ["access.ts"]);
  });

  for (const failing of ["writeSync", "fsyncSync"] as const) {
    test(`not at all when the disk is full (${failing})`, (context) => {
      writeFileSync(file, "as it was");
      fullDisk(context, failing);
      assert.throws(() => replaceFile(file, "new"), {
        message: `${file} cannot be written: no space is left on the disk (ENOSPC).`,
      });
      assert.equal(readFileSync(file, "utf8"), "as it was");
      assert.deepEqual(readdirSync(folder), ["access.ts"]);
    });
  }

  test("with the permissions that it had", () => {
    writeFileSync(file, "as it was");
    chmodSync(file, 0o640);
    replaceFile(file, "new");
    assert.equal(statSync(file).mode & 0o777, 0o640);
  });

  test("where a link leads to, which stays a link", () => {
    const link = path.join(folder, "link.ts");
    symlinkSync("access.ts", link);
    replaceFile(link, "through a link that leads nowhere yet");
    replaceFile(link, "through the link");
    assert.equal(readFileSync(file, "utf8"), "through the link");
    assert.equal(fs.lstatSync(link).isSymbolicLink(), true);
  });

  test("and says why it cannot be, in a sentence", () => {
    assert.throws(() => replaceFile(folder, "x"), {
      message: /cannot be written: it is a folder \(EISDIR\)\.$/,
    });
    const nowhere = path.join(folder, "nowhere", "x.ts");
    assert.throws(() => replaceFile(nowhere, "x"), {
      message: `${nowhere} cannot be written: there is no such file or folder (ENOENT).`,
    });
    assert.equal(existsSync(nowhere), false);
  });
});
