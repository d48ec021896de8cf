/** The sign of Parley: two people taking turns. */
export function Brand({ size = 32 }: { size?: number }) {
  return <img class="brand" src="/icon.svg" width={size} height={size} alt="" />;
}
