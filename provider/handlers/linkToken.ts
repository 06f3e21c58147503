import ipaddr from "ipaddr.js";
import * as v from "valibot";
import { AtlasError } from "../atlas/errors/error";
import { readId } from "../atlas/id";
import {
  createOrgLiveMigrationLinkToken,
  deleteOrgLiveMigrationLinkTokens,
  type RequestOptions,
} from "../atlas/operations/index";
import type { AtlasSession } from "../atlas/session";
import { atlasId, checkArguments, mustBe } from "./arguments";
import type { Connection } from "./connection";
import { checkDeclaredOnce, thing } from "./declarations";
import { argumentsThatReplace, difference } from "./differences";
import type { Handler } from "./handler";
import { recall } from "./state";
import { startDeadline, type Timeouts } from "./timeouts";
import { isUnknown } from "./unknown";

interface Inputs {
  orgId: string;
  accessListIps?: string[];
  __timeouts?: Timeouts;
}

interface Outputs extends Omit<Inputs, "__timeouts"> {
  /** Absent after `.get()`: Atlas shows it once, when it is made. */
  linkToken?: string;
}

const address = v.pipe(
  v.string(mustBe("an IP address or a CIDR block such as 203.0.113.0/24")),
  v.check(isAddress, mustBe("an IP address or a CIDR block such as 203.0.113.0/24")),
  v.transform((text) => text.toLowerCase()),
);

const shape = {
  orgId: atlasId("organization"),
  accessListIps: v.optional(
    v.pipe(
      v.array(address, mustBe("a list of IP addresses and CIDR blocks")),
      v.transform((addresses) => [...new Set(addresses)].sort()),
    ),
  ),
};

/** What counts of a state, beside its id. */
const stored = { accessListIps: v.array(v.string()), linkToken: v.pipe(v.string(), v.nonEmpty()) };

/** The life of a {@link LinkToken}: the link of an organization to the source of a live migration. */
export function linkTokenHandler(connection: Connection): Omit<Handler<Inputs, Outputs>, "update"> {
  return {
    async check(_olds, news) {
      return checkDeclaredOnce(connection.run.declarations, news, checkArguments(connection, news, shape), {
        kind: "link",
        identity: ["orgId"],
        where: ", as an organization has one link",
      });
    },

    async diff(id, olds, news) {
      const orgId = parseId(id);
      const { accessListIps } = recall(olds, stored);
      const isOpen = isUnknown([news.orgId, news.accessListIps]);
      const replaces = argumentsThatReplace({ orgId }, news);
      if (!isOpen && !sameList(accessListIps, news.accessListIps)) {
        replaces.push("accessListIps");
      }
      const { declarations } = connection.run;
      // A refresh compares before the program has declared anything, and says nothing of what the run comes to.
      if (!isOpen && replaces.length === 0 && declarations.find([thing("link", [orgId])]) !== undefined) {
        declarations.settle(thing("link", [orgId]));
      }
      return difference(isOpen, replaces, { deleteBeforeReplace: true });
    },

    async create(inputs) {
      const atlas = connection.atlas();
      const deadline = startDeadline(atlas.clock, inputs, "create");
      const linkToken = await makeLink(atlas, inputs, { deadline });
      connection.run.declarations.settle(thing("link", [inputs.orgId]));
      return { id: inputs.orgId, outs: { ...declaredOf(inputs), linkToken } };
    },

    // Atlas has no operation that shows a link or its token, so what is stored is all there is to know.
    async read(id, props) {
      const orgId = parseId(id);
      const { linkToken, ...rest } = recall(props, stored);
      const inputs = declaredOf({ ...rest, orgId });
      return { id: orgId, props: { ...inputs, ...(linkToken === undefined ? {} : { linkToken }) }, inputs };
    },

    async delete(id) {
      const orgId = parseId(id);
      const { declarations } = connection.run;
      const link = thing("link", [orgId]);
      if (declarations.find([link]) !== undefined && declarations.isSettled(link)) {
        connection.report(
          `The link of organization ${orgId} stays: the program declares it, and this update has it in place.`,
        );
        return;
      }
      await dropLink(connection.atlas(), orgId, {});
    },
  };
}

/**
 * Makes a link. A token whose answer was lost can never be seen again, so its link is dropped before another is
 * made, and likewise a link that a crashed run or somebody else has left behind.
 */
async function makeLink(
  atlas: AtlasSession,
  { orgId, accessListIps }: Inputs,
  options: RequestOptions,
): Promise<string> {
  try {
    return await createOrgLiveMigrationLinkToken(atlas.client, { orgId, accessListIps }, options);
  } catch (error) {
    if (!(error instanceof AtlasError) || !(wasLost(error) || isLinkThere(error))) {
      throw error;
    }
  }
  await dropLink(atlas, orgId, options);
  return createOrgLiveMigrationLinkToken(atlas.client, { orgId, accessListIps }, options);
}

/** Whether the link may have been made, with a token that nobody has seen. */
function wasLost(error: AtlasError): boolean {
  return error.operation === "createOrgLiveMigrationLinkToken" && error.mayHaveTakenEffect;
}

/**
 * Whether Atlas refuses to make a link because there is one. Under which code is not documented, so any counts that speaks
 * of the link, but not one about something else, such as a migration that is active.
 */
function isLinkThere({
  operation,
  status,
  errorCode = "UNEXPECTED_ERROR",
  isFromAtlas,
}: AtlasError): boolean {
  return (
    operation === "createOrgLiveMigrationLinkToken" &&
    status === 409 &&
    isFromAtlas &&
    (errorCode === "UNEXPECTED_ERROR" ||
      (errorCode.includes("LINK") && !errorCode.includes("ACTIVE_LIVE_MIGRATION")))
  );
}

async function dropLink(atlas: AtlasSession, orgId: string, options: RequestOptions): Promise<void> {
  try {
    await deleteOrgLiveMigrationLinkTokens(atlas.client, { orgId }, options);
  } catch (error) {
    if (!(error instanceof AtlasError) || !isNoLink(error)) {
      throw error;
    }
  }
}

/** Whether Atlas says that there is no link: it has done so under no code and under UNEXPECTED_ERROR. */
function isNoLink({ operation, status, errorCode = "UNEXPECTED_ERROR", isFromAtlas }: AtlasError): boolean {
  return (
    operation === "deleteOrgLiveMigrationLinkTokens" &&
    status === 404 &&
    isFromAtlas &&
    errorCode === "UNEXPECTED_ERROR"
  );
}

function declaredOf({ orgId, accessListIps }: Inputs): Inputs {
  return { orgId, ...(accessListIps === undefined ? {} : { accessListIps }) };
}

function parseId(id: string): string {
  const read = readId(id);
  if (read === undefined) {
    throw new Error(
      `The id of a LinkToken must be <orgId>, such as 5f1b3c2a9d8e7f6a5b4c3d2e, but got '${id}'.`,
    );
  }
  return read;
}

function isAddress(text: string): boolean {
  const [ip = ""] = text.split("/");
  const isIp = ip.includes(":") ? ipaddr.IPv6.isValid(ip) : ipaddr.IPv4.isValidFourPartDecimal(ip);
  return isIp && (!text.includes("/") || ipaddr.isValidCIDR(text)) && !text.includes("%");
}

function sameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  // No list and an empty one are the same to Atlas.
  return [...(a ?? [])].sort().join() === [...(b ?? [])].sort().join();
}
