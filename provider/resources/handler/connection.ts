import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import type { AtlasSession } from "../../atlas/session";
import type { Settings } from "../../atlas/settings";
import { ConfigurationError, readSettings } from "../../configuration";
import { providerName } from "../../configuration/keys";
import { endWithEngine } from "./lifeline";
import { ProcessFiles } from "./otherProcesses";
import { Run } from "./run";

/** Connects a handler to Atlas, and to what the handlers of one process share. */
export interface Connection {
  /** What is known of the run of the engine. */
  readonly run: Run;
  /** What is wrong with the configuration, as sentences for the user. Finding out needs no request. */
  problem(): string | undefined;
  /** @throws ConfigurationError when {@link problem} returns something */
  atlas(): AtlasSession;
  /** Shows the user a line that is not an error: the progress of a wait, or a warning. */
  report(line: string): void;
}

/** The connection of the provider process; all handlers share it, and with it one session. */
export class ProcessConnection implements Connection {
  private readonly engine = addressOfEngine(process.argv);
  private readonly others = this.engine === undefined ? undefined : new ProcessFiles(this.engine);
  readonly run = new Run(this.others);
  private settings: Settings | ConfigurationError | undefined;
  private session: AtlasSession | undefined;
  private watchesEngine = false;

  /**
   * Takes over the stack's configuration. It is synchronous and never throws, because the dynamic provider host does
   * not wait for it before other calls, and would continue without configuration after an error.
   */
  configure(config: pulumi.dynamic.Config): void {
    const before = this.settings;
    if (this.others !== undefined) {
      this.others.isNeeded = config.get(providerName) !== undefined;
    }
    try {
      this.settings = readSettings((key) => config.get(key), process.env);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) {
        throw error;
      }
      this.settings = error;
    }
    // The host calls this once for each type of resource. They all share one challenge or one token.
    if (!isDeepStrictEqual(this.settings, before)) {
      void this.close();
    }
    if (!this.watchesEngine) {
      this.watchesEngine = true;
      this.watchEngine();
    }
  }

  /** Gives back the access token of this process, if there is one. */
  async close(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    await session?.client.close();
  }

  problem(): string | undefined {
    return this.settings instanceof ConfigurationError ? this.settings.message : undefined;
  }

  atlas(): AtlasSession {
    this.settings ??= readSettings(() => undefined, process.env);
    if (this.settings instanceof ConfigurationError) {
      throw this.settings;
    }
    if (this.session === undefined) {
      // Loading axios takes longer than the rest of a preview, which needs no request.
      const { AtlasSession } = require("../../atlas/session") as typeof import("../../atlas/session");
      this.session = new AtlasSession(this.settings, { report: this.report });
    }
    return this.session;
  }

  /** The engine shows under the stack what the provider process prints. */
  report(line: string): void {
    console.log(line);
  }

  private watchEngine(): void {
    if (this.engine === undefined) {
      return;
    }
    process.once("exit", () => this.others?.end());
    const end = (code: number): void => void this.close().finally(() => process.exit(code));
    endWithEngine(this.engine, () => end(1));
    // The engine sends SIGINT when it is done, and gives a provider five seconds to end.
    process.once("SIGINT", () => end(0));
    process.once("SIGTERM", () => end(0));
  }
}

/** The dynamic provider host gets the engine's address as its first argument. */
function addressOfEngine([, script = "", address]: readonly string[]): string | undefined {
  return script.includes("dynamic-provider") ? address : undefined;
}
