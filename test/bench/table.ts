import type { Measurement } from "./measure";
import type { SelfTimes } from "./providerProbe";
import type { Verdict } from "./targets";

export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ what, value, target, good, ok, from }) => [
    what,
    Number.isInteger(value) ? String(value) : value.toFixed(2),
    target === undefined ? "" : `${good} ${target}`,
    ok === undefined ? "" : ok ? "ok" : "NOT OK",
    from,
  ]);
  return table(["what", "value", "target", "", "from"], rows, [1]);
}

export function measurementTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ users, operation, subject, requests, wallMs, provider, state }, index) => {
    const before = measurements[index - 1];
    const isNew = before?.users !== users || before.operation !== operation;
    return [
      isNew ? String(users) : "",
      isNew ? operation : "",
      subject,
      ...[requests.total, requests.credentials, requests.GET, requests.POST, requests.DELETE].map(String),
      (wallMs / 1_000).toFixed(2),
      provider === undefined ? "-" : (provider.cpuMs / 1_000).toFixed(2),
      provider === undefined ? "-" : (provider.peakBytes / 1e6).toFixed(0),
      state === undefined ? "-" : String(state.total),
      state === undefined ? "-" : String(state.own),
      state === undefined ? "-" : String(state.positions),
    ];
  });
  const head = [
    "users",
    "operation",
    "stack",
    "requests",
    "401+token",
    "GET",
    "POST",
    "DELETE",
    "wall s",
    "CPU s",
    "peak MB",
    "state B",
    "in+out B",
    "position B",
  ];
  return table(head, rows, [0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
}

/** Where the time was spent: in which packages, and in which functions themselves. */
export function profileTable(title: string, selfTimes: SelfTimes, count: number): string {
  const packages = new Map<string, number>();
  for (const [name, ms] of selfTimes) {
    const home = packageOf(name);
    packages.set(home, (packages.get(home) ?? 0) + ms);
  }
  const sum = [...selfTimes.values()].reduce((total, ms) => total + ms, 0);
  const top = (times: ReadonlyMap<string, number>, head: string, most: number): string => {
    const rows = [...times]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, ms]) => [ms.toFixed(0), `${((ms / sum) * 100).toFixed(1)} %`, name]);
    return table(["ms", "share", head], rows, [0, 1]);
  };
  return [
    `${title}: ${(sum / 1_000).toFixed(2)} s busy`,
    top(packages, "package", 10),
    top(selfTimes, "function", count),
  ].join("\n\n");
}

function packageOf(name: string): string {
  const place = /\((.*):\d+\)$/.exec(name)?.[1] ?? "";
  if (place.startsWith("dist/")) {
    return "mongodbatlas-dynamic";
  }
  if (place.startsWith("node:")) {
    return "Node's own modules";
  }
  return /^node_modules\/((@[^/]+\/)?[^/]+)/.exec(place)?.[1] ?? "native code";
}

function table(head: string[], rows: string[][], rightAligned: number[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return rightAligned.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
