import { atlasIdPart, idCodec } from "../handler/id";

export const teamUsersId = idCodec("TeamUsers", {
  orgId: atlasIdPart(),
  teamId: atlasIdPart("5f1b3c2a9d8e7f6a5b4c3d2f"),
});
