/** What may be said aloud about a connection string. */
export interface DescribedUri {
  /** Hosts with ports as written, comma-separated. */
  hosts: string;
  /** The database that the string names, if it names one. */
  databaseName: string | undefined;
  /** Names of the options that the string sets, in lower case as the driver compares them. */
  optionNames: Set<string>;
}

/** The driver's own grammar (mongodb-connection-string-url, HOSTS_REGEX), so that both split a string alike. */
const URI_PATTERN = /^mongodb(?:\+srv)?:\/\/(?:[^:@]*(?::[^@]*)?@)?(?<hosts>(?!:)[^/?@]+)(?:\/(?<database>[^?]*))?(?:\?(?<options>.*))?$/;

/** Splits a connection string; undefined when it is none. User name, password and values of options are left out on purpose. */
export function describeUri(uri: string): DescribedUri | undefined {
  const groups = URI_PATTERN.exec(uri)?.groups;
  const hosts = groups?.['hosts'];
  if (hosts === undefined) return undefined;
  const database = groups?.['database'];
  const optionNames = new Set([...new URLSearchParams(groups?.['options'] ?? '').keys()].map((name) => name.toLowerCase()));
  try {
    return { hosts: decodeURIComponent(hosts), databaseName: database ? decodeURIComponent(database) : undefined, optionNames };
  } catch {
    return undefined;
  }
}
