import { atlasIdPart, idCodec } from "../handler/id";

export const maintenanceDeferralId = idCodec("MaintenanceDeferral", { projectId: atlasIdPart() });
