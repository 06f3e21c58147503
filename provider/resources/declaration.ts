import * as pulumi from "@pulumi/pulumi";
import { declaredAs } from "./declaredAs";
import { warnOfPlainSecrets } from "./plainSecrets";
import { type HandlerName, providerReference, type ResourceName, typeToken } from "./registration";
import { secretArguments } from "./secretArguments";
import { requireStackDependency } from "./stackDependency";

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
 * @throws RunError where the engine could only fail with a stack of its own
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
  refuseImport(resource, name, options);
  requireStackDependency();
  warnOfPlainSecrets();
  const isRead = options?.id !== undefined || options?.urn !== undefined;
  const secrets = isRead ? undefined : secretArguments(args);
  const properties = {
    ...Object.fromEntries(outputs.map((output) => [output, undefined])),
    ...args,
    ...timeouts(options),
    ...(isRead ? {} : { __declaredAs: declaredAs(type, name, options?.parent) }),
    ...(secrets === undefined ? {} : { __secretArguments: secrets }),
    __provider: providerReference(handler),
  };
  return [type, name, properties, options];
}

/** What the first `pulumi up` does with what is there already, in the place of an import. */
const adopting: Record<ResourceName, string> = {
  ProjectUser: "adopts a user who is in the project already",
  TeamUser: "adopts a user who is in the team already",
  LinkToken: "drops a link that is there already, as Atlas shows a token only once, and makes a new token",
  MigrationCutover: "adopts a migration that is complete or being cut over already",
  MaintenanceDeferral: "counts deferrals that are there already",
};

/** The engine hands a dynamic resource neither inputs nor state to import, not even the line that leads to its handler. */
function refuseImport(
  resource: ResourceName,
  name: string,
  options: pulumi.CustomResourceOptions | undefined,
): void {
  if (options?.import !== undefined) {
    throw new pulumi.RunError(
      `${resource} '${name}': the option import must be left out, as Pulumi cannot import dynamic resources. ` +
        `Without it, the first \`pulumi up\` ${adopting[resource]}.`,
    );
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
