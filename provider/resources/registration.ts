/** The resources of this package. Their names stand in the state of every stack, as parts of their type tokens. */
export type ResourceName =
  | "ProjectUser"
  | "TeamUser"
  | "LinkToken"
  | "MigrationCutover"
  | "MaintenanceDeferral";

/** Names of the handlers that `mongodbatlas-dynamic/handlers` exports. */
export type HandlerName = Uncapitalize<ResourceName>;

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
