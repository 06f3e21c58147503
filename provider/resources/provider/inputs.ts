import * as pulumi from "@pulumi/pulumi";
import {
  type CredentialKind,
  credentialKinds,
  credentialParts,
  type Key,
  providerName,
  secretKeys,
  settingName,
  standardVariables,
  variableName,
} from "../../configuration/keys";

/** The arguments of a `Provider`. */
interface Given extends Partial<Record<Key, pulumi.Input<string>>> {
  readonly isMongodbgovCloud?: pulumi.Input<boolean>;
  readonly environmentVariables?: Partial<Record<Key, string>>;
}

const flags = ["isMongodbgovCloud"] as const;

const texts = Object.keys(standardVariables) as Key[];

const names: readonly string[] = [...texts, ...flags, "environmentVariables"];

/**
 * The inputs of a `Provider`, as the state has them.
 *
 * @throws RunError that names every mistake that can be seen already; a value that is an output is looked at when the
 *   provider is configured
 */
export function providerInputs(name: string, args: Given): Record<string, pulumi.Input<string>> {
  const mistakes = [...mistakesInName(name), ...mistakesIn(args)];
  if (mistakes.length > 0) {
    throw new pulumi.RunError(`Provider '${name}': ${mistakes.join("; ")}.`);
  }
  const inputs: Record<string, pulumi.Input<string>> = { [providerName]: name };
  for (const key of [...texts, ...flags]) {
    const value: pulumi.Input<string | boolean> | undefined = args[key];
    if (value !== undefined) {
      // What an output turns out not to have is told of when the provider is configured.
      const text = pulumi.output(value).apply((known) => String(known ?? ""));
      inputs[settingName(key)] = isSecret(key) ? pulumi.secret(text) : text;
    }
  }
  for (const [key, variable] of Object.entries(args.environmentVariables ?? {})) {
    inputs[variableName(key as Key)] = variable;
  }
  return inputs;
}

/** The inputs whose values the state encrypts. */
export const secretInputs = secretKeys.map(settingName);

function isSecret(key: string): boolean {
  return (secretKeys as readonly string[]).includes(key);
}

/** The engine has such names for the providers that it adds by itself. */
function mistakesInName(name: string): string[] {
  return /^default(_|$)/.test(name) ? ["the name must not be default, nor begin with default_"] : [];
}

function mistakesIn(args: Given): string[] {
  const unknown = Object.keys(args).filter((key) => !names.includes(key));
  return [
    ...unknown.map((key) => `${key} must be left out: the arguments are ${names.join(", ")}`),
    ...[...texts, ...flags].flatMap((key) => mistakeInValue(args, key)),
    ...mistakesInVariables(args.environmentVariables),
    ...mistakesInCredentials(args),
  ];
}

/** The messages repeat no value, as it may be a secret. */
function mistakeInValue(args: Given, key: Key | (typeof flags)[number]): string[] {
  if (!(key in args)) {
    return [];
  }
  const value: unknown = args[key];
  const type = (flags as readonly string[]).includes(key) ? "boolean" : "string";
  const isOpen = pulumi.Output.isInstance(value) || value instanceof Promise;
  if (isOpen || (typeof value === type && value !== "")) {
    return [];
  }
  const got =
    value === undefined || value === null ? "nothing" : value === "" ? "an empty text" : "something else";
  const expected = type === "boolean" ? "true or false" : "a text that is not empty";
  return [`${key} must be ${expected}, but got ${got}`];
}

function mistakesInVariables(variables: unknown): string[] {
  if (variables === undefined) {
    return [];
  }
  if (typeof variables !== "object" || variables === null) {
    return ["environmentVariables must be an object with a name for each setting, but got something else"];
  }
  return Object.entries(variables).flatMap(([key, variable]: [string, unknown]) => {
    if (!(texts as string[]).includes(key)) {
      return [`environmentVariables.${key} must be left out: the settings are ${texts.join(", ")}`];
    }
    // A key that is pasted here by mistake must not get into a state.
    return typeof variable === "string" && /^(?!mdb_sa_)[A-Za-z_][A-Za-z0-9_]*$/.test(variable)
      ? []
      : [
          `environmentVariables.${key} must be the name of a variable, such as SHOP_ATLAS_${constantCase(key)}`,
        ];
  });
}

function mistakesInCredentials(args: Given): string[] {
  const isGiven = (key: Key): boolean => args[key] !== undefined;
  const isNamed = (key: Key): boolean => args.environmentVariables?.[key] !== undefined;
  const twice = texts.filter((key) => isGiven(key) && isNamed(key));
  const has = (key: Key): boolean => isGiven(key) || isNamed(key);
  const used = credentialKinds.filter((kind) => credentialParts[kind].some(has));
  return [
    ...twice.map((key) => `${key} must be given as an argument or by a variable, but got both`),
    ...(used.length > 1
      ? [`the credentials must be of one kind, but got ${used.map((kind) => kindNames[kind]).join(" and ")}`]
      : []),
    ...used.flatMap((kind) =>
      (credentialParts[kind] as readonly Key[])
        .filter((key) => !has(key))
        .map(
          (key) =>
            `${key} must be given too, as an argument or by a variable: it is the other half of ${kindNames[kind]}`,
        ),
    ),
  ];
}

const kindNames: Readonly<Record<CredentialKind, string>> = {
  accessToken: "an access token",
  serviceAccount: "a service account",
  apiKey: "an API key",
};

function constantCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
