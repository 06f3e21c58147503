import { execFile } from "node:child_process";
import { copyFile, mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { manifestOf } from "../engine/programFolder";
import type { Pair } from "./pairs";

const run = promisify(execFile);
const root = path.join(__dirname, "../..");
const { version } = require("../../package.json") as { version: string };

/** Packs the package into a folder, and gives the path of the tarball. */
export async function pack(folder: string): Promise<string> {
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  return path.join(folder, `mongodbatlas-dynamic-${version}.tgz`);
}

/** As `pulumi new typescript` has it. */
const compilerOptions = {
  strict: true,
  target: "es2020",
  module: "commonjs",
  moduleResolution: "node",
  esModuleInterop: true,
  types: ["node"],
  noEmit: true,
};

/** A project in a new folder that has installed the package from its tarball, with the SDK of the pair from npm. */
export async function installProject(folder: string, tarball: string, pair: Pair): Promise<string> {
  const project = await mkdtemp(path.join(folder, "project-"));
  const manifest = {
    name: "outside",
    private: true,
    dependencies: {
      "@pulumi/pulumi": pair.sdk,
      "@types/node": "^22.0.0",
      "mongodbatlas-dynamic": `file:${tarball}`,
      typescript: pair.typescript,
    },
  };
  await writeFile(path.join(project, "package.json"), JSON.stringify(manifest));
  // From version 6 on, TypeScript has other names for how the SDK's packages are found.
  const modern = pair.typescript.startsWith("^6") ? { module: "nodenext", moduleResolution: "nodenext" } : {};
  await writeFile(
    path.join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...compilerOptions, ...modern }, files: ["index.ts"] }),
  );
  await writeFile(path.join(project, "Pulumi.yaml"), manifestOf("outside"));
  await copyFile(path.join(__dirname, "program.ts"), path.join(project, "index.ts"));
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: project });
  return project;
}
