// What the npm scripts call first, so that they work on a fresh clone: installs the packages, provides the pinned
// Node and compiles the package, each only where needed. Runs on any Node from 18 on, without any package.
import { exec } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const modules = path.resolve("node_modules");
/** The package `node`, which the scripts find before the machine's own. */
const pinnedNode = path.join("node_modules", ".bin", "node");
const minimumNode = [22, 12];
/** CI tries several Nodes. */
const wantsMachinesNode = Boolean(process.env.MACHINES_NODE);
/** Native packages differ by platform, and node_modules may have come along from another machine. */
const platform = `${process.platform}-${process.arch}`;
const stamp = `${platform} with ${wantsMachinesNode ? "the machine's" : "the pinned"} Node\n`;
const stampFile = path.join(modules, ".setup");

async function setUp() {
  const isSetUp = read(stampFile) === stamp && (existsSync(pinnedNode) || isRecent(process.version));
  if (!hasPackages()) {
    await installPackages();
  } else if (isSetUp) {
    return build();
  }
  if (wantsMachinesNode || !(await providePinnedNode())) {
    await useMachinesNode();
  }
  writeFileSync(stampFile, stamp);
  return build();
}

/** npm's own record tells what is in node_modules, also where somebody has run `npm ci` or `npm install` by hand. */
function hasPackages() {
  const installed = JSON.parse(read("node_modules/.package-lock.json") ?? "{}").packages;
  if (installed === undefined || !(read(stampFile) ?? platform).startsWith(platform)) {
    return false;
  }
  const wanted = Object.entries(JSON.parse(read("package-lock.json")).packages);
  return wanted.every(([name, { version, link, optional, devOptional, peer }]) => {
    if (name === "") {
      return true;
    }
    if (installed[name] === undefined) {
      return Boolean(optional || devOptional || peer);
    }
    return installed[name].version === version && (link || existsSync(name));
  });
}

async function installPackages() {
  say("Installing the packages (once, about a minute)…");
  // Windows deletes no program that runs, such as the pinned Node under this very script, but it can be moved.
  const program = path.join(modules, "node", "bin", "node.exe");
  if (existsSync(program)) {
    renameSync(program, path.join(".cache", `replaced-node-${process.pid}.exe`));
  }
  // No script of a package is needed but that of the pinned Node, which makes up for an older one of the machine.
  // --include=dev is for where NODE_ENV=production.
  const flags = "--include=dev --ignore-scripts --no-engine-strict --no-audit --no-fund --loglevel=error";
  let { failed, stdout, stderr } = await run(`npm ci ${flags}`);
  if (failed && stderr.includes("EUSAGE")) {
    // Where a registry lacks a package for another platform, npm takes the lock file for incomplete.
    ({ failed, stdout, stderr } = await run(`npm install --no-save ${flags}`));
  }
  if (failed) {
    throw new Error(
      `${lines(stderr, 0, 20)}\nThe packages could not be installed (npm's message is above): check the network and run the same command again.`,
    );
  }
  say(lines(stdout, -1));
}

/** The package `node` fetches its program in an install script. */
async function providePinnedNode() {
  if (await runs(pinnedNode)) {
    return true;
  }
  await run("npm rebuild node --no-ignore-scripts --loglevel=error");
  return runs(pinnedNode);
}

async function useMachinesNode() {
  if (!(await runs("node"))) {
    throw new Error(
      `Node ${minimumNode.join(".")} or newer is needed, and the one that npm should have installed does not run here: install Node 24, or check the network, and run the same command again.`,
    );
  }
  // A pinned one that does not run would still be found first.
  for (const end of ["", ".cmd", ".ps1"]) {
    rmSync(`${pinnedNode}${end}`, { force: true });
  }
}

async function runs(node) {
  const { failed, stdout } = await run(`${node} --version`);
  return !failed && isRecent(stdout);
}

function isRecent(version) {
  const [major, minor] = version.replace("v", "").split(".").map(Number);
  return major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1]);
}

/** Compiles only where something has changed. */
async function build() {
  const { failed, stdout } = await run("node node_modules/typescript/bin/tsc --build provider");
  if (failed) {
    throw new Error(
      `${lines(stdout, -40)}\nThe package does not compile: correct what is named above and run the same command again.`,
    );
  }
}

/** Runs a command in the shell, which on Windows finds `npm.cmd`, and without the pinned Node, which may go meanwhile. */
function run(command) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const folders = (process.env[name] ?? "").split(path.delimiter);
  const own = folders.filter(
    (folder) => !path.join(folder, path.sep).startsWith(path.join(modules, path.sep)),
  );
  const env = { ...process.env, [name]: own.join(path.delimiter) };
  return new Promise((resolve) => {
    const child = exec(command, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, stdout, stderr }),
    );
    child.stdin.end();
  });
}

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function lines(text, start, end) {
  return text.trim().split("\n").slice(start, end).join("\n");
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

withLock(".cache/setup.lock", setUp, (who) => say(`${who} is setting up; waiting for it…`)).catch((error) => {
  say(error.message);
  process.exitCode = 1;
});
