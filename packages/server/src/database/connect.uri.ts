/** What may be said aloud about a connection string. */
export interface DescribedUri {
  /** Hosts with ports as written, comma-separated. */
  hosts: string;
  /** The database that the string names, if it names one. */
  databaseName: string | undefined;
}

/** The driver's own grammar (mongodb-connection-string-url, HOSTS_REGEX), so that both split a string alike. */
const URI_PATTERN = /^mongodb(?:\+srv)?:\/\/(?:[^:@]*(?::[^@]*)?@)?(?<hosts>(?!:)[^/?@]+)(?:\/(?<database>[^?]*))?(?:\?.*)?$/;

/** Splits a connection string; undefined when it is none. User name, password and options are left out on purpose. */
export function describeUri(uri: string): DescribedUri | undefined {
  const groups = URI_PATTERN.exec(uri)?.groups;
  const hosts = groups?.['hosts'];
  if (hosts === undefined) return undefined;
  const database = groups?.['database'];
  try {
    return { hosts: decodeURIComponent(hosts), databaseName: database ? decodeURIComponent(database) : undefined };
  } catch {
    return undefined;
  }
}
