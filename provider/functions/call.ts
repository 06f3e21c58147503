import * as pulumi from "@pulumi/pulumi";
import { isMocked } from "../resources/monitor";
import { settingsOf } from "../resources/provider/settingsOf";
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

type Named = Pick<AtlasFunction<never, unknown>, "name">;

/** The same arguments, as inputs. */
type Inputs<Args> = { [Name in keyof Args]: pulumi.Input<Args[Name] | undefined> };

/** Calls a function with values. */
export async function call<Args extends object, Result>(
  fn: AtlasFunction<Args, Result>,
  args: Args,
  options: pulumi.InvokeOptions = {},
): Promise<Result> {
  if (isMocked()) {
    return pulumi.runtime.invoke(tokenOf(fn), args as pulumi.Inputs, options);
  }
  const known = readArguments(fn.name, args, fn.parameters, false);
  const provider = providerOf(fn, options);
  refuseOther(fn, provider);
  const inputs = settingsOf(provider);
  if (inputs === undefined) {
    return fn.ask(connect(), known);
  }
  const values = await valuesOf(inputs);
  if (values === undefined) {
    throw mistake(
      `${fn.name}: the arguments of the provider are not known yet in this preview: call ${fn.name}Output, which waits for them.`,
    );
  }
  return fn.ask(connect(values), known);
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
  // What Atlas answers is no secret because the credentials are.
  const provider = providerOf(fn, options);
  const settings = pulumi.unsecret(pulumi.output(settingsOf(provider)));
  return pulumi
    .all([known, awaited, pulumi.isSecret(known), settings])
    .apply(([values, , secret, inputs]) => {
      const checked = readArguments(fn.name, values, fn.parameters, secret);
      refuseOther(fn, provider);
      return fn.ask(connect(inputs), checked);
    }) as pulumi.Output<Result>;
}

/** The token that identifies a function to the mocks of a unit test. It has the same form as those of the resources. */
function tokenOf({ name }: Named): string {
  return typeToken(name);
}

/** The provider that a call is given, by itself or by its parent. */
function providerOf(
  fn: Named,
  { provider, parent }: pulumi.InvokeOptions,
): pulumi.ProviderResource | undefined {
  return provider ?? parent?.getProvider(tokenOf(fn));
}

function refuseOther({ name }: Named, provider: pulumi.ProviderResource | undefined): void {
  if (provider !== undefined && settingsOf(provider) === undefined) {
    throw mistake(
      `${name}: the provider must be a Provider of this package, but got another one: give it that, or none to use the ` +
        "credentials in the stack's configuration or in the environment.",
    );
  }
}

/** The values of inputs; `undefined` while one is unknown. */
async function valuesOf(inputs: pulumi.Inputs): Promise<Record<string, string> | undefined> {
  // Methods of the SDK that its types do not declare.
  const output = pulumi.output(inputs) as unknown as {
    isKnown: Promise<boolean>;
    promise(): Promise<Record<string, string>>;
  };
  return (await output.isKnown) ? output.promise() : undefined;
}
