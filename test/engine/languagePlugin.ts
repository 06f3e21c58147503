import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { startLanguageHost } from "./languageHost";

/**
 * The environment of a `pulumi` that finds the language host as a plugin, which commands want that take no address of
 *one, such as `pulumi import`. Not for Windows, where a plugin is a program of its own.
 */
export async function withLanguagePlugin(
  env: Readonly<NodeJS.ProcessEnv>,
  folder: string,
): Promise<NodeJS.ProcessEnv> {
  await mkdir(folder, { recursive: true });
  const command = [process.execPath, "--import", path.join(__dirname, "../tsx.mjs"), __filename];
  await writeFile(
    path.join(folder, "pulumi-language-nodejs"),
    `#!/bin/sh\nexec ${command.map((part) => `'${part}'`).join(" ")}\n`,
    { mode: 0o755 },
  );
  return {
    ...env,
    PATH: [folder, env["PATH"]].join(path.delimiter),
    PULUMI_IGNORE_AMBIENT_PLUGINS: undefined,
  };
}

if (require.main === module) {
  // The engine reads the port from the first line, and ends the process when it is done.
  void startLanguageHost(process.cwd(), process.env, () => {}).then(({ address }) =>
    console.log(address.split(":").at(-1)),
  );
}
