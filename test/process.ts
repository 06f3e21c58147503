export interface ProcessOptions {
  /** The whole of it: nothing is inherited. */
  env: NodeJS.ProcessEnv;
  /** @default the folder of this process */
  cwd?: string;
  /** After that time the process is killed, with all that it has started. @default none */
  limitMs?: number;
  /** Hears each line of standard error as it comes. */
  onErrorLine?: (line: string) => unknown;
}

export interface ProcessResult {
  /** `null` after a signal, and where the command could not be started. */
  code: number | null;
  stdout: string;
  /** Its end says so where the command could not be started, or was not finished in time. */
  stderr: string;
}

/** Runs a command to its end, with both outputs in pipes. Never rejects. */
export async function runProcess(
  command: string,
  args: string[],
  { env, cwd, limitMs, onErrorLine }: ProcessOptions,
): Promise<ProcessResult> {
  // An ES module through and through: tsx can import it, but not require it.
  const { execa } = await import("execa");
  const { exitCode, stdout, stderr, timedOut, originalMessage } = await execa(command, args, {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    stderr:
      onErrorLine === undefined
        ? "pipe"
        : function* (line: unknown) {
            onErrorLine(String(line));
            yield line;
          },
    stripFinalNewline: false,
    killSignal: "SIGKILL",
    ...(cwd === undefined ? {} : { cwd }),
    ...(limitMs === undefined ? {} : { timeout: limitMs, killDescendants: true }),
  });
  const trouble = timedOut ? `not finished after ${(limitMs ?? 0) / 1000} s` : (originalMessage ?? "");
  return { code: exitCode ?? null, stdout: stdout ?? "", stderr: `${stderr ?? ""}${trouble}` };
}
