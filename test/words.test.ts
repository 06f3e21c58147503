import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.join(__dirname, "..");

/** Turns of phrase that readers stumble over, and the plain words that say the same. */
const stumbles: readonly [pattern: RegExp, instead: string][] = [
  [/\bgo(es)? by (it|that|this|the|a|its)\b/, "uses, follows, depends on"],
  [/\bstands in for\b|\bstand in for\b/, "replaces"],
  [/\blets? go of\b/, "no longer manages"],
  [/\bwhom\b/, "that, who"],
  [/\b(is|has|are) the user's to mend\b|\bhas to mend\b/, "has to put right"],
  [/\bwhat there is\b/, "what Atlas has"],
  [/\bput off\b/, "defer"],
];

test("nothing in the repository is written in words that readers stumble over", () => {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((file) => /\.(ts|mts|mjs|cjs|md|yml)$/.test(file) && file !== "test/words.test.ts");
  assert.ok(files.length > 300);
  const found = files.flatMap((file) =>
    readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        stumbles
          .filter(([pattern]) => pattern.test(line))
          .map(
            ([pattern, instead]) => `${file}:${index + 1}: ${pattern.exec(line)?.[0]} (write: ${instead})`,
          ),
      ),
  );
  assert.deepEqual(found, []);
});
