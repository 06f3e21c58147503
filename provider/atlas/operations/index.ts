/*
 * One value for each operation, with the name that Atlas gives it: the only place that spells out paths, bodies and
 * the forms of answers.
 */
export type { RequestOptions } from "../request";
export * from "./events";
export { endedInvitation, isGone } from "./fields";
export * from "./linkTokens";
export type { Listing } from "./listing";
export * from "./liveMigrations";
export * from "./maintenanceWindow";
export * from "./organizations";
export * from "./organizationUsers";
export * from "./pipelines";
export * from "./projects";
export * from "./projectUsers";
export * from "./rateLimits";
export * from "./teams";
export * from "./teamUsers";
