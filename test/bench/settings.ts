import { parseArgs } from "node:util";
import { type Operation, operations } from "./measure";
import { type Subject, subjects } from "./subjects";

export const usage = `Usage: npm run bench -- [options]

  --users 1,100,1000    sizes of the stacks
  --projects 4          projects that the users are spread over
  --latency 50          milliseconds before every answer of Atlas
  --parallel 16         resources that the engine works on at a time
  --only up,refresh     operations to measure, of: ${operations.join(", ")}
  --stacks empty,ours   stacks to measure, of: empty, no-op, naive, ours, whole
  --json                print the same as JSON
  --profile             print also where the provider process spends its time, which makes it slower
`;

export interface Settings {
  sizes: number[];
  projects: number;
  latencyMs: number;
  parallel: number;
  only: readonly Operation[];
  stacks: readonly Subject[];
  json: boolean;
  profile: boolean;
}

/** @throws Error that says which option is wrong */
export function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      users: { type: "string", default: "1,100,1000" },
      projects: { type: "string", default: "4" },
      latency: { type: "string", default: "50" },
      parallel: { type: "string", default: "16" },
      only: { type: "string", default: operations.join() },
      stacks: { type: "string", default: "empty,no-op,naive,ours,whole" },
      json: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
    },
  });
  const sizes = values.users.split(",").map((text) => wholeNumber("--users", text, 1));
  return {
    sizes: [...new Set(sizes)].sort((a, b) => a - b),
    projects: wholeNumber("--projects", values.projects, 1),
    latencyMs: wholeNumber("--latency", values.latency, 0),
    parallel: wholeNumber("--parallel", values.parallel, 1),
    only: values.only.split(",").map((text) => {
      const operation = operations.find((each) => each === text.trim());
      if (operation === undefined) {
        throw new Error(`--only knows no '${text}'.`);
      }
      return operation;
    }),
    stacks: values.stacks.split(",").flatMap((text) => {
      const named = subjects.filter(({ name }) => name.split(",")[0] === text.trim());
      if (named.length === 0) {
        throw new Error(`--stacks knows no '${text}'.`);
      }
      return named;
    }),
    json: values.json,
    profile: values.profile,
  };
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || text.trim() === "") {
    throw new Error(`${option} takes whole numbers from ${least} on, but got '${text}'.`);
  }
  return number;
}
