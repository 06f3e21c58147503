import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** What the processes of the dynamic provider have used. */
export interface ProviderUsage {
  cpuMs: number;
  peakBytes: number;
}

/** Time in milliseconds that was spent in a function itself, by `name (file:line)`. Waiting is not among them. */
export type SelfTimes = Map<string, number>;

/** Measures the provider processes of one stack; providerProbe.cjs is its end in there. */
export class ProviderProbe {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "atlas-probe-"));

  constructor(private readonly profile: boolean) {}

  /** What the environment of the stack needs. */
  env(): Record<string, string> {
    // The harness has one script to load of its own, which this would replace.
    const scripts = [
      path.join(__dirname, "../engine/providerLeash.cjs"),
      path.join(__dirname, "providerProbe.cjs"),
    ];
    return {
      NODE_OPTIONS: scripts.map((script) => `--require ${JSON.stringify(script)}`).join(" "),
      ATLAS_BENCH_PROBE: this.folder,
      ...(this.profile ? { ATLAS_BENCH_PROFILE: "true" } : {}),
    };
  }

  /** Of the operation that has just ended; `undefined` when it needed no provider process. */
  take(): { usage: ProviderUsage | undefined; selfTimes: SelfTimes } {
    let usage: ProviderUsage | undefined;
    const selfTimes: SelfTimes = new Map();
    for (const name of readdirSync(this.folder)) {
      const file = path.join(this.folder, name);
      const content = JSON.parse(readFileSync(file, "utf8"));
      rmSync(file);
      if (name.endsWith(".cpuprofile")) {
        addSelfTimes(selfTimes, content);
      } else {
        const { cpuMs, peakKb } = content;
        usage = {
          cpuMs: (usage?.cpuMs ?? 0) + cpuMs,
          peakBytes: Math.max(usage?.peakBytes ?? 0, peakKb * 1024),
        };
      }
    }
    return { usage, selfTimes };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface CpuProfile {
  nodes: Array<{ id: number; callFrame: { functionName: string; url: string; lineNumber: number } }>;
  samples: number[];
  timeDeltas: number[];
}

function addSelfTimes(times: SelfTimes, { nodes, samples, timeDeltas }: CpuProfile): void {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      // From the innermost package on, and from `dist` on for this one.
      const place = url.replace(/^.*\/(?=node_modules\/)/, "").replace(/^(file:\/\/)?\/.*\/(?=dist\/)/, "");
      return [id, `${functionName || "(anonymous)"}${place === "" ? "" : ` (${place}:${lineNumber + 1})`}`];
    }),
  );
  samples.forEach((id, index) => {
    const name = names.get(id) ?? "(unknown)";
    // The second is what it costs to look.
    if (name === "(idle)" || name.includes("node:inspector") || name.includes("providerProbe")) {
      return;
    }
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1_000);
  });
}
