import * as pulumi from "@pulumi/pulumi";
import { declaredAs } from "./declaredAs";
import { warnOfPlainSecrets } from "./plainSecrets";
import { providerReference, type Registration, typeToken } from "./registration";
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
 * The resources share functions instead of a base class, because the SDK takes the caller of a resource's own
 * constructor for the place where the program declares it.
 *
 * @throws RunError for a mistake that the engine would report with a stack trace
 */
export function declaration<Resource extends pulumi.CustomResource>(
  registration: Registration<Resource>,
  name: string,
  args: object | undefined,
  options: pulumi.CustomResourceOptions | undefined,
): Declaration {
  const type = typeToken(registration.name);
  refuseImport(registration, name, options);
  requireStackDependency();
  warnOfPlainSecrets();
  const isRead = options?.id !== undefined || options?.urn !== undefined;
  const secrets = isRead ? undefined : secretArguments(args);
  const properties = {
    ...registration.outputs,
    ...args,
    ...timeouts(options),
    ...(isRead ? {} : { __declaredAs: declaredAs(type, name, options?.parent) }),
    ...(secrets === undefined ? {} : { __secretArguments: secrets }),
    __provider: providerReference(registration.name),
  };
  return [type, name, properties, options];
}

/** For an import, the engine passes on neither inputs nor state, not even the line that leads to the handler. */
function refuseImport(
  {
    name: resource,
    adopting,
    hasImportFile = false,
  }: Pick<Registration<pulumi.CustomResource>, "name" | "adopting" | "hasImportFile">,
  name: string,
  options: pulumi.CustomResourceOptions | undefined,
): void {
  if (options?.import !== undefined) {
    throw new pulumi.RunError(
      `${resource} '${name}': the option import must be left out, as the engine does not tell a dynamic resource what to import. ` +
        `Without it, the first \`pulumi up\` ${adopting}.` +
        (hasImportFile
          ? " `npx --no mongodbatlas-dynamic adopt --import FILE` writes a file for `pulumi import`."
          : ""),
    );
  }
}

/** The dynamic provider host passes no timeouts on to a provider, so they are an input. */
function timeouts(options: pulumi.CustomResourceOptions | undefined): pulumi.Inputs {
  const { create, update } = options?.customTimeouts ?? {};
  if (create === undefined && update === undefined) {
    return {};
  }
  return {
    __timeouts: { ...(create === undefined ? {} : { create }), ...(update === undefined ? {} : { update }) },
  };
}
