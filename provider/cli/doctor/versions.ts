import { createRequire } from "node:module";
import path from "node:path";
import { oldestCli } from "../engine/cliVersion";
import { pulumi } from "../engine/pulumi";
import { sentenceOf } from "../report/sentences";
import { type Check, check } from "./check";

interface Manifest {
  version: string;
  engines: { node: string };
  peerDependencies: Record<string, string>;
}

const sdk = "@pulumi/pulumi";

/** A program that the package runs with. */
interface Tool {
  readonly name: string;
  /** Such as `3.270.0`. */
  readonly version: string;
  /** The oldest version that is supported, such as `3.270`. */
  readonly oldest: string;
  /** Whether a later major version is supported as well. */
  readonly anyMajor: boolean;
  readonly isSupported: boolean;
}

/** Compares the versions of Node, the SDK and the Pulumi CLI with those that are supported. */
export async function checkVersions(): Promise<Check> {
  const { version, engines, peerDependencies } = require("../../../package.json") as Manifest;
  const tools = [
    toolOf("Node", process.versions.node, numberIn(engines.node), true),
    toolOf(sdk, versionOfSdk(process.cwd()), numberIn(peerDependencies[sdk] ?? ""), false),
  ];
  let failure: string | undefined;
  try {
    const said = await pulumi(["version"], "");
    tools.push(toolOf("The Pulumi CLI", said.trim().replace(/^v/, ""), oldestCli.join("."), false));
  } catch (error) {
    failure = sentenceOf(error);
  }
  return check("versions", {
    found: [`mongodbatlas-dynamic ${version}.`, ...tools.filter(supported).map(sentenceAbout)],
    toDo: [
      ...tools.filter((tool) => !supported(tool)).map(adviseOn),
      ...(failure === undefined ? [] : [failure]),
    ],
    data: {
      package: version,
      tools: tools.map(({ name, oldest, version: found, isSupported }) => ({
        name: name.replace(/^The /, ""),
        version: found,
        oldest,
        supported: isSupported,
      })),
    },
  });
}

function toolOf(name: string, version: string, oldest: string, anyMajor: boolean): Tool {
  return { name, version, oldest, anyMajor, isSupported: isWithin(version, oldest, anyMajor) };
}

const supported = ({ isSupported }: Tool): boolean => isSupported;

function sentenceAbout({ name, version, oldest, anyMajor }: Tool): string {
  const [major = ""] = oldest.split(".");
  return `${name} ${version} is supported (${oldest} or newer${anyMajor ? "" : `, below ${Number(major) + 1}`}).`;
}

function adviseOn({ name, version, oldest, anyMajor }: Tool): string {
  const [major = ""] = oldest.split(".");
  const range = anyMajor ? "" : ` and below ${Number(major) + 1}`;
  return `${name} ${version} is not supported: install ${oldest} or newer${range}.`;
}

/**
 * Whether a version is supported: `oldest` or newer, and of the same major version unless any will do.
 *
 * @param oldest as far as it is given, such as `22.12`
 */
export function isWithin(version: string, oldest: string, anyMajor: boolean): boolean {
  const [have, need] = [version, oldest].map((text) => text.split(/[.+-]/).map(Number));
  const [major, needed] = [have?.[0] ?? Number.NaN, need?.[0] ?? Number.NaN];
  if (major !== needed) {
    return anyMajor && major > needed;
  }
  for (const [index, least] of (need ?? []).entries()) {
    const part = have?.[index] ?? 0;
    if (part !== least) {
      return part > least;
    }
  }
  return true;
}

/** The number in a range such as `>=22.12` or `^3.270.0`. */
function numberIn(range: string): string {
  return /\d[\d.]*/.exec(range)?.[0].replace(/\.0$/, "") ?? "";
}

/** That of the program in a folder, which need not be the one beside this package. */
function versionOfSdk(folder: string): string {
  const find = (require: NodeJS.Require): string => (require(`${sdk}/package.json`) as Manifest).version;
  try {
    return find(createRequire(path.join(folder, "index.js")));
  } catch {
    // The folder has no program, or one in another language.
    return find(require);
  }
}
