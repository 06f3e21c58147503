import { satisfies } from "semver";

/** An SDK and a CLI that are tried together, and what else such a project has. */
export interface Pair {
  /** Version of `@pulumi/pulumi`. */
  sdk: string;
  /** Version of the Pulumi CLI, and with it of the engine. */
  cli: string;
  /** Range of Node. */
  node: string;
  /** Range of TypeScript; each SDK says which it takes. */
  typescript: string;
}

const project = {
  "3.145.0": { node: "22.12.0", typescript: "^5.0.0" },
  "3.215.0": { node: "24", typescript: "^5.0.0" },
  "3.220.0": { node: "24", typescript: "^5.0.0" },
  "3.270.0": { node: "24", typescript: "^6.0.0" },
} as const;

const pair = (sdk: keyof typeof project, cli: string): Pair => ({ sdk, cli, ...project[sdk] });

/** The oldest of each with the newest of the other, both sides of each version from which something works, and the newest. */
export const pairs: readonly Pair[] = [
  pair("3.145.0", "3.145.0"),
  pair("3.145.0", "3.259.0"),
  pair("3.215.0", "3.220.0"),
  pair("3.220.0", "3.220.0"),
  pair("3.220.0", "3.254.0"),
  pair("3.270.0", "3.145.0"),
  pair("3.270.0", "3.259.0"),
];

/** What is tried, in the words of the table, and the versions that it needs. */
export const features = {
  types: { title: "A program compiles", sdk: "3.145.0", cli: "3.145.0" },
  resources: { title: "Resources", sdk: "3.145.0", cli: "3.145.0" },
  functions: { title: "Functions", sdk: "3.145.0", cli: "3.145.0" },
  get: { title: "`.get()`", sdk: "3.145.0", cli: "3.145.0" },
  preview: { title: "`preview`", sdk: "3.145.0", cli: "3.145.0" },
  drift: { title: "`drift`", sdk: "3.145.0", cli: "3.145.0" },
  adopt: { title: "`adopt`", sdk: "3.145.0", cli: "3.145.0" },
  provider: { title: "Explicit provider", sdk: "3.145.0", cli: "3.145.0" },
  variables: { title: "Its keys by variables", sdk: "3.145.0", cli: "3.145.0" },
  importFile: { title: "`pulumi import --file`", sdk: "3.145.0", cli: "3.254.0" },
} as const satisfies Record<string, { title: string; sdk: string; cli: string }>;

export type Feature = keyof typeof features;

/** Whether the pair has the versions that a feature needs. */
export function isPromised(feature: Feature, { sdk, cli }: Pair): boolean {
  return satisfies(sdk, `>=${features[feature].sdk}`) && satisfies(cli, `>=${features[feature].cli}`);
}
