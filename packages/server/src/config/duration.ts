const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_557_600,
};

/** Seconds of a length of time such as `7d`, `15m`, `12 hours` or `3600` (plain seconds); undefined when it is none. */
export function parseDuration(value: string): number | undefined {
  const match =
    /^(\d{1,12})\s*(s|sec|secs|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?|w|weeks?|y|yrs?|years?)?$/i.exec(
      value.trim(),
    );
  if (match === null) return undefined;
  return Number(match[1]) * (SECONDS[(match[2] ?? 's').charAt(0).toLowerCase()] as number);
}
