import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type ProvideOptions, providePulumi, pulumiVersion } from "./pulumiCli";

const unreachable = async (): Promise<void> => {
  throw new Error("no network");
};
const cached = `pulumi-${pulumiVersion}-${process.platform}-${process.arch}`;
const pulumiSaying = (version: string): string => `echo ${version}`;

/** Writes a program that answers with the pinned version to where `-o` says, as `go build` does. */
const goodGo = `
  while [ "$1" != -o ]; do shift; done
  mkdir -p "$(dirname "$2")"
  printf '#!/bin/sh\\necho v${pulumiVersion}\\n' > "$2"
  chmod +x "$2"`;

describe("providePulumi", { skip: process.platform === "win32" && "the stand-ins are shell scripts" }, () => {
  let folder: string;
  let bin: string;
  let cacheDir: string;
  let lines: string[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "pulumi-cli-test-"));
    bin = path.join(folder, "bin");
    cacheDir = path.join(folder, "cache");
    mkdirSync(bin);
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function standIn(file: string, script: string): void {
    mkdirSync(path.dirname(file), { recursive: true });
    // Only the stand-ins are on the PATH under test, so each script looks for its own tools elsewhere.
    writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
    chmodSync(file, 0o755);
  }

  function provide(options: ProvideOptions = {}): ReturnType<typeof providePulumi> {
    const env = { PATH: bin, HOME: folder };
    return providePulumi({
      cacheDir,
      env,
      download: unreachable,
      log: (line) => lines.push(line),
      ...options,
    });
  }

  it("takes the pulumi on the PATH and touches nothing", async () => {
    standIn(path.join(bin, "pulumi"), pulumiSaying(`v${pulumiVersion}`));
    const found = await provide();
    assert.deepEqual(
      { binDir: found.binDir, version: found.version, source: found.source, command: found.command.command },
      { binDir: bin, version: pulumiVersion, source: "path", command: path.join(bin, "pulumi") },
    );
    assert.equal(found.command.version?.version, pulumiVersion);
    assert.equal(existsSync(cacheDir), false);
  });

  it("takes a newer pulumi on the PATH", async () => {
    standIn(path.join(bin, "pulumi"), pulumiSaying("v3.300.1"));
    assert.equal((await provide()).version, "3.300.1");
  });

  it("passes over a pulumi on the PATH that is too old", async () => {
    standIn(path.join(bin, "pulumi"), pulumiSaying("v3.180.0"));
    standIn(path.join(cacheDir, cached, "bin", "pulumi"), pulumiSaying(`v${pulumiVersion}`));
    const found = await provide();
    assert.equal(found.source, "cache");
    assert.equal(found.command.command, path.join(cacheDir, cached, "bin", "pulumi"));
  });

  it("takes exactly the version that is asked for, and lets Go choose the modules of one that is not pinned", async () => {
    standIn(path.join(bin, "pulumi"), pulumiSaying(`v${pulumiVersion}`));
    standIn(
      path.join(bin, "go"),
      `echo "$*" >> ${folder}/calls; [ "$1" = get ] && exit; ${goodGo.replaceAll(pulumiVersion, "3.200.0")}`,
    );
    const { version, source } = await provide({ version: "3.200.0" });
    assert.deepEqual([version, source], ["3.200.0", "built"]);
    const [get, build = ""] = readFileSync(`${folder}/calls`, "utf8").split("\n");
    const cli = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
    assert.equal(get, `get -tool ${cli}@v3.200.0 github.com/pulumi/pulumi/sdk/v3@v3.200.0`);
    assert.match(build, /^build .*\.Version=v3\.200\.0 /);
    assert.equal((await provide({ version: pulumiVersion })).source, "path");
  });

  it("passes over a pulumi of another major version", async () => {
    standIn(path.join(bin, "pulumi"), pulumiSaying("v4.0.0"));
    await assert.rejects(provide(), /bin\/pulumi is 4\.0\.0, but 3\.259\.0 or a newer 3\.x is needed/);
  });

  it("keeps what the SDK fetches for the next run", async () => {
    const download = async (root: string): Promise<void> =>
      standIn(path.join(root, "bin", "pulumi"), pulumiSaying(`v${pulumiVersion}`));
    assert.equal((await provide({ download })).source, "installed");
    assert.equal((await provide()).source, "cache");
    assert.deepEqual(lines, []);
    assert.deepEqual(readdirSync(cacheDir), [cached]);
  });

  it("does not keep a fetched pulumi that does not run", async () => {
    const download = async (root: string): Promise<void> =>
      standIn(path.join(root, "bin", "pulumi"), "echo 'cannot execute' >&2; exit 126");
    await assert.rejects(
      provide({ download }),
      /could not be fetched \(the new pulumi says "cannot execute" for its version\)/,
    );
    assert.deepEqual(readdirSync(cacheDir), []);
  });

  it("builds with Go where the release cannot be fetched", async () => {
    standIn(path.join(bin, "go"), `echo "$PWD $*" > ${folder}/call; ls > ${folder}/files\n${goodGo}`);
    const found = await provide();
    assert.equal(found.source, "built");
    assert.deepEqual(lines, [
      `Building Pulumi ${pulumiVersion} from source (about five minutes, once): 0 modules downloaded, 0 s`,
    ]);
    const call = readFileSync(path.join(folder, "call"), "utf8");
    assert.match(call, /build -v -mod=readonly -ldflags -s -w -X \S+version\.Version=v3\.259\.0 -o/);
    assert.ok(call.startsWith(cacheDir), "runs beside the cache, not in the repository");
    assert.equal(readFileSync(path.join(folder, "files"), "utf8"), "go.mod\ngo.sum\n");
    // As in a release, so that the engine finds it without a warning.
    assert.deepEqual(readdirSync(found.binDir).sort(), ["pulumi", "pulumi-resource-pulumi-nodejs"]);
    assert.equal((await provide()).source, "cache");
  });

  it("says what was tried and what to do without Pulumi, Go and a network", async () => {
    await assert.rejects(provide(), {
      message:
        "No Pulumi engine: there is no `pulumi` on the PATH, its release could not be fetched (no network), and there is no `go` on the PATH to build it with. Check the network, or install Pulumi 3.259.0 or newer (or Go 1.25.11 or newer, which builds it), and run the same command again.",
    });
  });

  it("repeats the end of what Go said when the build fails", async () => {
    standIn(
      path.join(bin, "go"),
      "echo 'go: downloading example.org/a v1.0.0' >&2; echo 'go: example.org/a@v1.0.0: connection refused' >&2; exit 1",
    );
    await assert.rejects(provide(), {
      message: `No Pulumi engine: there is no \`pulumi\` on the PATH, its release could not be fetched (no network), and building it with ${bin}/go failed (go: example.org/a@v1.0.0: connection refused). It takes Go 1.25.11 or newer and access to the Go module proxy (GOPROXY): check the network or install Pulumi 3.259.0 or newer, and run the same command again.`,
    });
    assert.deepEqual(readdirSync(cacheDir), []);
  });

  it("says which folder is needed when the cache cannot be written", async () => {
    writeFileSync(cacheDir, "a file in the way");
    await assert.rejects(
      provide(),
      /The Pulumi engine cannot be kept in \S+ \(.*EEXIST.*\): set XDG_CACHE_HOME/,
    );
  });

  it("builds once when two runs start together", async () => {
    standIn(
      path.join(bin, "go"),
      `echo built >> ${folder}/count; while [ ! -e ${folder}/go-on ]; do :; done\n${goodGo}`,
    );
    let second: ReturnType<typeof provide> | undefined;
    const first = provide({
      log: (line) => {
        if (!line.startsWith("Building")) {
          return;
        }
        second ??= provide({
          log: (waiting) => {
            lines.push(waiting);
            writeFileSync(path.join(folder, "go-on"), "");
          },
        });
      },
    });
    assert.equal((await first).source, "built");
    assert.equal((await second)?.source, "cache");
    assert.deepEqual(lines, [
      `Another run (process ${process.pid}) is getting Pulumi ${pulumiVersion}; waiting for it…`,
    ]);
    assert.equal(readFileSync(path.join(folder, "count"), "utf8"), "built\n");
  });

  it("starts over after a build that was killed", async () => {
    // Ends by itself once nobody listens any more.
    standIn(path.join(bin, "go"), "while echo some/package >&2; do :; done");
    const killed = spawn(process.execPath, [...process.execArgv, "-e", killedRun], {
      env: { ...process.env, MODULE: path.join(__dirname, "pulumiCli.ts"), CACHE: cacheDir, BIN: bin },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(createInterface({ input: killed.stdout }), "line");
    killed.kill("SIGKILL");
    await once(killed, "exit");
    assert.equal(readdirSync(cacheDir).length, 2, "a lock and a half-done build are left behind");

    standIn(path.join(bin, "go"), goodGo);
    assert.equal((await provide()).source, "built");
    assert.deepEqual(readdirSync(cacheDir), [cached]);
  });
});

const killedRun = `
  require(process.env.MODULE).providePulumi({
    cacheDir: process.env.CACHE,
    env: { PATH: process.env.BIN },
    download: () => Promise.reject(new Error("no network")),
    log: (line) => console.log(line),
  });`;
