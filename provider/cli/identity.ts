import { messagesOf } from "../resources/messages/all";
import { known, type Properties } from "../resources/messages/values";

/** What an id says about its resource; nothing for types of other packages, and for ids of another form. */
export function propertiesOfId(type: string, id: string): Readonly<Record<string, string>> {
  return messagesOf(type)?.id.argumentsOf(id) ?? {};
}

/** The id that a resource with these arguments has; `undefined` where that cannot be known, or for another package's. */
export function idOf(type: string, inputs: Properties): string | undefined {
  const texts = Object.entries(inputs).flatMap(([name, value]): [string, string][] => {
    const text = known(value);
    return text === undefined ? [] : [[name, text]];
  });
  return messagesOf(type)?.id.ofKnown(Object.fromEntries(texts));
}

/** The name that a resource has in the program, which a URN ends with. */
export function nameIn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
