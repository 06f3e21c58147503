import path from "node:path";
import { CommandFailure } from "../failure";
import { processOutput } from "../output";
import { parse } from "./options";

export async function runAdopt(args: string[]): Promise<number> {
  const { values } = parse(args, {
    project: { type: "string", multiple: true, default: [] },
    team: { type: "string", multiple: true, default: [] },
    "from-stack": { type: "string" },
    stack: { type: "string" },
    provider: { type: "string" },
    exclusive: { type: "boolean", default: false },
    yaml: { type: "boolean", default: false },
    output: { type: "string" },
    import: { type: "string" },
    checklist: { type: "string" },
  });
  const {
    project: projects,
    team: teams,
    stack,
    provider,
    exclusive,
    output: file,
    import: importFile,
  } = values;
  const { "from-stack": fromStack, checklist } = values;
  refuseOneFileForTwo({ output: file, import: importFile, checklist });
  const format = values.yaml ? "yaml" : "typescript";
  const where = { stack, exclusive, file, importFile, format } as const;
  if (provider !== undefined && (stack === undefined || fromStack !== undefined)) {
    throw new CommandFailure("--provider is one of the stack that --stack names: add that, or leave it out.");
  }
  if (fromStack === undefined) {
    if (checklist !== undefined) {
      throw new CommandFailure(
        "--checklist is about a stack that members leave: add --from-stack, or leave it out.",
      );
    }
    const { adopt } = require("../commands/adopt") as typeof import("../commands/adopt");
    return adopt({ ...where, projects, teams, provider }, processOutput);
  }
  if (projects.length + teams.length > 0) {
    throw new CommandFailure(
      "--from-stack finds projects and teams in the stack: leave --project and --team out.",
    );
  }
  const { adoptFromStack } =
    require("../commands/adoptFromStack") as typeof import("../commands/adoptFromStack");
  return adoptFromStack({ ...where, fromStack, checklist }, processOutput);
}

/** One would take the place of the other. */
function refuseOneFileForTwo(files: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(files).flatMap(([option, file]): [string, string][] =>
    file === undefined ? [] : [[option, path.resolve(file)]],
  );
  for (const [index, [option, file]] of given.entries()) {
    const other = given.slice(0, index).find(([, earlier]) => earlier === file);
    if (other !== undefined) {
      throw new CommandFailure(
        `--${other[0]} and --${option} name the same file, which can have one of them only: name two.`,
      );
    }
  }
}
