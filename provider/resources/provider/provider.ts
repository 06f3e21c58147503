import * as pulumi from "@pulumi/pulumi";
import { leaveUnprinted } from "../unprintedResponse";
import { providerInputs, secretInputs } from "./inputs";
import { keepSettings } from "./settingsOf";
import { variablesOf } from "./variables";

/** Arguments of {@link Provider}. The credentials are an API key, a service account, or an access token. */
export interface ProviderArgs {
  /**
   * The names of environment variables that have the values instead. The state then holds these names only, and the
   * variables are read each time that Pulumi runs.
   *
   * @default none
   */
  environmentVariables?: ProviderEnvironmentVariables;
  /** The public part of an API key of the organization. @default none */
  publicKey?: pulumi.Input<string>;
  /** The private part of the API key, which the state encrypts. @default none */
  privateKey?: pulumi.Input<string>;
  /** The client id of a service account of the organization. @default none */
  clientId?: pulumi.Input<string>;
  /** The secret of the service account, which the state encrypts. @default none */
  clientSecret?: pulumi.Input<string>;
  /** An access token that was fetched elsewhere, which the state encrypts. It cannot be renewed. @default none */
  accessToken?: pulumi.Input<string>;
  /** The address of Atlas: a scheme and a host. @default `MONGODB_ATLAS_BASE_URL`, or `https://cloud.mongodb.com` */
  baseUrl?: pulumi.Input<string>;
  /** Whether to use Atlas for Government, at `https://cloud.mongodbgov.com`. @default `false` */
  isMongodbgovCloud?: pulumi.Input<boolean>;
}

/** The names of environment variables, each of which has the value of an argument of {@link Provider}. */
export interface ProviderEnvironmentVariables {
  /** The variable with the public part of an API key. @default none */
  publicKey?: string;
  /** The variable with the private part of the API key. @default none */
  privateKey?: string;
  /** The variable with the client id of a service account. @default none */
  clientId?: string;
  /** The variable with the secret of the service account. @default none */
  clientSecret?: string;
  /** The variable with an access token that was fetched elsewhere. @default none */
  accessToken?: string;
  /** The variable with the address of Atlas. @default none */
  baseUrl?: string;
}

/**
 * The credentials of another organization than that of the stack's configuration. Give it to resources, component resources or
 * functions by the option `provider`.
 *
 * It takes nothing from the stack's configuration. Without credentials of its own, it uses those of the standard
 * environment variables, such as `MONGODB_ATLAS_CLIENT_ID` and `MONGODB_ATLAS_CLIENT_SECRET`.
 *
 * - **Where keys are**: with `environmentVariables`, which is best, the state holds no key, and a new key counts at once. Keys
 *   that are arguments are encrypted in the state, and a refresh uses those of the last update.
 * - **Changes**: another name of the provider, other arguments, or another provider for a resource change nothing in Atlas.
 * - **Errors**: an unknown argument, half a pair and two kinds of credentials are errors before anything is changed. A
 *   variable that is not set is an error of each resource that needs it.
 * - **The resource option `envVarMappings`**: a variable that is mapped to a standard one of Atlas counts as named by
 *   `environmentVariables`.
 *
 * @example
 * ```typescript
 * const shop = new Provider("shop", {
 *   environmentVariables: { clientId: "SHOP_ATLAS_CLIENT_ID", clientSecret: "SHOP_ATLAS_CLIENT_SECRET" },
 * });
 * new ProjectUser(
 *   "ada",
 *   { projectId: "5f1b3c2a9d8e7f6a5b4c3d2e", username: "ada@example.com", roles: ["GROUP_READ_ONLY"] },
 *   { provider: shop },
 * );
 * ```
 */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, options: pulumi.ResourceOptions = {}) {
    const { envVarMappings, ...rest } = options;
    const { named, others } = variablesOf(envVarMappings);
    const environmentVariables = { ...named, ...args.environmentVariables };
    const isMapped = Object.keys(named).length > 0;
    leaveUnprinted("pulumi:providers:pulumi-nodejs");
    const inputs = providerInputs(name, isMapped ? { ...args, environmentVariables } : args);
    super("pulumi-nodejs", name, inputs, {
      ...rest,
      ...(others === undefined ? {} : { envVarMappings: others }),
      // The type does not say that a provider is a custom resource.
      ...({ additionalSecretOutputs: secretInputs } as pulumi.ResourceOptions),
    });
    keepSettings(this, inputs);
  }
}
