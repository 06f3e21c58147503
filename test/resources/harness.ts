import type { ClientOptions } from "../../provider/atlas/client";
import { AtlasSession } from "../../provider/atlas/session";
import type { Settings } from "../../provider/atlas/settings";
import type { Connection } from "../../provider/resources/handler/connection";
import { Run } from "../../provider/resources/handler/run";
import { inPulumi } from "../../provider/wording";
import { FakeClock } from "../fakeClock";
import { AtlasSimulator, type SimulatorOptions } from "../simulator/simulator";

/** A simulator and a connection to it, with one clock for both and nothing that takes real time. */
export interface Bench extends Connection {
  atlasSimulator: AtlasSimulator;
  clock: FakeClock;
  /** What the user was told while something waited. */
  reports: string[];
  /** The requests since the last call, without challenges and tokens: `POST /groups/<id>/users 201`. */
  requests(): string[];
  stop(): Promise<void>;
  /** Another run of the engine: the program of before declares nothing any more. */
  newRun(): void;
  /** Another process: nothing is remembered. */
  restart(options?: { credentials?: Settings["credentials"] }): void;
}

/** Starts a simulator, to be stopped after the test. */
export async function startBench(
  options: SimulatorOptions & { client?: ClientOptions; credentials?: "apiKey" | "serviceAccount" } = {},
): Promise<Bench> {
  const clock = new FakeClock();
  const simulator = await AtlasSimulator.start({ now: clock.now, ...options });
  const { publicKey, privateKey, clientId, clientSecret } = simulator.keys;
  const credentials: Settings["credentials"] =
    options.credentials === "serviceAccount"
      ? { kind: "serviceAccount", clientId, clientSecret }
      : { kind: "apiKey", publicKey, privateKey };
  const reports: string[] = [];
  let session: AtlasSession | undefined;
  let run = new Run();
  let mark = 0;
  const bench: Bench = {
    get run() {
      return run;
    },
    atlasSimulator: simulator,
    clock,
    reports,
    stop: () => simulator.stop(),
    report: (line) => reports.push(line),
    problem: () => undefined,
    atlas: () => {
      session ??= create(credentials);
      return session;
    },
    requests: () => {
      const entries = simulator.log.since(mark);
      mark = simulator.log.mark();
      return simulator.log.lines(
        (entry) =>
          entries.includes(entry) && entry.authenticated && entry.operationId !== "createAccessToken",
      );
    },
    newRun: () => {
      run = new Run();
    },
    restart: (other = {}) => {
      run = new Run();
      session = create(other.credentials ?? credentials);
    },
  };
  return bench;

  function create(as: Settings["credentials"]): AtlasSession {
    return new AtlasSession(
      { baseUrl: simulator.url, credentials: as, ...inPulumi },
      { clock, random: () => 0, report: (line) => reports.push(line), ...options.client },
    );
  }
}

/** A path's ids as words, to read a request log by: `<project>`. */
export function named(lines: string[], names: Record<string, string>): string[] {
  return lines.map((line) =>
    Object.entries(names).reduce((text, [name, id]) => text.replaceAll(id, `<${name}>`), line),
  );
}
