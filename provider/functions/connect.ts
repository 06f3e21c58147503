import * as pulumi from "@pulumi/pulumi";
import type { AtlasClient } from "../atlas/client";
import { readSettings } from "../configuration";
import { warnOfPlainSecrets } from "../resources/plainSecrets";

/** A function's way to Atlas. */
export interface Connection {
  client: AtlasClient;
  operations: typeof import("../atlas/operations/index");
}

/** One for each distinct settings: one process runs many stacks under the Automation API, also at the same time. */
const connections = new Map<string, Connection>();

let endsWithProgram = false;

/**
 * The program's way to Atlas: with the configuration of the stack, like the resources.
 *
 * @throws ConfigurationError when credentials are missing or incomplete
 */
export function connect(): Connection {
  warnOfPlainSecrets();
  const config = new pulumi.Config("mongodbatlas");
  const settings = readSettings((key) => config.get(key.slice("mongodbatlas:".length)), process.env);
  const fingerprint = JSON.stringify(settings);
  const known = connections.get(fingerprint);
  if (known !== undefined) {
    return known;
  }
  // A program that calls no function must not pay for loading an HTTP client.
  const { AtlasClient } = require("../atlas/client") as typeof import("../atlas/client");
  const connection: Connection = {
    client: new AtlasClient(settings, { report: (line) => void pulumi.log.info(line) }),
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
 * Gives back the access tokens of the process, of which Atlas allows a service account a limited number. Node waits for
 * it, and asks again afterwards; then there is nothing left to close.
 */
async function closeAll(): Promise<void> {
  const open = [...connections.values()];
  connections.clear();
  await Promise.all(open.map(({ client }) => client.close()));
}
