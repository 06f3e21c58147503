import path from "node:path";
import which from "which";
import { executable, platform, provideFolder, userCacheDir } from "./engine/cache";
import { runProcess } from "./process";

const version = "1.7.12";
const goPackage = `github.com/rhysd/actionlint/cmd/actionlint@v${version}`;

/** actionlint, built by Go within seconds and kept in the user's cache folder, or nothing where there is no Go. */
export async function provideActionlint(): Promise<string | undefined> {
  const go = await which("go", { nothrow: true });
  if (go === null) {
    return undefined;
  }
  return provideFolder(path.join(userCacheDir(), `actionlint-${version}-${platform}`), {
    what: "actionlint",
    file: executable("actionlint"),
    make: async (attempt) => {
      const env = { ...process.env, GOBIN: attempt, CGO_ENABLED: "0" };
      const { code, stderr } = await runProcess(go, ["install", goPackage], { env, cwd: attempt });
      if (code !== 0) {
        throw new Error(`Go could not build actionlint ${version}: ${stderr}`);
      }
    },
  });
}
