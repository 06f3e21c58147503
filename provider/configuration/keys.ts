/** The keys of the settings, those of `@pulumi/mongodbatlas`, each with the variables it falls back to. */
export const standardVariables = {
  publicKey: ["MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PUBLIC_API_KEY", "MCLI_PUBLIC_API_KEY"],
  privateKey: ["MONGODB_ATLAS_PRIVATE_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY", "MCLI_PRIVATE_API_KEY"],
  clientId: ["MONGODB_ATLAS_CLIENT_ID"],
  clientSecret: ["MONGODB_ATLAS_CLIENT_SECRET"],
  accessToken: ["MONGODB_ATLAS_ACCESS_TOKEN"],
  baseUrl: ["MONGODB_ATLAS_BASE_URL", "MCLI_OPS_MANAGER_URL"],
} as const;

/** A setting that is a text. */
export type Key = keyof typeof standardVariables;

/** The settings that let somebody in; whoever reads them may act in Atlas. */
export const secretKeys = ["privateKey", "clientSecret", "accessToken"] as const satisfies readonly Key[];

/** The parts of each kind of credentials. Where one source has several kinds, the first one wins. */
export const credentialParts = {
  accessToken: ["accessToken"],
  serviceAccount: ["clientId", "clientSecret"],
  apiKey: ["publicKey", "privateKey"],
} as const satisfies Record<string, readonly Key[]>;

export type CredentialKind = keyof typeof credentialParts;

/** The kinds in their order. */
export const credentialKinds = Object.keys(credentialParts) as CredentialKind[];

/** What a configuration calls a setting, and the inputs of a `Provider` as well. */
export function settingName(key: string): string {
  return `mongodbatlas:${key}`;
}

/** The input of a `Provider` that names the variable of a setting. The state of a stack contains it. */
export function variableName(key: Key): string {
  return settingName(`${key}Variable`);
}

/** The input of a `Provider` that says which one it is, for messages. The state of a stack contains it. */
export const providerName = settingName("provider");
