import type * as automation from "@pulumi/pulumi/automation";
import type { Settings } from "../../atlas/settings";
import { ConfigurationError, readSettings } from "../../configuration";
import type { Properties } from "../../resources/messages/values";
import { CommandFailure } from "../failure";
import { nameIn } from "../report/identity";
import { isExplicitProvider } from "../report/providers";
import { readState, type StackState } from "./record";
import { configurationOf } from "./stack";

/** An explicit provider of a stack, as its state has it. */
export interface ExplicitProvider {
  urn: string;
  name: string;
  inputs: Properties;
}

/** What the resources of a stack reach Atlas with. */
export class StackCredentials {
  private configuration: Promise<Settings> | undefined;
  private decrypted: Promise<ExplicitProvider[]> | undefined;

  constructor(private readonly stack: automation.Stack) {}

  /**
   * Those of the stack's configuration, or else of the environment.
   *
   * @throws ConfigurationError or CommandFailure that says what is missing
   */
  configured(): Promise<Settings> {
    this.configuration ??= configurationOf(this.stack).then((get) => readSettings(get, process.env));
    return this.configuration;
  }

  /**
   * The settings that a provider of the stack has. Those of an explicit one come from its inputs in the state, and from the
   * environment variables that they name.
   *
   * @param provider its URN, or the name of an explicit one; the URN of any other stands for the stack's configuration
   * @throws ConfigurationError or CommandFailure that says which one lacks what
   */
  async of(provider: string): Promise<Settings> {
    if (provider === "" || (provider.startsWith("urn:") && !isExplicitProvider(provider))) {
      return this.configured();
    }
    const providers = await this.providers();
    const found = providers.filter(({ urn, name }) => urn === provider || name === provider);
    const [only, other] = found;
    if (only === undefined) {
      const names = providers.map(({ name }) => name).sort();
      throw new CommandFailure(
        `The state of stack ${this.stack.name} has no provider ${nameIn(provider) || provider}: ${
          names.length === 0 ? "it has only its configuration" : `it has ${names.join(", ")}`
        }.`,
      );
    }
    if (other !== undefined) {
      throw new CommandFailure(
        `The state of stack ${this.stack.name} has several providers of the name ${provider}: name one by its URN, such as ${only.urn}.`,
      );
    }
    return settingsOf(only);
  }

  /** The explicit providers of the stack. Their secrets are decrypted only where there are some. */
  private providers(): Promise<ExplicitProvider[]> {
    this.decrypted ??= this.readProviders();
    return this.decrypted;
  }

  private async readProviders(): Promise<ExplicitProvider[]> {
    const { name } = this.stack;
    const providers = explicitProvidersIn(await readState(name));
    // Whoever names variables needs no passphrase here.
    return providers.some(({ inputs }) => Object.values(inputs).some(isEncrypted))
      ? explicitProvidersIn(await readState(name, ["--show-secrets"]))
      : providers;
  }
}

function settingsOf({ name, inputs }: ExplicitProvider): Settings {
  const texts = new Map(Object.entries(inputs).map(([key, value]) => [key, textOf(value)]));
  try {
    return readSettings((key) => texts.get(key), withMappings(process.env, inputs));
  } catch (error) {
    throw error instanceof ConfigurationError && !error.message.includes(`Provider ${name}`)
      ? new CommandFailure(`Provider ${name}: ${error.message}`)
      : error;
  }
}

/** The environment as the engine makes it for a provider with the resource option `envVarMappings`. */
function withMappings(environment: NodeJS.ProcessEnv, inputs: Properties): NodeJS.ProcessEnv {
  const internal = (inputs["__internal"] ?? {}) as { envVarMappings?: Record<string, string> };
  const mapped = Object.entries(internal.envVarMappings ?? {}).flatMap(([from, to]) =>
    environment[from] === undefined ? [] : [[to, environment[from]]],
  );
  return { ...environment, ...Object.fromEntries(mapped) };
}

function explicitProvidersIn({ resources }: StackState): ExplicitProvider[] {
  return resources
    .filter(({ urn }) => isExplicitProvider(urn))
    .map(({ urn, inputs }) => ({ urn, name: nameIn(urn), inputs }));
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "ciphertext" in value;
}

/** A secret is an object with its value as JSON, when it is shown. */
function textOf(value: unknown): string | undefined {
  const { plaintext } = (typeof value === "object" && value !== null ? value : {}) as { plaintext?: unknown };
  const plain: unknown = typeof plaintext === "string" ? JSON.parse(plaintext) : value;
  return typeof plain === "string" ? plain : undefined;
}
