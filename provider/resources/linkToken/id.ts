import { atlasIdPart, idCodec } from "../handler/id";

export const linkTokenId = idCodec("LinkToken", { orgId: atlasIdPart() });
