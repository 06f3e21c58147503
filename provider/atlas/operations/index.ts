/*
 * One value for each operation, with the name that Atlas gives it: the only place that spells out paths, bodies and
 * the forms of answers.
 */
export type { RequestOptions } from "../request";
export { isGone } from "./fields";
export * from "./linkTokens";
export type { Listing } from "./listing";
export * from "./liveMigrations";
export * from "./maintenanceWindow";
export * from "./organizationUsers";
export * from "./pipelines";
export * from "./places";
export * from "./projectUsers";
export * from "./teamUsers";
