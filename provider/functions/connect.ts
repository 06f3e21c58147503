import * as pulumi from "@pulumi/pulumi";
import type { AtlasClient } from "../atlas/client";
import { readSettings } from "../configuration";
import { warnOfPlainSecrets } from "../resources/plainSecrets";

/** What a function needs to reach Atlas. */
export interface Connection {
  client: AtlasClient;
  operations: typeof import("../atlas/operations/index");
}

/**
 * One for each combination of settings: under the Automation API, one process runs many stacks, also at the same
 * time.
 */
const connections = new Map<string, Connection>();

let endsWithProgram = false;

/**
 * Connects the program to Atlas as the resources do.
 *
 * @param provider the inputs of a `Provider`; without them, the configuration of the stack counts
 * @throws ConfigurationError when credentials are missing or incomplete
 */
export function connect(provider?: Readonly<Record<string, string>>): Connection {
  warnOfPlainSecrets();
  const config = new pulumi.Config("mongodbatlas");
  const settings = readSettings(
    (key) => (provider === undefined ? config.get(key.slice("mongodbatlas:".length)) : provider[key]),
    process.env,
  );
  const fingerprint = JSON.stringify(settings);
  const known = connections.get(fingerprint);
  if (known !== undefined) {
    return known;
  }
  // A program that calls no function must not spend time on loading an HTTP client.
  const { AtlasClient } = require("../atlas/client") as typeof import("../atlas/client");
  const connection: Connection = {
    client: new AtlasClient(settings, {
      report: (line) => void pulumi.log.info(line),
      warn: (line) => void pulumi.log.warn(line),
    }),
    operations: require("../atlas/operations/index") as Connection["operations"],
  };
  connections.set(fingerprint, connection);
  if (!endsWithProgram) {
    endsWithProgram = true;
    process.on("beforeExit", closeAll);
  }
  return connection;
}

/**
 * Gives back the access tokens of the process, of which Atlas allows a service account a limited number. Node waits
 * for it, and then calls it again; by then there is nothing left to close.
 */
async function closeAll(): Promise<void> {
  const open = [...connections.values()];
  connections.clear();
  await Promise.all(open.map(({ client }) => client.close()));
}
