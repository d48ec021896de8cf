/** Outlines on a grid of 24, drawn for this app. */
const shapes = {
  send: 'M5 12 3.500 4.500 21 12 3.500 19.500 5 12Zm0 0h8',
  plus: 'M12 5v14M5 12h14',
  search: 'M10.500 17.500a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5',
  back: 'M14.500 5.500 8 12l6.500 6.500',
  up: 'M5.500 14.500 12 8l6.500 6.500',
  down: 'M5.500 9.500 12 16l6.500-6.500',
  more: 'M5.500 12h.01M12 12h.01M18.500 12h.01',
  close: 'M6 6l12 12M18 6 6 18',
  sent: 'M5 12.500 9.500 17 19 7.500',
  delivered: 'M2 12.500 6.500 17 16 7.500M10.500 15.500 12 17l9.500-9.500',
  read: 'M2 12.500 6.500 17 16 7.500M10.500 15.500 12 17l9.500-9.500',
  pending: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM12 7.500V12l3 2',
  alert: 'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM12 7.500v5M12 16.200h.01',
  emoji:
    'M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM9 10h.01M15 10h.01M8.500 14a4.200 4.200 0 0 0 7 0',
  copy: 'M9 9h10.500v10.500H9zM15 9V4.500H4.500V15H9',
  edit: 'M4.500 19.500 5.500 15 16 4.500 19.500 8 9 18.500l-4.500 1ZM14 6.500 17.500 10',
  trash: 'M4.500 7h15M9.500 7V4.500h5V7M6.500 7l1 12.500h9l1-12.500M10.500 11v5M13.500 11v5',
  retry: 'M19 12a7 7 0 1 1-2.200-5.100M19.500 4v4h-4',
  settings:
    'M4 7.500h9M17 7.500h3M4 16.500h3M11 16.500h9M15 10a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM9 19a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z',
  people:
    'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 19.500c.6-3.300 3.200-5 6.500-5s5.900 1.700 6.500 5M16 4.800a3.500 3.500 0 0 1 0 6.400M18 15c1.900.8 3.100 2.300 3.500 4.500',
  device: 'M4 5h16v10.500H4zM9 19.500h6M12 15.500v4',
  leave: 'M14 4.500H5.500v15H14M10.500 12h10M17 8.500l3.500 3.500-3.500 3.500',
  eye: 'M2.500 12C5 7.500 8.200 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-5.700 6.500-9.500 6.500S5 16.500 2.500 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  offline:
    'M3.500 3.500l17 17M8.500 18.500h8a4 4 0 0 0 2.300-.8M20.300 15.700A4 4 0 0 0 16.500 10.500 5.500 5.500 0 0 0 10 6.700M6.600 9.500a4.500 4.500 0 0 0 1.900 9',
} as const;

/** The name of an icon. */
export type IconName = keyof typeof shapes;

/** Strokes that are not like the others: dots, and what has to be told from its neighbour without colour. */
const weights: Partial<Record<IconName, number>> = { more: 3, sent: 1.6, delivered: 1.6, read: 3 };

/** Icons that point along the line of reading. */
const mirrored: ReadonlySet<IconName> = new Set(['send', 'back', 'leave']);

/** An icon beside a text, or inside a button that has a name of its own: it says nothing to a screen reader. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      class={mirrored.has(name) ? 'icon icon-mirrored' : 'icon'}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={weights[name] ?? 1.8}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
