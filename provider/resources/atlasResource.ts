import * as pulumi from "@pulumi/pulumi";

/** Names of the handlers that `mongodbatlas-dynamic/handlers` exports. */
export type HandlerName =
  | "projectUser"
  | "teamUser"
  | "linkToken"
  | "migrationCutover"
  | "maintenanceDeferral";

/**
 * What a dynamic resource registers as its implementation: a reference to the package, not a copy of its code.
 *
 * It stands in the state of every stack, so it never changes: upgrades make no differences, state holds no code,
 * and a fix reaches the refresh and the destruction of what an older version created.
 */
export function providerReference(handler: HandlerName): string {
  return `exports.handler = () => require("mongodbatlas-dynamic/handlers").${handler};`;
}

/** What the resources of this package have in common. */
export abstract class AtlasResource extends pulumi.CustomResource {
  /**
   * @param outputs names of the properties that Atlas fills in
   */
  protected constructor(
    type: string,
    handler: HandlerName,
    name: string,
    args: object | undefined,
    outputs: readonly string[],
    options: pulumi.CustomResourceOptions | undefined,
  ) {
    const properties: pulumi.Inputs = {
      // An output is only there for a program when it is named at registration.
      ...Object.fromEntries(outputs.map((output) => [output, undefined])),
      ...args,
      ...timeouts(options),
      __provider: providerReference(handler),
    };
    super(`pulumi-nodejs:dynamic/mongodbatlas:${type}`, name, properties, options);
  }
}

/** The dynamic provider host passes no timeouts on to a provider, so they travel among the inputs. */
function timeouts(options: pulumi.CustomResourceOptions | undefined): pulumi.Inputs {
  const { create, update } = options?.customTimeouts ?? {};
  if (create === undefined && update === undefined) {
    return {};
  }
  return {
    __timeouts: { ...(create === undefined ? {} : { create }), ...(update === undefined ? {} : { update }) },
  };
}
