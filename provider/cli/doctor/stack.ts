import { messagesOf } from "../../resources/messages/all";
import type { NeededRole } from "../../resources/messages/messages";
import { readState } from "../engine/record";
import { nameIn, propertiesOfId } from "../report/identity";
import { type Labels, noLabels, readLabels } from "../report/labels";
import { isExplicitProvider } from "../report/providers";
import { type Check, check } from "./check";

/** A resource of this package in the state of a stack. */
export interface StackResource {
  /** Its class and its name in the program. */
  readonly title: string;
  readonly type: string;
  readonly name: string;
  /** What its id tells: the project or organization, and so on. */
  readonly key: Readonly<Record<string, string>>;
  readonly roles: readonly NeededRole[];
  /** The operation with which a refresh reads it. */
  readonly readBy: string | undefined;
  /** URN of the explicit provider that it belongs to; empty for the credentials in the stack's configuration. */
  readonly provider: string;
}

/** What is known of a stack without asking Atlas. */
export interface StackFacts {
  readonly name: string | undefined;
  readonly resources: readonly StackResource[];
  readonly labels: Labels;
}

export const noStack: StackFacts = { name: undefined, resources: [], labels: noLabels };

/**
 * Reads from the state of a stack which of its resources are of this package. Needs no passphrase.
 *
 * @throws CommandFailure with what the CLI says
 */
export async function readStack(name: string): Promise<StackFacts> {
  const { resources, outputs } = await readState(name);
  return {
    name,
    labels: readLabels(outputs),
    resources: resources.flatMap(({ type, urn, id, isExternal, provider }): StackResource[] => {
      const messages = messagesOf(type);
      if (messages === undefined || id === "") {
        return [];
      }
      const [className = ""] = type.split(":").slice(-1);
      const { roles, readBy } = messages;
      return [
        {
          title: `${className} ${nameIn(urn)}`,
          type,
          name: nameIn(urn),
          key: propertiesOfId(type, id),
          // What is only read with `.get()` is never changed.
          roles: isExternal ? roles.filter(({ to }) => to.includes("refresh")) : roles,
          readBy,
          provider: isExplicitProvider(provider) ? provider : "",
        },
      ];
    }),
  };
}

/** The same stack with the resources of each provider, by its URN. Labels go with the stack's configuration, if it is used. */
export function byProvider(stack: StackFacts): Map<string, StackFacts> {
  const urns = [...new Set(stack.resources.map(({ provider }) => provider))].sort();
  const all = urns.length === 0 ? [""] : urns;
  return new Map(
    all.map((urn, index) => [
      urn,
      {
        ...stack,
        labels: index === 0 ? stack.labels : noLabels,
        resources: stack.resources.filter(({ provider }) => provider === urn),
      },
    ]),
  );
}

/** What to say of a stack that could be read. */
export function describeStack({ name, resources }: StackFacts): Check {
  const count = resources.length === 1 ? "1 resource" : `${resources.length} resources`;
  return check("stack", {
    found: [`Stack ${name} has ${count} of this package.`],
    unknown:
      resources.length > 0
        ? []
        : [
            `Which roles stack ${name} needs shows in its state, which has no resource of this package: run this again after the first \`pulumi up\`.`,
          ],
    data: { stack: name, resources: resources.length },
  });
}
