// What the npm scripts call first, so that they work on a fresh clone: installs the packages, provides the pinned
// Node and compiles the package, each only where needed. Runs on any Node from 18 on, without any package.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const modules = path.join(root, "node_modules");
const windows = process.platform === "win32";
const pinnedNode = path.join(modules, ".bin", windows ? "node.cmd" : "node");
const installStamp = path.join(modules, ".setup-stamp");
const buildStamp = path.join(root, "dist", ".setup-stamp");
const MINIMUM_NODE = [22, 12];

class SetupError extends Error {}

function installWanted() {
  const lockFile = readFileSync(path.join(root, "package-lock.json"));
  // Native packages differ by platform, and node_modules may have come along from another machine.
  return `${createHash("sha256").update(lockFile).digest("hex")} ${process.platform}-${process.arch}`;
}

function isInstalled() {
  const [stamp, node] = (readOrUndefined(installStamp) ?? "").split("\n");
  return stamp === installWanted() && (node === "own" || existsSync(pinnedNode));
}

function buildWanted() {
  const hash = createHash("sha256");
  const add = (file) => {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${path.relative(root, file)} ${mtimeMs} ${size}\n`);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) walk(file);
      else add(file);
    }
  };
  add(path.join(root, "tsconfig.json"));
  walk(path.join(root, "provider"));
  return hash.digest("hex");
}

function isBuilt() {
  return existsSync(path.join(root, "dist", "index.js")) && readOrUndefined(buildStamp) === buildWanted();
}

async function install() {
  const node = ownNode();
  if (!wasInstalledByHand()) {
    say("Installing the packages (once, about a minute)…");
    // --include=dev for where NODE_ENV=production; the pinned Node makes up for an older one of the machine.
    const flags = ["--include=dev", "--no-audit", "--no-fund", "--no-engine-strict", "--loglevel=error"];
    let { code, output } = await npm(node, ["ci", ...flags]);
    if (code !== 0 && output.includes("EUSAGE")) {
      // Where a registry lacks a package for another platform, npm takes the lock file for incomplete.
      ({ code, output } = await npm(node, ["install", "--no-save", ...flags]));
    }
    if (code !== 0) {
      say(head(output, 20));
      throw new SetupError(
        "The packages could not be installed (npm's message is above): check the network and run the same command again.",
      );
    }
    say(tail(output, 1));
  }
  const pinned = await providePinnedNode(node);
  writeFileSync(installStamp, `${installWanted()}\n${pinned ? "pinned" : "own"}\n`);
}

/** Somebody may have run `npm ci` or `npm install` without this script. */
function wasInstalledByHand() {
  // A stamp for another state of the lock file, or none: npm's own record tells what lies in node_modules.
  const installed = JSON.parse(readOrUndefined(path.join(modules, ".package-lock.json")) ?? "{}").packages;
  if (installed === undefined) return false;
  const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages).every(
    ([name, wanted]) =>
      name === "" ||
      (installed[name] === undefined
        ? wanted.optional === true || wanted.devOptional === true || wanted.peer === true
        : installed[name].version === wanted.version &&
          (wanted.link === true || existsSync(path.join(root, name)))),
  );
}

/** The package `node` fetches its program in an install script, which npm may have been told not to run. */
async function providePinnedNode(node) {
  if (await isRecentNode(pinnedNode)) return true;
  const folder = path.join(modules, "node");
  const script = path.join(folder, "installArchSpecificPackage.js");
  if (existsSync(script)) {
    await run(node, [script], { cwd: folder });
    // Makes the link in node_modules/.bin, which could not be made while its target was missing.
    await npm(node, ["rebuild", "node", "--ignore-scripts"]);
    if (await isRecentNode(pinnedNode)) return true;
  }
  if (await isRecentNode(node)) {
    // One that is there but does not run would still be found first by the scripts.
    rmSync(pinnedNode, { force: true });
    return false;
  }
  throw new SetupError(
    `Node ${MINIMUM_NODE.join(".")} or newer is needed, and the one that npm should have installed does not run here: install Node 24, or check the network, and run the same command again.`,
  );
}

async function isRecentNode(file) {
  if (!existsSync(file)) return false;
  const { code, output } = await run(file, ["--version"]);
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(output.trim()) ?? [];
  if (code !== 0 || major === undefined) return false;
  return (
    Number(major) > MINIMUM_NODE[0] || (Number(major) === MINIMUM_NODE[0] && Number(minor) >= MINIMUM_NODE[1])
  );
}

async function build(since) {
  // `npm ci` compiles too, as the script "prepare".
  const index = path.join(root, "dist", "index.js");
  const wanted = buildWanted();
  if (since === undefined || !existsSync(index) || statSync(index).mtimeMs < since) {
    const node = (await isRecentNode(pinnedNode)) ? pinnedNode : ownNode();
    const compiler = path.join(modules, "typescript", "bin", "tsc");
    const { code, output } = await run(node, [compiler, "--project", "provider"], { cwd: root });
    if (code !== 0) {
      say(tail(output, 40));
      throw new SetupError(
        "The package does not compile: correct what is named above and run the same command again.",
      );
    }
  }
  writeFileSync(buildStamp, wanted);
}

/** Not the pinned one, which an installation removes while it is running. */
function ownNode() {
  const candidates = [
    process.env.npm_node_execpath,
    process.execPath,
    ...ownPath().map((folder) => path.join(folder, windows ? "node.exe" : "node")),
  ];
  return candidates.find((file) => file && existsSync(file) && !isInside(modules, file)) ?? process.execPath;
}

function ownPath() {
  const entries = (process.env.PATH ?? process.env.Path ?? "").split(path.delimiter);
  return entries.filter((folder) => folder !== "" && !isInside(modules, folder));
}

function npm(node, args) {
  const cli = process.env.npm_execpath;
  // Under yarn or pnpm the variable names another program.
  if (cli !== undefined && /npm-cli\.c?js$/.test(cli) && existsSync(cli)) {
    return run(node, [cli, ...args], { cwd: root });
  }
  return run(windows ? "npm.cmd" : "npm", args, { cwd: root, shell: windows });
}

function run(file, args, options = {}) {
  return new Promise((resolve) => {
    // Windows starts .cmd files through a shell only.
    const shell = options.shell ?? (windows && file.endsWith(".cmd"));
    const env = { ...process.env, PATH: ownPath().join(path.delimiter) };
    delete env.Path;
    const child = spawn(shell ? `"${file}"` : file, args, {
      ...options,
      shell,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk) => {
        output += chunk;
      });
    }
    child.once("error", (error) => resolve({ code: null, output: `${output}\n${error.message}` }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** The same protocol as in engine/lock.ts, which cannot be loaded before the packages are there. */
async function withLock(work) {
  const folder = path.join(root, ".cache", "setup.lock");
  mkdirSync(path.dirname(folder), { recursive: true });
  let waited = false;
  for (;;) {
    try {
      mkdirSync(folder);
      writeFileSync(path.join(folder, "pid"), String(process.pid));
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = ownerOf(folder);
    if (isStale(folder, holder)) {
      removeStale(folder, holder);
      continue;
    }
    if (!waited) say(`Another run${holder ? ` (process ${holder})` : ""} is setting up; waiting for it…`);
    waited = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    if (existsSync(folder)) utimesSync(folder, now, now);
  }, 5_000);
  try {
    await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(folder, { recursive: true, force: true });
  }
}

function ownerOf(folder) {
  return Number.parseInt(readOrUndefined(path.join(folder, "pid")) ?? "", 10) || undefined;
}

function isStale(folder, holder) {
  if (holder !== undefined) {
    try {
      process.kill(holder, 0);
    } catch (error) {
      if (error.code !== "EPERM") return true;
    }
  }
  const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? {};
  return mtimeMs !== undefined && Date.now() - mtimeMs > 60_000;
}

function removeStale(folder, holder) {
  const taken = `${folder}.stale-${process.pid}`;
  try {
    renameSync(folder, taken);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  // A third process had locked again in between.
  if (ownerOf(taken) !== holder) renameSync(taken, folder);
  else rmSync(taken, { recursive: true, force: true });
}

function isInside(folder, file) {
  const relative = path.relative(folder, file);
  return relative === "" || (!relative.startsWith("..") && !path.isAbsolute(relative));
}

function readOrUndefined(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function head(text, lines) {
  return text.trim().split("\n").slice(0, lines).join("\n");
}

function tail(text, lines) {
  return text.trim().split("\n").slice(-lines).join("\n");
}

function say(text) {
  if (text !== "") process.stderr.write(`${text}\n`);
}

if (!isInstalled() || !isBuilt()) {
  try {
    await withLock(async () => {
      let since;
      if (!isInstalled()) {
        since = Date.now();
        await install();
      }
      if (!isBuilt()) await build(since);
    });
  } catch (error) {
    say(error instanceof SetupError ? error.message : `The set-up failed: ${error.stack}`);
    process.exitCode = 1;
  }
}
