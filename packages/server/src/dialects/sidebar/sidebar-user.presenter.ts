import type { ProblemBody } from '@parley/protocol';
import type { UserRecord } from '../../models/user.record.js';

/** A user as the sidebar dialect names the parts. */
export interface SidebarUser {
  _id: string;
  fullName: string;
  username: string;
  profilePic: string;
}

/** A user in the sidebar dialect. */
export function presentSidebarUser(user: UserRecord): SidebarUser {
  return { _id: user.id, fullName: user.name, username: user.username, profilePic: user.profilePicture };
}

/** An error in the sidebar dialect, whose front ends are told of a failed login by 400. */
export function presentSidebarError(problem: ProblemBody): { status: number; body: { error: string } } {
  const status = problem.code === 'invalid_credentials' ? 400 : problem.status;
  return { status, body: { error: problem.error } };
}
