import type * as automation from "@pulumi/pulumi/automation";
import type { Settings } from "../../atlas/settings";
import { ConfigurationError, readSettings } from "../../configuration";
import type { Properties } from "../../resources/messages/values";
import { CommandFailure } from "../failure";
import { nameIn } from "../report/identity";
import { isExplicitProvider } from "../report/providers";
import { pulumi } from "./pulumi";
import { configurationOf } from "./stack";

/** An explicit provider of a stack, as its state has it. */
export interface ExplicitProvider {
  urn: string;
  name: string;
  inputs: Properties;
}

/** What the resources of a stack reach Atlas with. */
export class StackCredentials {
  private configured: Promise<Settings> | undefined;
  private decrypted: Promise<ExplicitProvider[]> | undefined;

  constructor(private readonly stack: automation.Stack) {}

  /**
   * The settings that a provider of the stack has. Those of an explicit one come from its inputs in the state, and from the
   * environment variables that they name.
   *
   * @param urn of the provider; any other than an explicit one stands for the stack's configuration
   * @throws ConfigurationError or CommandFailure that says which one lacks what
   */
  async of(urn: string): Promise<Settings> {
    if (!isExplicitProvider(urn)) {
      this.configured ??= configurationOf(this.stack).then((get) => readSettings(get, process.env));
      return this.configured;
    }
    const provider = (await this.providers()).find((each) => each.urn === urn);
    if (provider === undefined) {
      throw new CommandFailure(
        `The state of stack ${this.stack.name} has no provider ${nameIn(urn)} any more: run the command again.`,
      );
    }
    return settingsOf(provider);
  }

  /** The explicit providers of the stack. Their secrets are decrypted only where there are some. */
  private providers(): Promise<ExplicitProvider[]> {
    this.decrypted ??= this.readProviders();
    return this.decrypted;
  }

  private async readProviders(): Promise<ExplicitProvider[]> {
    const { name } = this.stack;
    const args = ["stack", "export", "--stack", name];
    const providers = explicitProvidersIn(await pulumi(args, name));
    // Whoever names variables needs no passphrase here.
    return providers.some(({ inputs }) => Object.values(inputs).some(isEncrypted))
      ? explicitProvidersIn(await pulumi([...args, "--show-secrets"], name))
      : providers;
  }
}

function settingsOf({ name, inputs }: ExplicitProvider): Settings {
  const texts = new Map(Object.entries(inputs).map(([key, value]) => [key, textOf(value)]));
  try {
    return readSettings((key) => texts.get(key), withMappings(process.env, inputs));
  } catch (error) {
    throw error instanceof ConfigurationError && !error.message.includes(name)
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

interface Exported {
  deployment?: { resources?: { urn: string; inputs?: Properties }[] };
}

function explicitProvidersIn(state: string): ExplicitProvider[] {
  const { deployment } = JSON.parse(state) as Exported;
  return (deployment?.resources ?? [])
    .filter(({ urn }) => isExplicitProvider(urn))
    .map(({ urn, inputs = {} }) => ({ urn, name: nameIn(urn), inputs }));
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
