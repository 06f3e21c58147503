import { retiredOperationIn } from "../atlas/retirement";
import { type Progress, progressOn } from "./progress";
import { harmless } from "./report/inert";
import { sentenceOf } from "./report/sentences";

/** Where a command's words go: the result to the standard output, all else to the standard error. */
export interface Output {
  print(text: string): void;
  /** The result, byte by byte: what prints it has made it harmless. */
  printExactly(text: string): void;
  progress: Progress;
  /** Tells what a person has to know to use the result. */
  warn(line: string): void;
}

/** Tells of each operation that Atlas retires once, however many processes have met it. */
export function withNoticesOnce(output: Output): Output {
  const told = new Set<string>();
  return {
    ...output,
    warn(line) {
      const operation = retiredOperationIn(line);
      if (operation === undefined || !told.has(operation)) {
        output.warn(line);
      }
      if (operation !== undefined) {
        told.add(operation);
      }
    },
  };
}

export const processOutput: Output = {
  print: (text) => void process.stdout.write(`${harmless(text)}\n`),
  printExactly: (text) => void process.stdout.write(text),
  progress: progressOn(process.stderr),
  warn: (line) => void process.stderr.write(`${harmless(line)}\n`),
};

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Who closes the pipe, as `head` does, has read enough.
  if (error.code !== "EPIPE") {
    processOutput.warn(`The output cannot be written: ${sentenceOf(error)}`);
    process.exit(1);
  }
});

// Where nobody can be told, the exit code has to do.
process.stderr.on("error", () => process.exit(1));
