// Loaded into every Node process of a stack under test. A provider process goes on for ever once its engine has been
// killed, and in a process group of its own, so it keeps a connection to the harness and ends when that does.
const net = require("node:net");

// The bench measures what users have.
if (process.env.ATLAS_ENGINE_AS_USERS_HAVE_IT === undefined) {
  require("../lazyPackages.cjs");
}

const port = process.env.ATLAS_ENGINE_LEASH;
if (port !== undefined && /dynamic-provider/.test(process.argv[1] ?? "")) {
  const end = () => process.kill(process.pid, "SIGKILL");
  net.connect(Number(port), "127.0.0.1").once("end", end).once("error", end).resume().unref();
}
