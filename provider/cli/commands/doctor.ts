import { readProxy } from "../../atlas/proxy";
import { isLoopback, type Settings } from "../../atlas/settings";
import { readSettings } from "../../configuration";
import { type Check, check, checkNames, notAsked } from "../doctor/check";
import { checkRetirements } from "../doctor/retirements";
import { byProvider, describeStack, noStack, readStack, type StackFacts } from "../doctor/stack";
import { checkVersions } from "../doctor/versions";
import type { Output } from "../output";
import { type DoctorFormat, printDoctor } from "../report/doctorReport";
import { nameIn } from "../report/identity";
import { sentenceOf } from "../report/sentences";

export interface DoctorOptions {
  /** @default the one that is selected */
  stack: string | undefined;
  format: DoctorFormat;
}

/**
 * Looks for what keeps the package from working: versions, credentials, what they see and may do, limits, and what Atlas
 * retires. Changes nothing. A check that fails says why, and the others go on.
 *
 * @returns the exit code: 0, or 1 when there is something to do
 */
export async function doctor({ stack: named, format }: DoctorOptions, output: Output): Promise<0 | 1> {
  const now = new Date();
  const checks: Check[] = [];
  const take = (...taken: Check[]): void => void checks.push(...taken);
  output.progress.show("Looking at what is installed");
  take(await checkVersions());
  const stack = await lookAtStack(named, take);
  output.progress.end();
  const credentials = new Map<string, Settings | undefined>();
  const facts = byProvider(stack ?? noStack);
  for (const provider of facts.keys()) {
    credentials.set(provider, await lookForCredentials(stack?.name, provider, take));
  }
  take(checkProxy([...credentials.values()].find((settings) => settings !== undefined)));
  for (const [provider, own] of facts) {
    const found = await checkAt(credentials.get(provider), own, output, now);
    take(...found.map((each) => about(provider, each)));
  }
  const done = checkNames.flatMap((name) => checks.filter((each) => each.name === name));
  const report = { stack: stack?.name, checks: done, now };
  output.print(printDoctor(report, format));
  return done.some(({ toDo }) => toDo.length > 0) ? 1 : 0;
}

/** A check of the credentials of a provider, by its URN. */
function about(provider: string, of: Check): Check {
  return provider === "" ? of : { ...of, provider: nameIn(provider) };
}

/** Asks Atlas with one set of credentials, if there is one. */
async function checkAt(
  settings: Settings | undefined,
  stack: StackFacts,
  output: Output,
  now: Date,
): Promise<Check[]> {
  if (settings === undefined) {
    return [...notAsked("there are no credentials that can be used"), checkRetirements([], now.getTime())];
  }
  // Few of the ways to here need an HTTP client.
  const { checkCredentials } = require("../doctor/credentials") as typeof import("../doctor/credentials");
  return checkCredentials(settings, stack, output, now.getTime());
}

/** @returns nothing when there is no stack, which `take` is told of */
async function lookAtStack(
  named: string | undefined,
  take: (check: Check) => void,
): Promise<StackFacts | undefined> {
  try {
    // The Automation API takes a second to load.
    const { selectedStack } = require("../engine/stack") as typeof import("../engine/stack");
    const facts = await readStack(named ?? (await selectedStack()));
    take(describeStack(facts));
    return facts;
  } catch (error) {
    const unknown = ["Roles are not checked, because they are those that a stack needs."];
    take(check("stack", { toDo: [sentenceOf(error)], unknown }));
    return undefined;
  }
}

/**
 * Without a stack, the environment alone counts.
 *
 * @param provider URN of an explicit provider; empty for the stack's configuration
 */
async function lookForCredentials(
  stack: string | undefined,
  provider: string,
  take: (check: Check) => void,
): Promise<Settings | undefined> {
  try {
    if (stack === undefined) {
      return readSettings(() => undefined, process.env);
    }
    const { openStack } = require("../engine/stack") as typeof import("../engine/stack");
    const { StackCredentials } = require("../engine/credentials") as typeof import("../engine/credentials");
    return await new StackCredentials(await openStack(stack)).of(provider);
  } catch (error) {
    take(about(provider, check("credentials", { toDo: [sentenceOf(error)] })));
    return undefined;
  }
}

function checkProxy(settings: Settings | undefined): Check {
  try {
    if (settings !== undefined && isLoopback(new URL(settings.baseUrl).hostname)) {
      return check("proxy", { found: ["No proxy is used for an address of this machine."], data: null });
    }
    const { proxy } = readProxy(process.env);
    if (proxy === undefined) {
      return check("proxy", { found: ["No proxy is used: HTTPS_PROXY is not set."], data: null });
    }
    const { variable, host, environment } = proxy;
    const exceptions = environment["no_proxy"] === undefined ? "" : ", but for the hosts that NO_PROXY names";
    return check("proxy", {
      found: [`Requests go through the proxy ${host}, which ${variable} names${exceptions}.`],
      data: { host, variable },
    });
  } catch (error) {
    return check("proxy", { toDo: [sentenceOf(error)], data: null });
  }
}
