const path = require("node:path");

const shown = 10;

/**
 * A reporter for the end of a run: the ten slowest test files and the ten slowest tests, in seconds of wall time.
 * Files that run side by side slow each other down; `npm run test:times` measures each alone, with processor time.
 * Not in TypeScript: Node loads reporters before tsx.
 *
 * @param {AsyncIterable<import("node:test/reporters").TestEvent>} source
 */
module.exports = async function* slowest(source) {
  const tests = [];
  const files = new Map();
  for await (const { type, data } of source) {
    if ((type !== "test:pass" && type !== "test:fail") || data.file === undefined) {
      continue;
    }
    const file = path.relative(process.cwd(), data.file);
    const milliseconds = data.details.duration_ms;
    if (data.nesting === 0) {
      files.set(file, (files.get(file) ?? 0) + milliseconds);
    }
    if (data.details.type !== "suite") {
      tests.push([`${file}: ${data.name}`, milliseconds]);
    }
  }
  yield table("slowest test files", [...files]);
  yield table("slowest tests", tests);
};

function table(title, durations) {
  const lines = durations
    .sort(([, a], [, b]) => b - a)
    .slice(0, shown)
    .map(([label, milliseconds]) => `${(milliseconds / 1_000).toFixed(1).padStart(8)} s  ${label}`);
  return `\n${title}\n${lines.join("\n")}\n`;
}
