import type { Check, CheckName } from "../doctor/check";

export type DoctorFormat = "text" | "json";

/** What the doctor has found. */
export interface DoctorReport {
  /** @default none was found */
  readonly stack: string | undefined;
  readonly checks: readonly Check[];
  readonly now: Date;
}

const headings: Readonly<Record<CheckName, string>> = {
  versions: "Versions",
  stack: "Stack",
  credentials: "Credentials",
  proxy: "Proxy",
  access: "What the credentials see",
  roles: "Roles",
  limits: "Rate limits",
  retirements: "What Atlas retires",
};

/** What to do comes first, each once: several checks may fail for one reason. */
export function printDoctor(report: DoctorReport, format: DoctorFormat): string {
  return format === "json" ? printJson(report) : printText(report);
}

function toDoOf({ checks }: DoctorReport): string[] {
  return [
    ...new Set(checks.flatMap(({ toDo, provider }) => toDo.map((each) => withProvider(each, provider)))),
  ];
}

/** A sentence that says which credentials it is about. */
function withProvider(sentence: string, provider: string | undefined): string {
  return provider === undefined || sentence.includes(provider)
    ? sentence
    : `Provider ${provider}: ${sentence}`;
}

function printText(report: DoctorReport): string {
  const { stack, checks } = report;
  const toDo = toDoOf(report);
  const about = stack === undefined ? "No stack was found" : `Stack ${stack}`;
  const count = toDo.length === 1 ? "1 thing" : `${toDo.length} things`;
  const head =
    toDo.length === 0
      ? [`${about}: nothing to do.`]
      : [`${about}: ${count} to do.`, toDo.map((each, index) => `${index + 1}. ${each}`).join("\n")];
  const sections = checks
    .filter(({ found, unknown }) => found.length + unknown.length > 0)
    .map(({ name, provider, found, unknown }) =>
      [
        `${headings[name]}${provider === undefined ? "" : ` (Provider ${provider})`}`,
        ...found.map((each) => `  ${each}`),
        ...unknown.map((each) => `  ? ${each}`),
      ].join("\n"),
    );
  return [...head, ...sections].join("\n\n");
}

function printJson(report: DoctorReport): string {
  const { stack, checks, now } = report;
  return JSON.stringify(
    {
      version: 1,
      stack: stack ?? null,
      at: now.toISOString(),
      toDo: toDoOf(report),
      checks: checks.map(({ name, provider, found, unknown, toDo, data }) => ({
        name,
        provider: provider ?? null,
        state: toDo.length > 0 ? "to do" : unknown.length > 0 ? "partly unknown" : "ok",
        found,
        unknown,
        toDo,
        data: data ?? null,
      })),
    },
    undefined,
    2,
  );
}
