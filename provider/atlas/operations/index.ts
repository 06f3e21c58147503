/*
 * One value an operation, named like Atlas's own id of it: the only place that spells paths, bodies and the forms of answers.
 */
export type { RequestOptions } from "../request";
export { isGone } from "./fields";
export * from "./linkTokens";
export type { Listing } from "./listing";
export * from "./liveMigrations";
export * from "./maintenanceWindow";
export * from "./organizationUsers";
export * from "./pipelines";
export * from "./projectUsers";
export * from "./teamUsers";
