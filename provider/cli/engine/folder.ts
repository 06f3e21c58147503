import path from "node:path";

/** The command's own name, as a package runner that starts no script calls it. */
const commandName = "mongodbatlas-dynamic";

/**
 * The folder in which the person is. Below a workspace, `npx`, `npm exec` and Yarn 1 start a command in the folder of the
 * workspace's package.json, and leave in `INIT_CWD` from where. A script of a package.json belongs to its folder, and
 * so does a workspace that is named with `--workspace`.
 */
export function folderOfPerson(env: NodeJS.ProcessEnv, workingDirectory: string): string {
  const { INIT_CWD: start, npm_command, npm_lifecycle_event, npm_lifecycle_script } = env;
  const isRunner =
    npm_command === "exec" ||
    (npm_command === undefined && npm_lifecycle_event === commandName && npm_lifecycle_script === undefined);
  if (!isRunner || start === undefined || start === "") {
    return workingDirectory;
  }
  const down = path.relative(workingDirectory, start);
  const isBelow = down !== "" && down !== ".." && !down.startsWith(`..${path.sep}`) && !path.isAbsolute(down);
  return isBelow ? start : workingDirectory;
}
