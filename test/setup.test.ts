import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type ProcessResult, runProcess } from "./process";

const flags = "--include=dev --ignore-scripts --no-engine-strict --no-audit --no-fund --loglevel=error";
const installCall = `npm ci ${flags}`;
const rebuildCall = "npm rebuild node --no-ignore-scripts --loglevel=error";
const compile = "tsc --build provider";

/** What the stand-in for npm does: as little as the set-up can tell from npm itself. */
const installs = `
  rm -rf node_modules; mkdir -p node_modules/a node_modules/.bin node_modules/typescript/bin
  cp tsc node_modules/typescript/bin/tsc
  cp package-lock.json node_modules/.package-lock.json
  echo; echo 'added 1 package in 1s'`;
const nodeThat = (does: string): string =>
  `printf '#!/bin/sh\\n${does}\\n' > node_modules/.bin/node; chmod +x node_modules/.bin/node`;
const bringsNode = nodeThat("echo v24.0.0");
const compiles = `require("node:fs").appendFileSync("calls", "tsc " + process.argv.slice(2).join(" ") + "\\n");`;

describe("the set-up", { skip: process.platform === "win32" && "the stand-ins are shell scripts" }, () => {
  let root: string;

  beforeEach(() => {
    // With a blank, as there may be one in the path of a clone.
    root = realpathSync(mkdtempSync(path.join(tmpdir(), "set up-")));
    for (const name of ["setup.mjs", "lock.mjs"]) {
      write(`test/${name}`, readFileSync(path.join(__dirname, name), "utf8"));
    }
    lockFile({ "node_modules/a": { version: "1.0.0" } });
    write("calls", "");
    write("tsc", compiles);
    npm({ ci: installs, rebuild: bringsNode });
    machinesNode("v20.0.0");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const at = (file: string): string => path.join(root, file);

  function write(file: string, content: string, mode = 0o644): void {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), content, { mode });
  }

  const lockFile = (packages: Record<string, { version: string; optional?: boolean }>): void =>
    write("package-lock.json", JSON.stringify({ packages: { "": {}, ...packages } }));

  function npm(commands: Record<string, string>): void {
    const cases = Object.entries(commands).map(([name, script]) => `${name}) ${script};;\n`);
    const record = `echo "npm $*" >> calls; echo "$PATH" > path`;
    write("bin/npm", `#!/bin/sh\n${record}\ncase "$1" in\n${cases.join("")}esac\n`, 0o755);
  }

  function machinesNode(version: string): void {
    const answers = `[ "$1" = --version ] && exec echo ${version}`;
    write("bin/node", `#!/bin/sh\n${answers}\nexec "${process.execPath}" "$@"\n`, 0o755);
  }

  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    // As under `npm run`, which finds the pinned Node first.
    PATH: [at("node_modules/.bin"), at("bin"), "/usr/bin", "/bin"].join(path.delimiter),
    ...more,
  });

  interface SetUp {
    code: ProcessResult["code"];
    said: string;
    calls: string[];
  }

  const callsSoFar = (): string[] => readFileSync(at("calls"), "utf8").trim().split("\n");

  async function setUp(env?: NodeJS.ProcessEnv): Promise<SetUp> {
    write("calls", "");
    const { code, stderr } = await runProcess(process.execPath, [at("test/setup.mjs")], {
      env: environment(env),
      cwd: tmpdir(),
    });
    return { code, said: stderr, calls: callsSoFar() };
  }

  test("installs the packages and the pinned Node, and compiles, on a fresh clone", async () => {
    assert.deepEqual(await setUp(), {
      code: 0,
      said: "Installing the packages (once, about a minute)…\nadded 1 package in 1s\n",
      calls: [installCall, rebuildCall, compile],
    });
  });

  test("says nothing in the second run, and needs no npm", async () => {
    await setUp();
    npm({});
    assert.deepEqual(await setUp(), { code: 0, said: "", calls: [compile] });
  });

  test("keeps the pinned Node away from npm, which replaces it", async () => {
    await setUp();
    assert.equal(
      readFileSync(at("path"), "utf8").trim(),
      [at("bin"), "/usr/bin", "/bin"].join(path.delimiter),
    );
  });

  test("installs again when another version is locked", async () => {
    await setUp();
    lockFile({ "node_modules/a": { version: "2.0.0" } });
    assert.deepEqual((await setUp()).calls, [installCall, rebuildCall, compile]);
  });

  test("installs again when a package is gone", async () => {
    await setUp();
    rmSync(at("node_modules/a"), { recursive: true });
    assert.deepEqual((await setUp()).calls, [installCall, rebuildCall, compile]);
  });

  test("installs again when node_modules comes from a machine of another kind", async () => {
    await setUp();
    write("node_modules/.setup", "plan9-mips with the pinned Node\n");
    assert.deepEqual((await setUp()).calls, [installCall, rebuildCall, compile]);
  });

  test("does not miss a package that is for other platforms", async () => {
    await setUp();
    lockFile({
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "1.0.0", optional: true },
    });
    assert.deepEqual((await setUp()).calls, [compile]);
  });

  test("leaves what somebody has installed by hand, and adds the pinned Node", async () => {
    await runProcess("/bin/sh", ["-c", installs], { env: environment(), cwd: root });
    assert.deepEqual((await setUp()).calls, [rebuildCall, compile]);
  });

  test("takes npm install where npm finds the lock file incomplete", async () => {
    npm({ ci: "echo 'npm error code EUSAGE' >&2; exit 1", install: installs, rebuild: bringsNode });
    const { code, calls } = await setUp();
    assert.equal(code, 0);
    assert.deepEqual(calls, [installCall, `npm install --no-save ${flags}`, rebuildCall, compile]);
  });

  test("repeats what npm says when it fails, and tries again in the next run", async () => {
    npm({ ci: "echo 'npm error network no route' >&2; exit 1" });
    assert.deepEqual(await setUp(), {
      code: 1,
      said: "Installing the packages (once, about a minute)…\nnpm error network no route\nThe packages could not be installed (npm's message is above): check the network and run the same command again.\n",
      calls: [installCall],
    });
    npm({ ci: installs, rebuild: bringsNode });
    assert.equal((await setUp()).code, 0);
  });

  test("takes a recent Node of the machine where the pinned one does not run", async () => {
    machinesNode("v22.12.0");
    npm({ ci: installs, rebuild: nodeThat("exit 126") });
    assert.equal((await setUp()).code, 0);
    assert.equal(existsSync(at("node_modules/.bin/node")), false);
    assert.deepEqual((await setUp()).calls, [compile]);
  });

  test("says which Node is needed where neither will do", async () => {
    machinesNode("v22.11.0");
    npm({ ci: installs, rebuild: "exit 1" });
    const { code, said } = await setUp();
    assert.equal(code, 1);
    assert.match(
      said,
      /\nNode 22\.12 or newer is needed, and the one that npm should have installed does not run here: install Node 24, or check the network, and run the same command again\.\n$/,
    );
  });

  test("takes the machine's Node on request, and the pinned one again without", async () => {
    machinesNode("v26.0.0");
    await setUp();
    assert.deepEqual((await setUp({ MACHINES_NODE: "1" })).calls, [compile]);
    assert.equal(existsSync(at("node_modules/.bin/node")), false);
    assert.deepEqual((await setUp()).calls, [rebuildCall, compile]);
  });

  test("does not take a machine's Node that is too old, even on request", async () => {
    const { code, said } = await setUp({ MACHINES_NODE: "1" });
    assert.equal(code, 1);
    assert.match(said, /\nNode 22\.12 or newer is needed/);
  });

  test("repeats what the compiler says", async () => {
    write("tsc", `console.log("provider/index.ts(1,1): error TS1005: ';' expected."); process.exitCode = 2;`);
    const { code, said } = await setUp();
    assert.equal(code, 1);
    assert.match(
      said,
      /\nprovider\/index\.ts\(1,1\): error TS1005: ';' expected\.\nThe package does not compile: correct what is named above and run the same command again\.\n$/,
    );
  });

  test("installs once when two runs start together", async () => {
    npm({ ci: `while [ ! -e go-on ]; do :; done; ${installs}`, rebuild: bringsNode });
    const runs = [1, 2].map(() =>
      runProcess(process.execPath, [at("test/setup.mjs")], {
        env: environment(),
        onErrorLine: (line) => line.endsWith("is setting up; waiting for it…") && write("go-on", ""),
      }),
    );
    const results = await Promise.all(runs);
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0],
    );
    assert.deepEqual(results.map(({ stderr }) => stderr.replace(/\d+(?=\) is)/, "<pid>")).sort(), [
      "Another run (process <pid>) is setting up; waiting for it…\n",
      "Installing the packages (once, about a minute)…\nadded 1 package in 1s\n",
    ]);
    assert.deepEqual(callsSoFar(), [installCall, rebuildCall, compile, compile]);
  });

  test("starts over at once after a run that was killed", async () => {
    // Ends by itself once nobody listens any more.
    npm({ ci: "while echo downloading >&2; do :; done" });
    const killed = spawn(process.execPath, [at("test/setup.mjs")], { env: environment(), stdio: "pipe" });
    await once(killed.stderr, "data");
    killed.kill("SIGKILL");
    await once(killed, "exit");
    assert.ok(existsSync(at(".cache/setup.lock")), "a lock is left behind");

    npm({ ci: installs, rebuild: bringsNode });
    const { code, said } = await setUp();
    assert.equal(code, 0);
    assert.equal(said, "Installing the packages (once, about a minute)…\nadded 1 package in 1s\n");
  });
});
