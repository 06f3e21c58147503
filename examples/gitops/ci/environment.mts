import { readFileSync } from "node:fs";

/** A failure that one sentence explains. */
export class Failure extends Error {}

export function variable(name: string, advice = "GitHub and GitLab set it by themselves"): string {
  const value = process.env[name] ?? "";
  if (value === "") {
    throw new Failure(`${name} is not set: ${advice}.`);
  }
  return value;
}

export function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}.`);
  }
}
