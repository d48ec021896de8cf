/** Whether there is no mouse: then a focused field brings up a keyboard over half of the screen. */
export const isTouch = matchMedia('(hover: none) and (pointer: coarse)').matches;
