import { atlasIdPart, idCodec, usernamePart } from "../handler/id";

export const projectUserId = idCodec("ProjectUser", { projectId: atlasIdPart(), username: usernamePart });
