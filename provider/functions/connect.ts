import * as pulumi from "@pulumi/pulumi";
import type { AtlasClient } from "../atlas/client";
import { readSettings } from "../atlas/settings";

/** A function's way to Atlas. */
export interface Connection {
  client: AtlasClient;
  operations: typeof import("../atlas/operations/index");
}

let connection: Connection | undefined;
let configuredFor: string | undefined;

/**
 * The program's way to Atlas: with the configuration of the stack, like the resources.
 *
 * @throws ConfigurationError when credentials are missing or incomplete
 */
export function connect(): Connection {
  const config = new pulumi.Config("mongodbatlas");
  const settings = readSettings((key) => config.get(key.slice("mongodbatlas:".length)), process.env);
  // One process runs several stacks in turn under the Automation API.
  const fingerprint = JSON.stringify(settings);
  if (connection === undefined || configuredFor !== fingerprint) {
    // A program that calls no function must not pay for loading an HTTP client.
    const { AtlasClient } = require("../atlas/client") as typeof import("../atlas/client");
    connection = {
      client: new AtlasClient(settings, { report: (line) => void pulumi.log.info(line) }),
      operations: require("../atlas/operations/index") as Connection["operations"],
    };
    configuredFor = fingerprint;
  }
  return connection;
}
