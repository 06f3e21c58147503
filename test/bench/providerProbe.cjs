// Loaded into every Node process of a measured stack; providerProbe.ts reads what it leaves.
//
// The engine ends a provider process with SIGKILL, which gives it no chance to say what it has used in the end, so it
// says so all the time. What is missing in the last line is the CPU time of one interval at the most.
const fs = require("node:fs");
const path = require("node:path");

const intervalMs = 50;
const profileIntervalMs = 1_000;

const folder = process.env.ATLAS_BENCH_PROBE;
if (folder !== undefined && /dynamic-provider/.test(process.argv[1] ?? "")) {
  const file = fs.openSync(path.join(folder, `${process.pid}.json`), "w");
  const write = () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakKb: maxRSS };
    // As long as any before it, so that it covers the last one.
    fs.writeSync(file, JSON.stringify(usage).padEnd(80), 0);
  };
  write();
  setInterval(write, intervalMs).unref();
  if (process.env.ATLAS_BENCH_PROFILE === "true") {
    profile();
  }
}

/** Writes a CPU profile in pieces, for the same reason. */
function profile() {
  const session = new (require("node:inspector").Session)();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.start");
  let piece = 0;
  setInterval(() => {
    session.post("Profiler.stop", (error, result) => {
      if (error) {
        throw error;
      }
      piece += 1;
      fs.writeFileSync(
        path.join(folder, `${process.pid}-${piece}.cpuprofile`),
        JSON.stringify(result.profile),
      );
    });
    session.post("Profiler.start");
  }, profileIntervalMs).unref();
}
