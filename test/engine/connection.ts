import type { AtlasSimulator } from "../simulator/simulator";
import type { Config } from "./stack";

/** The configuration that leads a stack to a simulator. */
export function connectionTo(
  simulator: AtlasSimulator,
  credentials: "apiKey" | "serviceAccount" | "readOnly" = "apiKey",
): Config {
  const keys = credentials === "readOnly" ? simulator.readOnlyKeys : simulator.keys;
  const pair: Config =
    credentials === "serviceAccount"
      ? {
          "mongodbatlas:clientId": keys.clientId,
          "mongodbatlas:clientSecret": { value: keys.clientSecret, secret: true },
        }
      : {
          "mongodbatlas:publicKey": keys.publicKey,
          "mongodbatlas:privateKey": { value: keys.privateKey, secret: true },
        };
  return { "mongodbatlas:baseUrl": simulator.url, ...pair };
}
