// Loaded before Pulumi's SDK in the processes of the tests, which start about a thousand. The SDK brings TypeScript and
// npm's Arborist along, to put code into a state, and loading them takes half of a process's start. Here they are loaded
// when they are first used.
const Module = require("node:module");

const slow = new Set(["typescript", "@npmcli/arborist", "normalize-package-data"]);
const ofSdk = /[\\/]@pulumi[\\/]pulumi[\\/](typescript-shim|runtime[\\/]closure[\\/]\w+)\.js$/;

const load = Module._load;
Module._load = function loadOrDefer(request, parent, ...rest) {
  const now = () => load.call(Module, request, parent, ...rest);
  return slow.has(request) && ofSdk.test(parent?.filename ?? "") ? deferred(now) : now();
};

/** Stands for a package until something asks for a part of it. */
function deferred(loadNow) {
  let loaded;
  const get = (_target, key) => {
    // What the SDK's compiled code asks for while it loads.
    if (key === "__esModule") {
      return true;
    }
    loaded ??= loadNow();
    return key === "default" ? (loaded.default ?? loaded) : loaded[key];
  };
  return new Proxy({}, { get });
}
