import { debuglog } from "node:util";
import { showsWithoutStack } from "../../runErrors";

const debug = debuglog("mongodbatlas-dynamic");

/** What the system's codes for errors mean, as far as files and processes meet them. */
const systemErrors: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission is denied"],
  ["EBUSY", "it is in use"],
  ["EDQUOT", "the disk quota is used up"],
  ["EISDIR", "it is a folder"],
  ["ELOOP", "its links lead in a circle"],
  ["EMFILE", "too many files are open"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ENOENT", "there is no such file or folder"],
  ["ENOSPC", "no space is left on the disk"],
  ["ENOTDIR", "a part of the path is no folder"],
  ["EPERM", "the operation is not permitted"],
  ["EROFS", "the disk can only be read"],
]);

/**
 * What an error says to a person. Those that the commands and the client for Atlas throw are sentences already; those of
 * Node and of libraries are made one. `NODE_DEBUG=mongodbatlas-dynamic` shows where they come from.
 */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return `Unexpected error: ${String(error)}.`;
  }
  if (showsWithoutStack(error)) {
    return error.message;
  }
  debug("%s", error.stack ?? error.message);
  const { code } = error as NodeJS.ErrnoException;
  const meaning = systemErrors.get(code ?? "");
  if (meaning !== undefined) {
    return `${meaning} (${code}).`;
  }
  const [line = ""] = error.message.split("\n");
  return `Unexpected error: ${line.replace(/\.$/, "")}. Set NODE_DEBUG=mongodbatlas-dynamic to see where it comes from.`;
}
