import type * as pulumi from "@pulumi/pulumi";

/** The same for each copy of this package, of which a program may have several. */
const mark = Symbol.for("mongodbatlas-dynamic.provider");

type ProviderInputs = Readonly<Record<string, pulumi.Input<string>>>;

/** Keeps the inputs of a provider with it, for the functions, which run in the program. */
export function keepSettings(provider: object, inputs: ProviderInputs): void {
  Object.defineProperty(provider, mark, { value: inputs, enumerable: false });
}

/** The inputs of a `Provider` of this package; `undefined` for anything else. */
export function settingsOf(provider: unknown): ProviderInputs | undefined {
  return typeof provider === "object" && provider !== null
    ? (provider as { [mark]?: ProviderInputs })[mark]
    : undefined;
}
