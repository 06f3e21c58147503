import * as pulumi from "@pulumi/pulumi";
import type { AtlasSession } from "../atlas/session";
import { readSettings } from "../atlas/settings";

let session: AtlasSession | undefined;
let configuredFor: string | undefined;

/**
 * The program's way to Atlas: with the configuration of the stack, like the resources.
 *
 * @throws ConfigurationError when credentials are missing or incomplete
 */
export function connect(): AtlasSession {
  const config = new pulumi.Config("mongodbatlas");
  const settings = readSettings((key) => config.get(key.slice("mongodbatlas:".length)), process.env);
  // One process runs several stacks in turn under the Automation API.
  const fingerprint = JSON.stringify(settings);
  if (session === undefined || configuredFor !== fingerprint) {
    // Programs that call no function must not pay for loading axios.
    const { AtlasSession } = require("../atlas/session") as typeof import("../atlas/session");
    session = new AtlasSession(settings, { report: (line) => void pulumi.log.info(line) });
    configuredFor = fingerprint;
  }
  return session;
}
