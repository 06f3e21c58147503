import { type Feature, features, type Pair } from "./pairs";

const titles = Object.entries(features) as [Feature, (typeof features)[Feature]][];

/** The pairs that were tried, and what works with each. */
export function tableOfPairs(
  pairs: readonly Pair[],
  works: (feature: Feature, pair: Pair) => boolean,
): string {
  return table(
    ["SDK", "CLI", "Node", "TypeScript", ...titles.map(([, { title }]) => title)],
    pairs.map((pair) => [
      pair.sdk,
      pair.cli,
      pair.node,
      pair.typescript.replace(/^\^(\d+).*/, "$1"),
      ...titles.map(([feature]) => (works(feature, pair) ? "yes" : "no")),
    ]),
  );
}

/** The versions from which on each works. */
export function tableOfNeeds(): string {
  const short = (version: string): string => version.replace(/\.0$/, "");
  return table(
    ["", "SDK", "CLI"],
    titles.map(([, { title, sdk, cli }]) => [title, short(sdk), short(cli)]),
  );
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
