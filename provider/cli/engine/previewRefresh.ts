import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type * as automation from "@pulumi/pulumi/automation";
import { type CliVersion, isAtLeast } from "./cliVersion";
import { run } from "./pulumi";
import type { Callbacks } from "./stack";

/** The first version of the CLI that may run the program in a refresh, and that has the option not to. */
const firstWithProgram: CliVersion = [3, 160];

/** Looks at each resource of a state as a refresh does, and writes nothing. Never runs the program. */
export async function previewRefresh(stack: automation.Stack, { onEvent }: Callbacks): Promise<void> {
  const mayRunProgram = isAtLeast(stack.workspace.pulumiVersion, firstWithProgram);
  // SDKs before 3.181 have no such method.
  const { previewRefresh: ofSdk } = stack as Partial<Pick<automation.Stack, "previewRefresh">>;
  if (ofSdk !== undefined) {
    // Whatever PULUMI_RUN_PROGRAM says.
    await ofSdk.call(stack, { onEvent, ...(mayRunProgram ? { runProgram: false } : {}) });
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), "mongodbatlas-dynamic-"));
  const log = path.join(folder, "events.jsonl");
  const options = ["--stack", stack.name, "--event-log", log];
  try {
    await run(
      ["refresh", "--preview-only", ...options, ...(mayRunProgram ? ["--run-program=false"] : [])],
      // Without it the CLI knows no --event-log.
      { PULUMI_DEBUG_COMMANDS: "true" },
    );
  } finally {
    for (const line of existsSync(log) ? readFileSync(log, "utf8").split("\n") : []) {
      if (line !== "") {
        onEvent(JSON.parse(line) as automation.EngineEvent);
      }
    }
    rmSync(folder, { recursive: true });
  }
}
