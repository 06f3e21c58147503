export { AtlasError } from "./atlas/error";
export { ProjectUser, type ProjectUserArgs } from "./resources/projectUser";
