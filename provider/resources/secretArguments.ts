import * as pulumi from "@pulumi/pulumi";

/**
 * The names of the arguments that a program keeps secret, for the handler, which gets plain values and must not
 * repeat a secret one in a message.
 *
 * @returns `undefined` when all arguments are plain, so that none can be secret
 */
export function secretArguments(args: object | undefined): Promise<string[]> | undefined {
  const open = Object.entries(args ?? {}).filter(([, value]) => !isPlain(value));
  if (open.length === 0) {
    return undefined;
  }
  const named = open.map(async ([name, value]) =>
    (await pulumi.isSecret(pulumi.output(value))) ? [name] : [],
  );
  return Promise.all(named).then((names) => names.flat());
}

/** Whether a value has no output and no promise in it. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return true;
  }
  const isOpen = pulumi.Output.isInstance(value) || value instanceof Promise;
  return !isOpen && Object.values(value).every(isPlain);
}
