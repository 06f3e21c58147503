import type * as pulumi from "@pulumi/pulumi";

/** What a resource of this package registers about itself when a program declares it. */
export interface Registration<Resource extends pulumi.CustomResource> {
  /** The name of its class. The state of every stack contains it, as a part of the type token. */
  readonly name: string;
  /** All its properties: an output is only there for a program when it is named at registration. */
  readonly outputs: { readonly [Output in OutputName<Resource>]: undefined };
  /** What the first `pulumi up` does with what is there already; follows "Without it, the first `pulumi up`". */
  readonly adopting: string;
  /** Whether the command `adopt` writes it into a file for `pulumi import`. @default false */
  readonly hasImportFile?: boolean;
}

/** The names of the outputs that a class declares. */
export type OutputName<Resource extends pulumi.CustomResource> = Exclude<
  keyof Resource,
  keyof pulumi.CustomResource
>;

/**
 * What a dynamic resource registers as its implementation: a reference to the package, not a copy of its code. The handler
 * of `ProjectUser` is `projectUser`.
 *
 * The state of every stack contains it, so it never changes: upgrades make no differences, state holds no code, and a
 * fix also applies when the engine refreshes or destroys what an older version created.
 */
export function providerReference(resource: string): string {
  const handler = resource.charAt(0).toLowerCase() + resource.slice(1);
  return `exports.handler = () => require("mongodbatlas-dynamic/handlers").${handler};`;
}

/** The type token of a resource of this package, such as `ProjectUser`. The state of every stack contains it. */
export function typeToken(resource: string): string {
  return `pulumi-nodejs:dynamic/mongodbatlas:${resource}`;
}
