import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import * as semver from "semver";
import { parse } from "yaml";
import { oldestCli } from "../../provider/cli/engine/cliVersion";
import { pulumiVersion } from "../engine/pulumiCli";
import { features, isPromised, pairs } from "./pairs";
import { tableOfNeeds, tableOfPairs } from "./table";

const root = path.join(__dirname, "../..");
const textOf = (file: string): string => readFileSync(path.join(root, file), "utf8");
const { engines, peerDependencies, devDependencies } = JSON.parse(textOf("package.json")) as Record<
  "engines" | "peerDependencies" | "devDependencies",
  Record<string, string>
>;
const sdkRange = peerDependencies["@pulumi/pulumi"] ?? "";
const oldest = (range: string): string => semver.minVersion(range)?.version ?? "";
const everything = Object.values(features);

describe("the range of versions", () => {
  test("begins with the oldest SDK that is tried, and nothing that is promised needs an older one", () => {
    const sdks = semver.sort(pairs.map(({ sdk }) => sdk));
    assert.equal(oldest(sdkRange), sdks[0]);
    assert.equal(oldest(sdkRange), semver.sort(everything.map(({ sdk }) => sdk as string))[0]);
    assert.ok(pairs.every(({ sdk }) => semver.satisfies(sdk, sdkRange)));
  });

  test("begins with the oldest CLI that is tried, which the commands ask for", () => {
    const clis = semver.sort(pairs.map(({ cli }) => cli));
    assert.equal(`${oldestCli.join(".")}.0`, clis[0]);
    assert.equal(clis[0], semver.sort(everything.map(({ cli }) => cli as string))[0]);
  });

  test("is tried with the oldest Node that the package is for, and with the versions of all other tests", () => {
    const newest = oldest(devDependencies["@pulumi/pulumi"] ?? "");
    assert.ok(pairs.some(({ node }) => node === oldest(engines["node"] ?? "")));
    assert.ok(pairs.some(({ sdk, cli }) => sdk === newest && cli === pulumiVersion));
    for (const [sdk, cli] of [
      [oldest(sdkRange), pulumiVersion],
      [newest, `${oldestCli.join(".")}.0`],
      [oldest(sdkRange), `${oldestCli.join(".")}.0`],
    ]) {
      assert.ok(
        pairs.some((pair) => pair.sdk === sdk && pair.cli === cli),
        `${sdk} with ${cli}`,
      );
    }
  });

  test("stands in the docs with what each needs, and with the pairs that were tried", () => {
    const page = textOf("provider/docs/versions.md");
    assert.ok(page.includes(`\n${tableOfNeeds()}\n`), `the page lacks:\n${tableOfNeeds()}`);
    const tried = tableOfPairs(pairs, isPromised);
    assert.ok(page.includes(`\n${tried}\n`), `the page lacks:\n${tried}`);
    for (const file of ["README.md", "provider/docs/stability.md"]) {
      const short = oldest(sdkRange).replace(/\.0$/, "");
      assert.ok(textOf(file).includes(`\`@pulumi/pulumi\` ${short}`), file);
    }
  });

  test("is tried by the workflow, each pair in a job", () => {
    const { jobs } = parse(textOf(".github/workflows/versions.yml")) as {
      jobs: { pair: { strategy: { matrix: { include: unknown } }; steps: { run?: string }[] } };
    };
    assert.deepEqual(
      jobs.pair.strategy.matrix.include,
      pairs.map(({ sdk, cli }) => ({ sdk, cli })),
    );
    assert.equal(jobs.pair.steps.at(-1)?.run, 'npm run test:versions -- --sdk "$SDK" --cli "$CLI"');
  });
});
