/** What the doctor looks at, in the order in which it tells of it. */
export const checkNames = [
  "versions",
  "stack",
  "credentials",
  "proxy",
  "access",
  "roles",
  "limits",
  "retirements",
] as const;

export type CheckName = (typeof checkNames)[number];

/** What one check has found. All texts are sentences. */
export interface Check {
  readonly name: CheckName;
  /** The explicit provider whose credentials it is about. @default the stack's configuration, or none */
  readonly provider?: string;
  readonly found: readonly string[];
  /** What cannot be known, and why. */
  readonly unknown: readonly string[];
  /** What somebody has to put right, and how. */
  readonly toDo: readonly string[];
  /** The same for programs, in the form of the schema of the report. */
  readonly data?: unknown;
}

/** Checks that need an answer of Atlas, where there can be none. */
export function notAsked(why: string): Check[] {
  return (["access", "roles", "limits"] as const).map((name) =>
    check(name, { unknown: [`Atlas was not asked, because ${why}.`] }),
  );
}

/** A check of which there is only this to say. */
export function check(name: CheckName, parts: Partial<Omit<Check, "name">>): Check {
  return { name, found: [], unknown: [], toDo: [], ...parts };
}
