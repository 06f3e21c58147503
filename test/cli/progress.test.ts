import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Progress, progressOn } from "../../provider/cli/progress";

function recorded(isTTY: boolean): { progress: Progress; written: string[] } {
  const written: string[] = [];
  const stream = { isTTY, columns: 10, write: (text: string) => written.push(text) };
  return { progress: progressOn(stream as unknown as NodeJS.WriteStream), written };
}

test("writes over one line on a terminal, and tells why nothing moves on lines of its own", () => {
  const { progress, written } = recorded(true);
  progress.show("Resources compared: 12");
  progress.note("Atlas accepts no more\u001b[2J");
  progress.end();
  assert.deepEqual(written, ["\r\x1b[KResources", "\r\x1b[KAtlas accepts no more\\u001b[2J\n", "\r\x1b[K"]);
});

test("is silent in a log while it is quick, and then says every minute what goes on", (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { progress, written } = recorded(false);
  progress.show("Starting");
  progress.show("Resources compared: 1");
  context.mock.timers.tick(59_999);
  assert.deepEqual(written, []);
  context.mock.timers.tick(1);
  assert.deepEqual(written, ["Resources compared: 1\n"]);
  progress.show("Resources compared: 2");
  context.mock.timers.tick(120_000);
  assert.deepEqual(written.slice(1), ["Resources compared: 2\n", "Resources compared: 2\n"]);
  progress.end();
  context.mock.timers.tick(600_000);
  assert.equal(written.length, 3);
});

test("tells in a log why nothing moves, and at most once a minute", (context: TestContext) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { progress, written } = recorded(false);
  progress.show("Resources compared: 1");
  progress.note("waiting 31 s");
  progress.note("waiting 32 s\u001b[2J");
  context.mock.timers.tick(60_000);
  assert.deepEqual(written, ["waiting 32 s\\u001b[2J\n"]);
});
