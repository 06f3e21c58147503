import type { Properties } from "../../resources/messages/values";

/** A resource of `@pulumi/mongodbatlas` in the state of a stack. */
export interface OldResource {
  urn: string;
  /** Its class, such as `CloudUserProjectAssignment`. */
  kind: string;
  /** The name in the program. */
  name: string;
  isProtected: boolean;
  /** What the state has of it; what is secret is no text. */
  properties: Properties;
  /** The arguments alone. */
  inputs: Properties;
}

/** A resource that stays in the stack, or a part of one. */
export interface Staying {
  resource: OldResource;
  /** Sentences: why, and what to do. */
  reason: string;
  /** What to run, in this order, as the reason says. */
  commands?: string[];
}

/** How a resource is called in a sentence. */
export function titleOf({ kind, name }: OldResource): string {
  return `${kind} '${name}'`;
}

/** The command that takes a resource out of the state of its stack, and leaves Atlas as it is. */
export function removalOf({ urn, isProtected }: OldResource, stack: string): string {
  return `pulumi state delete ${quoted(urn)} --stack ${quoted(stack)}${isProtected ? " --force" : ""} --yes`;
}

/** A word for a shell. */
export function quoted(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
