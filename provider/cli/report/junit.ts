import type { AcceptedRow } from "./accepted";
import { type DriftReport, isReport, type Outcome, summaryOf } from "./driftReport";
import { harmless, onOneLine } from "./inert";
import { type RatedRow, reaches } from "./severity";

/** What a test case is about, and an element below it that says what has come of it. */
interface TestCase {
  classname: string;
  name: string;
  result?: { element: "failure" | "skipped" | "error"; message: string; lines: readonly string[] };
}

/** What is told of one row. */
interface Finding {
  counts: boolean;
  message: string;
  lines: readonly string[];
}

/**
 * A report in the form of JUnit, which test runners write and CI systems show: a suite for each stack, with a test case for each
 * resource and for each member without one. A CI system follows a case by its name, so that the name does not tell the result.
 * A case has one element for all of its rows, as some CI systems read no more than one.
 */
export function junitOf(outcomes: readonly Outcome[]): string {
  const suites = outcomes.map((outcome) => ({ stack: outcome.stack, cases: casesOf(outcome) }));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "drift", ...countsOf(suites.flatMap(({ cases }) => cases)) })}>`,
    ...suites.flatMap(({ stack, cases }) => [
      `  <testsuite${attributes({ name: stack, ...countsOf(cases) })}>`,
      ...cases.flatMap(linesOf),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function casesOf(outcome: Outcome): TestCase[] {
  if (!isReport(outcome)) {
    const { stack, failure } = outcome;
    const result = { element: "error", message: failure, lines: [failure] } as const;
    return [{ classname: stack, name: "comparison", result }];
  }
  const { stack, rows, accepted, resources, failOn } = outcome;
  const names = new Map<string, string>();
  const findings = new Map<string, Finding[]>();
  const keep = (row: RatedRow, finding: Finding): void => {
    const key = row.urn ?? JSON.stringify([row.provider, row.id]);
    names.set(key, nameOf(row, resources));
    findings.set(key, [...(findings.get(key) ?? []), finding]);
  };
  for (const row of rows) {
    keep(row, findingOf(row, reaches(row.severity, failOn)));
  }
  for (const row of accepted) {
    keep(row, acceptedFinding(row));
  }
  return [
    ...[...findings].map(([key, found]) => ({
      classname: stack,
      name: names.get(key) ?? key,
      result: resultOf(found),
    })),
    ...[...resources]
      .filter(([urn]) => !findings.has(urn))
      .map(([, name]): TestCase => ({ classname: stack, name })),
  ];
}

/** The same for a resource with rows as for one without. */
function nameOf({ urn, subject }: RatedRow, resources: DriftReport["resources"]): string {
  return (urn === null ? undefined : resources.get(urn)) ?? subject;
}

function findingOf(row: RatedRow, counts: boolean): Finding {
  const { severity, message, subject, property, attribution } = row;
  const lines = [
    `${severity}: ${message}`,
    property === null ? subject : `${subject}, ${property}`,
    summaryOf(row),
    ...(attribution === undefined ? [] : [attribution.sentence]),
  ];
  return { counts, message: `${severity}: ${message}`, lines };
}

function acceptedFinding(row: AcceptedRow): Finding {
  const { acceptedBy, until, reason } = row.acceptance;
  const message = `accepted by ${acceptedBy} until ${until}: ${reason}`;
  return { counts: false, message, lines: [...findingOf(row, false).lines, message] };
}

/** It fails when one row counts. What matters first is in the message, and all of them in the text. */
function resultOf(findings: readonly Finding[]): NonNullable<TestCase["result"]> {
  const counting = findings.filter(({ counts }) => counts);
  const [first] = counting.length > 0 ? counting : findings;
  const more = findings.length - 1;
  const further =
    more === 0 ? "" : more === 1 ? " (and 1 more difference)" : ` (and ${more} more differences)`;
  return {
    element: counting.length > 0 ? "failure" : "skipped",
    message: `${first?.message}${further}`,
    lines: findings.flatMap(({ lines }, index) => [...(index === 0 ? [] : [""]), ...lines.map(onOneLine)]),
  };
}

function countsOf(cases: readonly TestCase[]): Record<string, string> {
  const count = (element: string): string =>
    String(cases.filter(({ result }) => result?.element === element).length);
  return {
    tests: String(cases.length),
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
  };
}

function linesOf({ classname, name, result }: TestCase): string[] {
  const head = `    <testcase${attributes({ classname, name })}`;
  if (result === undefined) {
    return [`${head}/>`];
  }
  const { element, message, lines } = result;
  return [
    `${head}>`,
    `      <${element}${attributes({ message })}>${lines.map(inXml).join("\n")}</${element}>`,
    "    </testcase>",
  ];
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${inXml(value)}"`)
    .join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** XML has no way to write most control characters. */
function inXml(text: string): string {
  return harmless(text).replace(/[&<>"\n\t]/g, (character) => entities[character] ?? character);
}
