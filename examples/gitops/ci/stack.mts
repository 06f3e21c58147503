import { Failure } from "./environment.mts";

/** The name of the stack as in `--stack`, or undefined in a repository with one stack that does not say which. */
export type Stack = string | undefined;

/** What a text is about. */
export type Kind = "preview" | "drift";

export function stackOfThisRun(): Stack {
  const stack = process.env["STACK"] ?? "";
  if (stack === "") {
    return undefined;
  }
  // It is in a comment of HTML, which nothing in it must end.
  if (!/^[\w.-]+(\/[\w.-]+){0,2}$/.test(stack)) {
    throw new Failure(`STACK must be the name of a stack, such as production, but got '${stack}'.`);
  }
  return stack;
}

/**
 * What the text of a stack begins with, and a page does not show. A marker anywhere else is a quotation in somebody's
 * answer.
 */
export function markerOf(kind: Kind, stack: Stack): string {
  return stack === undefined
    ? `<!-- atlas-access: ${kind} -->`
    : `<!-- atlas-access: ${kind} of stack ${stack} -->`;
}

/**
 * Whether a text is about this stack: by its marker, or, as before there was a stack in the marker, by the heading of what
 * it says. A text of that time that names no stack, about a preview that failed, is anybody's.
 */
export function belongsTo(body: string, kind: Kind, stack: Stack): boolean {
  if (body.startsWith(markerOf(kind, stack))) {
    return true;
  }
  if (!body.startsWith(markerOf(kind, undefined))) {
    return false;
  }
  const named = /^### (?:An update of stack|Stack) (\S+?):? /m.exec(body)?.[1];
  return named === undefined || named === stack;
}

/** The title of the issue, with the worst that the report says. */
export function titleOf(stack: Stack, report: string): string {
  const title = `MongoDB Atlas differs from what ${stack === undefined ? "is declared" : `stack ${stack} declares`}`;
  const worst = /^### .*(?:which is|the worst is) (critical|high|medium|low)$/m.exec(report)?.[1];
  return worst === undefined ? title : `${title} (${worst})`;
}

/** The branch of the pull request that takes over what Atlas has. */
export function branchOf(stack: Stack): string {
  return `take-over/${stack ?? "access"}`;
}
