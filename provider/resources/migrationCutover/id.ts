import { atlasIdPart, idCodec } from "../handler/id";

export const migrationCutoverId = idCodec("MigrationCutover", {
  projectId: atlasIdPart(),
  liveMigrationId: atlasIdPart("6a0b3c2a9d8e7f6a5b4c3d2e"),
});
