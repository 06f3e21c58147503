import assert from "node:assert/strict";
import { test } from "node:test";
import { junitOf } from "../../../provider/cli/report/junit";
import { changed, deleted, rate, report, unmanaged } from "./rows";

test("a report in the form of JUnit has a test case for each resource, and for each member without one", () => {
  const ada = { ...deleted("ada", "GROUP_OWNER"), urn: "urn:ada" };
  const accepted = {
    ...rate(unmanaged("eve", "GROUP_OWNER")),
    acceptance: { reason: "an audit", acceptedBy: "olivia", until: "2026-12-31" },
  };
  const resources = new Map([
    ["urn:ada", "ProjectUser ada"],
    ["urn:bob", "ProjectUser bob"],
  ]);
  const found = report([ada, unmanaged("mallory", "GROUP_READ_ONLY")], {
    resources,
    accepted: [accepted],
    failOn: "medium",
  });
  assert.equal(
    junitOf([found, { stack: "staging", failure: "It is locked." }]),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="drift" tests="5" failures="1" errors="1" skipped="2">
  <testsuite name="dev" tests="4" failures="1" errors="0" skipped="2">
    <testcase classname="dev" name="ProjectUser ada">
      <failure message="medium: Something has become of ada.">medium: Something has become of ada.
ada in project shop
declared: GROUP_OWNER; actual: deleted</failure>
    </testcase>
    <testcase classname="dev" name="mallory in project shop">
      <skipped message="low: Something has become of mallory.">low: Something has become of mallory.
mallory in project shop, roles
declared: nothing; actual: GROUP_READ_ONLY</skipped>
    </testcase>
    <testcase classname="dev" name="eve in project shop">
      <skipped message="accepted by olivia until 2026-12-31: an audit">critical: Something has become of eve.
eve in project shop, roles
declared: nothing; actual: GROUP_OWNER
accepted by olivia until 2026-12-31: an audit</skipped>
    </testcase>
    <testcase classname="dev" name="ProjectUser bob"/>
  </testsuite>
  <testsuite name="staging" tests="1" failures="0" errors="1" skipped="0">
    <testcase classname="staging" name="comparison">
      <error message="It is locked.">It is locked.</error>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
});

test("a report in the form of JUnit names a resource alike with and without differences, and tells all of them in one case", () => {
  const resources = new Map([["urn:carol", "ProjectUser carol"]]);
  const urn = "urn:carol";
  const roles = { ...changed("carol", ["GROUP_READ_ONLY"], ["GROUP_OWNER"]), urn };
  const attribution = {
    by: { kind: "user", name: "eve@example.com" },
    at: "2026-11-25T09:00:00Z",
    from: "203.0.113.7",
    eventType: "USER_ROLES_CHANGED_AUDIT",
    why: null,
    reason: null,
    sentence: "by eve@example.com, 3 hours ago, from 203.0.113.7",
  } as const;
  const status = { ...changed("carol", ["a"], ["b"]), urn, property: "status" };
  const accepted = {
    ...rate({ ...status, property: "x" }),
    acceptance: { reason: "an audit", acceptedBy: "olivia", until: "2026-12-31" },
  };
  const casesIn = (xml: string): string[] => xml.match(/<testcase [^>]*>/g) ?? [];
  const text = junitOf([report([{ ...roles, attribution }, status], { resources, accepted: [accepted] })]);
  assert.deepEqual(casesIn(text), ['<testcase classname="dev" name="ProjectUser carol">']);
  assert.deepEqual(casesIn(junitOf([report([], { resources })])), [
    '<testcase classname="dev" name="ProjectUser carol"/>',
  ]);
  assert.match(text, /<testsuite name="dev" tests="1" failures="1" errors="0" skipped="0">/);
  assert.equal(text.match(/<failure /g)?.length, 1);
  assert.match(
    text,
    /<failure message="critical: Something has become of carol\. \(and 2 more differences\)">/,
  );
  assert.ok(
    text.includes(`critical: Something has become of carol.
carol in project shop, roles
declared: GROUP_READ_ONLY; actual: GROUP_OWNER
by eve@example.com, 3 hours ago, from 203.0.113.7

low: Something has become of carol.
carol in project shop, status
declared: a; actual: b

`),
    text,
  );
});

test("a report in the form of JUnit takes no text for markup, and has no character that XML does not know", () => {
  const text = junitOf([{ stack: 'a"b', failure: "<x>&\n\t\u0000\ufffe\u202e" }]);
  assert.match(text, /<testsuite name="a&quot;b" /);
  assert.match(text, /<error message="&lt;x&gt;&amp;&#10;&#9;\\u0000\\ufffe\\u202e">/);
});
