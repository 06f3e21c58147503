/** Who is in which projects and teams. */
export interface Members {
  projects: { projectId: string; members: { username: string; roles: string[] }[] }[];
  teams: { orgId: string; teamId: string; members: string[] }[];
}
