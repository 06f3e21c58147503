import ipaddr from "ipaddr.js";
import * as v from "valibot";
import { AtlasError } from "../atlas/error";
import { readId } from "../atlas/id";
import { createLinkToken, deleteLinkToken, type RequestOptions } from "../atlas/operations/index";
import type { AtlasSession } from "../atlas/session";
import { atlasId, checkArguments, mustBe } from "./arguments";
import type { Connection } from "./connection";
import type { Handler } from "./handler";
import { deadlineOf, type Timeouts } from "./timeouts";
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

/** The life of a {@link LinkToken}: the link of an organization to the source of a live migration. */
export function linkTokenHandler(connection: Connection): Omit<Handler<Inputs, Outputs>, "update"> {
  return {
    async check(_olds, news) {
      return checkArguments(connection, news, shape);
    },

    async diff(_id, olds, news) {
      const replaces: string[] = [];
      if (olds.orgId !== news.orgId) {
        replaces.push("orgId");
      }
      if (isUnknown(news.accessListIps) || !sameList(olds.accessListIps, news.accessListIps)) {
        replaces.push("accessListIps");
      }
      return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
      const options = deadlineOf(connection.atlas().clock, inputs, "create");
      const linkToken = await mint(connection.atlas(), inputs, options);
      return { id: inputs.orgId, outs: { ...declaredOf(inputs), linkToken } };
    },

    // Atlas has no operation that shows a link or its token, so what is stored is all there is to know.
    async read(id, props) {
      const orgId = parseId(id);
      const inputs = declaredOf({ ...props, orgId });
      return {
        id: orgId,
        props: { ...inputs, ...(props?.linkToken === undefined ? {} : { linkToken: props.linkToken }) },
        inputs,
      };
    },

    async delete(_id, { orgId }) {
      await drop(connection.atlas(), orgId);
    },
  };
}

/**
 * Makes a token. A token whose answer was lost can never be seen again, so its link is dropped before another is
 * made, and likewise a link that a crashed run or somebody else has left behind.
 */
async function mint(
  atlas: AtlasSession,
  { orgId, accessListIps }: Inputs,
  options: RequestOptions,
): Promise<string> {
  try {
    return await createLinkToken(atlas.client, orgId, accessListIps, options);
  } catch (error) {
    if (!(error instanceof AtlasError) || !(error.mayHaveTakenEffect || error.status === 409)) {
      throw error;
    }
  }
  await drop(atlas, orgId);
  return createLinkToken(atlas.client, orgId, accessListIps, options);
}

async function drop(atlas: AtlasSession, orgId: string): Promise<void> {
  try {
    await deleteLinkToken(atlas.client, orgId);
  } catch (error) {
    // Atlas has answered 'no link' under no code and under UNEXPECTED_ERROR; a missing organization has its own.
    if (!(error instanceof AtlasError) || error.status !== 404 || error.errorCode === "ORG_NOT_FOUND") {
      throw error;
    }
  }
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
