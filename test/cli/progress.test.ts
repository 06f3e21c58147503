import assert from "node:assert/strict";
import { test } from "node:test";
import { progressOn } from "../../provider/cli/progress";

test("writes over one line on a terminal, and is silent elsewhere", () => {
  const written: string[] = [];
  const stream = (isTTY: boolean) =>
    ({ isTTY, columns: 10, write: (text: string) => written.push(text) }) as unknown as NodeJS.WriteStream;
  const silent = progressOn(stream(false));
  silent.show("Starting");
  silent.end();
  assert.deepEqual(written, []);
  const shown = progressOn(stream(true));
  shown.show("Resources compared: 12");
  shown.end();
  assert.deepEqual(written, ["\r\x1b[KResources", "\r\x1b[K"]);
});
