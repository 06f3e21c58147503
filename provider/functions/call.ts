import * as pulumi from "@pulumi/pulumi";
import { isMocked } from "../resources/monitor";
import { typeToken } from "../resources/registration";
import { mistake, type Parameters, readArguments } from "./arguments";
import { type Connection, connect } from "./connect";
import { identitiesOfDependencies } from "./dependencies";

/** A function that programs call to read from Atlas. */
export interface AtlasFunction<Args extends object, Result> {
  readonly name: string;
  readonly parameters: Parameters<Args>;
  /** Asks Atlas. The arguments have been checked. */
  ask(connection: Connection, args: Args): Promise<Result>;
}

/** The same arguments, as inputs. */
type Inputs<Args> = { [Name in keyof Args]: pulumi.Input<Args[Name] | undefined> };

/** Calls a function with values. */
export async function call<Args extends object, Result>(
  fn: AtlasFunction<Args, Result>,
  args: Args,
  options: pulumi.InvokeOptions = {},
): Promise<Result> {
  return isMocked()
    ? pulumi.runtime.invoke(tokenOf(fn), args as pulumi.Inputs, options)
    : ask(fn, args, options, false);
}

/** Calls a function with inputs. In a preview, it asks for nothing while an input is unknown. */
export function callOutput<Args extends object, Result>(
  fn: AtlasFunction<Args, Result>,
  args: Inputs<Args>,
  options: pulumi.InvokeOutputOptions = {},
): pulumi.Output<Result> {
  if (isMocked()) {
    return pulumi.runtime.invokeOutput<Result>(tokenOf(fn), args as pulumi.Inputs, options);
  }
  const known = pulumi.output(args) as unknown as pulumi.Output<Args>;
  const awaited = pulumi
    .output(identitiesOfDependencies(known, options.dependsOn))
    .apply((identities) => pulumi.all(identities));
  return pulumi
    .all([known, awaited, pulumi.isSecret(known)])
    .apply(([values, , secret]) => ask(fn, values as Args, options, secret)) as pulumi.Output<Result>;
}

/** The token that identifies a function to the mocks of a unit test. It has the same form as those of the resources. */
function tokenOf({ name }: { name: string }): string {
  return typeToken(name);
}

async function ask<Args extends object, Result>(
  fn: AtlasFunction<Args, Result>,
  args: Args,
  options: pulumi.InvokeOptions,
  secret: boolean,
): Promise<Result> {
  const known = readArguments(fn.name, args, fn.parameters, secret);
  if ((options.provider ?? options.parent?.getProvider(tokenOf(fn))) !== undefined) {
    // The program would expect the credentials of the provider, which functions do not use.
    throw mistake(
      `${fn.name}: a provider must not be given, neither by the option provider nor by the parent: functions ask with ` +
        "the credentials in the stack's configuration or in the environment.",
    );
  }
  return fn.ask(connect(), known);
}
