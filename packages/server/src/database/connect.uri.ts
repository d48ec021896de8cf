/** What may be said aloud about a connection string. */
export interface DescribedUri {
  /** Hosts with ports as written, comma-separated. */
  hosts: string;
  /** The database that the string names, if it names one. */
  databaseName: string | undefined;
  /** Names of the options that the string sets, in lower case as the driver compares them. */
  optionNames: Set<string>;
  /** Where the driver looks for the user if nobody says otherwise; undefined without a user, or when it is said. */
  authSource: string | undefined;
}

/** The driver's own grammar (mongodb-connection-string-url, HOSTS_REGEX), so that both split a string alike. */
const URI_PATTERN =
  /^mongodb(?:\+srv)?:\/\/(?:(?<user>[^:@]*)(?::[^@]*)?@)?(?<hosts>(?!:)[^/?@]+)(?:\/(?<database>[^?]*))?(?:\?(?<options>.*))?$/;

/** Splits a connection string; undefined when it is none. User name, password and values of options are left out on purpose. */
export function describeUri(uri: string): DescribedUri | undefined {
  const groups = URI_PATTERN.exec(uri)?.groups;
  const hosts = groups?.['hosts'];
  if (hosts === undefined) return undefined;
  const database = groups?.['database'];
  const options = new Map(
    [...new URLSearchParams(groups?.['options'] ?? '')].map(([name, value]) => [name.toLowerCase(), value]),
  );
  try {
    return {
      hosts: decodeURIComponent(hosts),
      databaseName: database ? decodeURIComponent(database) : undefined,
      optionNames: new Set(options.keys()),
      authSource:
        groups?.['user'] && !database && !options.has('authsource')
          ? readAuthSource(options.get('authmechanism'))
          : undefined,
    };
  } catch {
    return undefined;
  }
}

/** The defaults of the connection string specification. Mechanisms that know no other source than `$external` set it themselves. */
function readAuthSource(mechanism: string | undefined): string | undefined {
  if (mechanism === undefined || mechanism.startsWith('SCRAM-')) return 'admin';
  return mechanism === 'PLAIN' ? '$external' : undefined;
}
