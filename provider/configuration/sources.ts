import { ConfigurationError } from "../atlas/errors/configurationError";
import {
  credentialParts,
  type Key,
  providerName,
  settingName,
  standardVariables,
  variableName,
} from "./keys";

/** Reads a setting from one source; `undefined` when it is not set there. */
export type Source = (key: Key) => string | undefined;

export type GetConfig = (key: string) => string | undefined;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings come from. */
export interface Sources {
  /** Which `Provider` has them; `undefined` for the configuration of the stack. */
  readonly provider: string | undefined;
  /** Whether credentials of two kinds are a mistake, and no matter of which one wins. */
  readonly hasOneKind: boolean;
  /** Those that hold credentials, the one that wins first. */
  readonly credentials: readonly Source[];
  /** Whichever source has it. */
  either(key: Key): string | undefined;
  /** A setting that no variable stands for. */
  own(key: string): string | undefined;
  /** What the user has set or may set, for messages. */
  placeOf(key: string): string;
  /** What to do about half a pair: a sentence. */
  completing(key: Key): string;
}

/** The sources of a stack, or of a `Provider` where `getConfig` reads the inputs of one. */
export function sourcesOf(getConfig: GetConfig, environment: Environment): Sources {
  // A key pasted into a CI secret often ends in a newline, which no header may carry.
  const get: GetConfig = (key) => getConfig(key)?.trim();
  const name = get(providerName);
  return name === undefined
    ? new StackSources((key) => get(key) || undefined, environment)
    : new ProviderSources(name, get, environment);
}

/** What the first standard variable of a setting that is set says. */
function standardValue(key: Key, environment: Environment): string | undefined {
  const name = standardVariable(key, environment);
  return name === undefined ? undefined : environment[name]?.trim();
}

/** The first standard variable of a setting that is set. */
function standardVariable(key: Key, environment: Environment): string | undefined {
  return standardVariables[key].find((name) => environment[name]?.trim());
}

/** The configuration of a stack, and the environment. */
class StackSources implements Sources {
  readonly provider = undefined;
  readonly hasOneKind = false;

  constructor(
    private readonly get: GetConfig,
    private readonly environment: Environment,
  ) {}

  get credentials(): Source[] {
    return [(key) => this.own(key), (key) => standardValue(key, this.environment)];
  }

  own(key: string): string | undefined {
    return this.get(settingName(key));
  }

  either(key: Key): string | undefined {
    return this.own(key) ?? standardValue(key, this.environment);
  }

  placeOf(key: string): string {
    const isSet = this.own(key) !== undefined || !(key in standardVariables);
    const variable = isSet ? undefined : standardVariable(key as Key, this.environment);
    return variable ?? settingName(key);
  }

  completing(key: Key): string {
    return (
      `Set it with \`pulumi config set --secret ${settingName(key)}\` ` +
      `or in the variable ${standardVariables[key][0]}.`
    );
  }
}

/**
 * The inputs of a `Provider`. Credentials of the environment's standard variables count only when it has none of its own, so
 * that no half of a pair can belong to another organization.
 */
class ProviderSources implements Sources {
  private readonly hasCredentials: boolean;

  constructor(
    readonly provider: string,
    private readonly get: GetConfig,
    private readonly environment: Environment,
  ) {
    const keys: Key[] = Object.values(credentialParts).flat();
    this.hasCredentials = keys.some((key) => this.isGiven(key));
  }

  get hasOneKind(): boolean {
    return this.hasCredentials;
  }

  get credentials(): Source[] {
    return [this.hasCredentials ? (key) => this.given(key) : (key) => standardValue(key, this.environment)];
  }

  own(key: string): string | undefined {
    return this.get(settingName(key));
  }

  either(key: Key): string | undefined {
    const given = this.given(key);
    return given === undefined && this.mayBeStandard(key) ? standardValue(key, this.environment) : given;
  }

  placeOf(key: string): string {
    const isKey = (text: string): text is Key => text in standardVariables;
    if (isKey(key) && !this.isGiven(key) && this.mayBeStandard(key)) {
      return standardVariable(key, this.environment) ?? `${key} of Provider ${this.provider}`;
    }
    return (isKey(key) ? this.get(variableName(key)) : undefined) ?? `${key} of Provider ${this.provider}`;
  }

  completing(): string {
    return "A Provider needs both halves, as arguments or in the variables that its environmentVariables names.";
  }

  private mayBeStandard(key: Key): boolean {
    return key === "baseUrl" || !this.hasCredentials;
  }

  private isGiven(key: Key): boolean {
    return this.get(settingName(key)) !== undefined || this.get(variableName(key)) !== undefined;
  }

  private given(key: Key): string | undefined {
    const variable = this.get(variableName(key));
    const value = variable === undefined ? this.own(key) : this.environment[variable]?.trim();
    // A program that passes on what is not there must not get the credentials of another organization instead.
    if (!value && this.isGiven(key)) {
      throw new ConfigurationError(
        variable === undefined
          ? `The argument ${key} of Provider ${this.provider} is empty: give it a value, or leave it out.`
          : `The environment variable ${variable}, from which Provider ${this.provider} takes its ${key}, is not set: set it where Pulumi runs.`,
      );
    }
    return value;
  }
}
