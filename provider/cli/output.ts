import { type Progress, progressOn } from "./progress";

/** Where a command's words go: the result to the standard output, all else to people only. */
export interface Output {
  print(text: string): void;
  progress: Progress;
  /** Tells a person at a terminal why nothing moves; silent in a pipe. */
  note(line: string): void;
  /** Tells what a person has to know to use the result, in a pipe as well. */
  warn(line: string): void;
}

export const processOutput: Output = {
  print: (text) => void process.stdout.write(`${text}\n`),
  progress: progressOn(process.stderr),
  note: (line) => {
    if (process.stderr.isTTY) {
      process.stderr.write(`${line}\n`);
    }
  },
  warn: (line) => void process.stderr.write(`${line}\n`),
};
