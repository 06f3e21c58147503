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
  print: (text) => void process.stdout.write(`${harmless(text)}\n`),
  progress: progressOn(process.stderr),
  note: (line) => {
    if (process.stderr.isTTY) {
      process.stderr.write(`${harmless(line)}\n`);
    }
  },
  warn: (line) => void process.stderr.write(`${harmless(line)}\n`),
};

// Who closes the pipe, as `head` does, has read enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") {
    throw error;
  }
});

/** Without control characters, by which a name in Atlas could give orders to a terminal. */
export function harmless(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
