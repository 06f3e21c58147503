import { existsSync } from "node:fs";
import path from "node:path";
import { typeToken } from "../registration";
import type { Messages } from "./messages";

const known = new Map<string, Messages | undefined>();

/**
 * What is said of the resources of a type token; nothing for those of other packages.
 *
 * A resource keeps it in its own folder, where it is found by the name of the class: `projectUser/messages` exports
 * `projectUserMessages`. So there is no list of resources to be kept here.
 */
export function messagesOf(type: string): Messages | undefined {
  if (!known.has(type)) {
    known.set(type, load(type));
  }
  return known.get(type);
}

function load(type: string): Messages | undefined {
  const [, name = ""] = /^(.*):([A-Za-z]+)$/s.exec(type)?.slice(1) ?? [];
  const resource = name.charAt(0).toLowerCase() + name.slice(1);
  const module = path.join(__dirname, "..", resource, "messages");
  // The type of another package may have a name that is among ours.
  if (type !== typeToken(name) || ![".js", ".ts"].some((ending) => existsSync(`${module}${ending}`))) {
    return undefined;
  }
  return (require(module) as Record<string, Messages>)[`${resource}Messages`];
}
