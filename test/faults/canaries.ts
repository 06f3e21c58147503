import { inspect } from "node:util";

/** Something that must not be seen, by what it is. */
export type Canaries = Readonly<Record<string, string>>;

/** Every way in which a value may be printed, its hidden parts included. */
function waysToPrint(value: unknown): string[] {
  const ways = [inspect(value, { depth: null, showHidden: true, getters: true, maxStringLength: null })];
  try {
    ways.push(
      JSON.stringify(value) ?? "",
      JSON.stringify(value, Object.getOwnPropertyNames(Object(value))) ?? "",
    );
  } catch {
    // What has circles cannot be printed so.
  }
  ways.push(String(value));
  if (value instanceof Error) {
    ways.push(String(value.stack), value.message, inspect(value.cause, { depth: null, showHidden: true }));
  }
  return ways;
}

/** The forms in which a secret may have got into a text. */
function formsOf(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    Buffer.from(secret).toString("hex"),
    // A third of a secret is one too many.
    secret.slice(0, Math.max(12, Math.ceil(secret.length / 3))),
  ];
}

/** Names of the canaries that show when a value is printed. */
export function seenIn(value: unknown, canaries: Canaries): string[] {
  const printed = waysToPrint(value).join("\n");
  return Object.entries(canaries)
    .filter(([, secret]) => formsOf(secret).some((form) => printed.includes(form)))
    .map(([name]) => name);
}

/** What is written to the console and to the streams of the process while `body` runs. */
export async function written(body: () => Promise<void>): Promise<string> {
  const streams = [process.stdout, process.stderr] as const;
  const methods = ["log", "error", "warn", "info", "debug", "trace", "dir"] as const;
  const originals = streams.map((stream) => stream.write);
  const target = globalThis.console;
  const kept = Object.fromEntries(methods.map((method) => [method, target[method]]));
  let text = "";
  const take = (...parts: unknown[]): void => {
    text += `${parts.map((part) => (typeof part === "string" ? part : inspect(part, { depth: null }))).join(" ")}\n`;
  };
  for (const method of methods) {
    Object.assign(target, { [method]: take });
  }
  for (const stream of streams) {
    // The test runner speaks over stdout as well, in bytes; only text is taken away from it.
    const original = stream.write.bind(stream);
    stream.write = ((chunk: unknown, ...rest: never[]) => {
      text += typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString("latin1");
      return (original as (...all: unknown[]) => boolean)(chunk, ...rest);
    }) as typeof stream.write;
  }
  try {
    await body();
  } finally {
    streams.forEach((stream, index) => {
      stream.write = originals[index] as typeof stream.write;
    });
    Object.assign(target, kept);
  }
  return text;
}
