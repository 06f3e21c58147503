import { atlasIdPart, idCodec } from "../handler/id";

export const projectUsersId = idCodec("ProjectUsers", { projectId: atlasIdPart() });
