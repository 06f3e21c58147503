import ipaddr from "ipaddr.js";
import * as v from "valibot";
import { AtlasError } from "../../atlas/errors/error";
import {
  createOrgLiveMigrationLinkToken,
  deleteOrgLiveMigrationLinkTokens,
  type RequestOptions,
} from "../../atlas/operations/index";
import type { AtlasSession } from "../../atlas/session";
import { atlasId, mustBe } from "../handler/arguments";
import { nameOf, thing } from "../handler/declarations";
import { defineHandler } from "../handler/defineHandler";
import { sameName } from "../handler/differences";
import { withoutUpdate } from "../handler/handler";
import { isUnknown } from "../handler/unknown";
import { linkTokenId } from "./id";
import type { LinkToken } from "./resource";

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

/** The life cycle of a {@link LinkToken}: the link of an organization to the source of a live migration. */
export const linkTokenHandler = withoutUpdate(
  // Atlas shows a token once, when it is created, so `.get()` finds none.
  defineHandler<typeof LinkToken, "linkToken">()({
    arguments: shape,

    id: linkTokenId,

    stored: { accessListIps: v.array(v.string()), linkToken: v.pipe(v.string(), v.nonEmpty()) },

    declaredOnce: { kind: "link", identity: ["orgId"], where: ", as an organization has one link" },

    deleteBeforeReplace: true,

    replaces({ orgId }, before, news) {
      if (isUnknown([news.orgId, news.accessListIps])) {
        return [];
      }
      const differing = sameList(before.accessListIps, news.accessListIps) ? [] : ["accessListIps"];
      // Atlas shows a token once, so one that is missing from the state can only be replaced.
      const isLost = before.linkToken === undefined && sameName(news.orgId, orgId);
      return isLost ? [...differing, "linkToken"] : differing;
    },

    onUnchanged({ run: { declarations } }, { orgId }, { linkToken }) {
      const link = thing("link", [orgId]);
      // In a refresh, the program has declared nothing yet, so the comparison says nothing about the end of the run.
      if (declarations.find([link]) !== undefined) {
        declarations.settle(link, linkToken);
      }
    },

    async reconcile({ connection, atlas, deadline }, { orgId, accessListIps }) {
      const linkToken = await makeLink(atlas, { orgId, accessListIps }, { deadline });
      connection.run.declarations.settle(thing("link", [orgId]));
      return { orgId, accessListIps, linkToken };
    },

    // Atlas has no operation that shows a link or its token, so nothing is known besides the stored values.
    async read(_context, { orgId }, { accessListIps, linkToken }) {
      return { orgId, accessListIps, linkToken };
    },

    async delete(connection, { orgId }, { linkToken }) {
      const { declarations } = connection.run;
      const link = thing("link", [orgId]);
      const declaration = declarations.find([link]);
      if (declaration !== undefined && declarations.isSettled(link)) {
        connection.report(
          `The link of organization ${orgId} stays: the program declares it, and this update has it in place.`,
        );
        // An update was interrupted after it created one link and before it deleted the other. Nothing shows which
        // one is newer.
        if (declarations.isFoundWithOther(link, linkToken)) {
          connection.report(tellOfTwoTokens(orgId, declaration.declaredAs));
        }
        return;
      }
      await dropLink(connection.atlas(), orgId, {});
    },
  }),
);

/**
 * Makes a link. A token whose answer was lost can never be seen again, so its link is dropped before another is
 * made, and likewise a link that a crashed run or somebody else has left behind.
 */
async function makeLink(
  atlas: AtlasSession,
  { orgId, accessListIps }: { orgId: string; accessListIps: string[] | undefined },
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
 * Whether Atlas refuses to create a link because there is one already. The code for that is not documented, so any
 * code about the link counts, but none about something else, such as an active migration.
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

/** Whether Atlas says that there is no link. It has said so without a code, and with UNEXPECTED_ERROR. */
function isNoLink({ operation, status, errorCode = "UNEXPECTED_ERROR", isFromAtlas }: AtlasError): boolean {
  return (
    operation === "deleteOrgLiveMigrationLinkTokens" &&
    status === 404 &&
    isFromAtlas &&
    errorCode === "UNEXPECTED_ERROR"
  );
}

function tellOfTwoTokens(orgId: string, declaredAs: string | undefined): string {
  const name = declaredAs === undefined ? "it" : `'${nameOf(declaredAs)}'`;
  return (
    `The state had two link tokens of organization ${orgId}, and Atlas accepts only the one that was made last. ` +
    `If it refuses the token of the resource that is declared, replace ${name}: pulumi up --replace <its URN>.`
  );
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
