import type * as pulumi from "@pulumi/pulumi";

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

/** The type token of a resource of this package, such as `ProjectUser`. It stands in the state of every stack. */
export function typeToken(resource: string): string {
  return `pulumi-nodejs:dynamic/mongodbatlas:${resource}`;
}

/**
 * The properties to register a resource with.
 *
 * The resources share functions and no class: the SDK takes the caller of a resource's own constructor for the place in
 * the program where it is declared.
 *
 * @param outputs names of all properties; an output is only there for a program when it is named at registration
 */
export function properties(
  handler: HandlerName,
  args: object | undefined,
  outputs: readonly string[],
  options: pulumi.CustomResourceOptions | undefined,
): pulumi.Inputs {
  return {
    ...Object.fromEntries(outputs.map((output) => [output, undefined])),
    ...args,
    ...timeouts(options),
    __provider: providerReference(handler),
  };
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
