/** A user as stored, less the password. Status and online time come from presence, not from here. */
export interface UserRecord {
  id: string;
  username: string;
  name: string;
  /** Lower case; null for an account of a dialect that asks for none. */
  email: string | null;
  profilePicture: string;
  bio: string;
  gender: string | null;
  isActive: boolean;
  /** When the last connection ended, as of the last write. */
  lastSeen: Date | null;
  createdAt: Date;
}
