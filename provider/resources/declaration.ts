import type * as pulumi from "@pulumi/pulumi";
import { declaredAs } from "./declaredAs";
import { type HandlerName, providerReference, type ResourceName, typeToken } from "./registration";

/** What the constructor of `pulumi.CustomResource` takes. */
type Declaration = [
  type: string,
  name: string,
  properties: pulumi.Inputs,
  options: pulumi.CustomResourceOptions | undefined,
];

/**
 * What a resource of this package registers.
 *
 * The resources share functions and no class: the SDK takes the caller of a resource's own constructor for the place in
 * the program where it is declared.
 *
 * @param outputs names of all properties; an output is only there for a program when it is named at registration
 */
export function declaration(
  resource: ResourceName,
  name: string,
  args: object | undefined,
  outputs: readonly string[],
  options: pulumi.CustomResourceOptions | undefined,
): Declaration {
  const type = typeToken(resource);
  const handler = (resource.charAt(0).toLowerCase() + resource.slice(1)) as HandlerName;
  const isRead = options?.id !== undefined || options?.urn !== undefined;
  const properties = {
    ...Object.fromEntries(outputs.map((output) => [output, undefined])),
    ...args,
    ...timeouts(options),
    ...(isRead ? {} : { __declaredAs: declaredAs(type, name, options?.parent) }),
    __provider: providerReference(handler),
  };
  return [type, name, properties, options];
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
