// What the scripts load to run TypeScript: tsx, but for files in TypeScript alone. tsx also reads each JavaScript file
// of the packages, such as the 9 MB of TypeScript in Pulumi's SDK, to find out whether it is an ES module. Node does
// that by itself, and while coverage is recorded, where nothing is optimized, that took half of a test file's start.
import Module from "node:module";
import { fileURLToPath } from "node:url";
import "./lazyPackages.cjs";

const loadJavaScript = Module._extensions[".js"];
await import("tsx");
// An older Node warns when a file in TypeScript requires a package that is an ES module.
if (Number.parseInt(process.versions.node, 10) >= 24) {
  Module._extensions[".js"] = loadJavaScript;
}

// The commands that a test file starts, again and again, are compiled once. Not the file itself where coverage is
// recorded: that is less precise for code from the cache.
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  process.env.NODE_COMPILE_CACHE = fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url));
}
