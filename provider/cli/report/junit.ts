import { isReport, type Outcome, summaryOf } from "./driftReport";
import { harmless } from "./inert";
import { type RatedRow, reaches } from "./severity";

/** What a test case is about, and an element below it that says what has come of it. */
interface TestCase {
  classname: string;
  name: string;
  result?: { element: "failure" | "skipped" | "error"; message: string; text: string };
}

/**
 * A report in the form of JUnit, which test runners write and CI systems show: a suite for each stack, with a test case for each
 * row, and one that passes for each resource without a row. Rows that do not count are skipped.
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
    return [
      { classname: stack, name: "comparison", result: { element: "error", message: failure, text: failure } },
    ];
  }
  const { stack, rows, accepted, resources, failOn } = outcome;
  const differing = new Set([...rows, ...accepted].map(({ urn }) => urn));
  const named = ({ subject, property }: RatedRow): Pick<TestCase, "classname" | "name"> => ({
    classname: stack,
    name: property === null ? subject : `${subject}, ${property}`,
  });
  return [
    ...rows.map((row): TestCase => {
      const element = reaches(row.severity, failOn) ? "failure" : "skipped";
      const message = `${row.severity}: ${row.message}`;
      return { ...named(row), result: { element, message, text: summaryOf(row) } };
    }),
    ...accepted.map((row): TestCase => {
      const { acceptedBy, until, reason } = row.acceptance;
      const message = `accepted by ${acceptedBy} until ${until}: ${reason}`;
      return { ...named(row), result: { element: "skipped", message, text: summaryOf(row) } };
    }),
    ...[...resources]
      .filter(([urn]) => !differing.has(urn))
      .map(([, name]): TestCase => ({ classname: stack, name })),
  ];
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
  const { element, message, text } = result;
  return [
    `${head}>`,
    `      <${element}${attributes({ message })}>${inXml(text)}</${element}>`,
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
