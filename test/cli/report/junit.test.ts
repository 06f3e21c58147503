import assert from "node:assert/strict";
import { test } from "node:test";
import { junitOf } from "../../../provider/cli/report/junit";
import { deleted, rate, report, unmanaged } from "./rows";

test("a report in the form of JUnit has a test case for each row, and for each resource without one", () => {
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
    <testcase classname="dev" name="ada in project shop">
      <failure message="medium: Something has become of ada.">declared: GROUP_OWNER; actual: deleted</failure>
    </testcase>
    <testcase classname="dev" name="mallory in project shop, roles">
      <skipped message="low: Something has become of mallory.">declared: nothing; actual: GROUP_READ_ONLY</skipped>
    </testcase>
    <testcase classname="dev" name="eve in project shop, roles">
      <skipped message="accepted by olivia until 2026-12-31: an audit">declared: nothing; actual: GROUP_OWNER</skipped>
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

test("a report in the form of JUnit takes no text for markup, and has no character that XML does not know", () => {
  const text = junitOf([{ stack: 'a"b', failure: "<x>&\n\t\u0000\ufffe\u202e" }]);
  assert.match(text, /<testsuite name="a&quot;b" /);
  assert.match(text, /<error message="&lt;x&gt;&amp;&#10;&#9;\\u0000\\ufffe\\u202e">/);
});
