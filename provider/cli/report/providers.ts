import { nameIn } from "./identity";

/** Whether a URN is that of a provider which a program has made, and not the one that the engine adds by itself. */
export function isExplicitProvider(urn: string): boolean {
  const [type = ""] = urn.split("::")[2]?.split("$").slice(-1) ?? [];
  return type === "pulumi:providers:pulumi-nodejs" && !/^default(_|$)/.test(nameIn(urn));
}

/** The name of an explicit provider; null for the credentials in the stack's configuration. */
export function providerNameOf(urn: string | undefined): string | null {
  return urn !== undefined && isExplicitProvider(urn) ? nameIn(urn) : null;
}
