import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { CommandFailure } from "./failure";
import { sentenceOf } from "./report/sentences";

/**
 * Writes a file in the place of what is in it, or not at all: the text goes into a new file beside it, which takes its
 * name when all of it is on the disk. A link goes on leading to the file, which keeps its permissions.
 *
 * @throws CommandFailure when it cannot be written; the file is as it was then
 */
export function replaceFile(file: string, text: string): void {
  try {
    const target = targetOf(file);
    const existing = statSync(target, { throwIfNoEntry: false });
    if (existing !== undefined && !existing.isFile()) {
      // What is no file, such as /dev/stdout, has no name that another one could take.
      writeTo(target, text, "w");
      return;
    }
    const beside = path.join(
      path.dirname(target),
      `.${path.basename(target)}.${randomBytes(6).toString("hex")}`,
    );
    try {
      writeTo(beside, text, "wx");
      if (existing !== undefined) {
        chmodSync(beside, existing.mode);
      }
      renameSync(beside, target);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  } catch (error) {
    throw new CommandFailure(`${file} cannot be written: ${sentenceOf(error)}`);
  }
}

/** The file that a link leads to, also where that is not there yet. */
function targetOf(file: string): string {
  if (!lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) {
    return file;
  }
  return existsSync(file)
    ? realpathSync(file)
    : targetOf(path.resolve(path.dirname(file), readlinkSync(file)));
}

function writeTo(file: string, text: string, flags: "w" | "wx"): void {
  const descriptor = openSync(file, flags);
  try {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(descriptor, bytes, written);
    }
    if (flags === "wx") {
      // A disk may say only now that it is full.
      fsyncSync(descriptor);
    }
  } finally {
    closeSync(descriptor);
  }
}
