/** Menus, lists and popovers: same ground, edge and entrance (160 ms, design.md §4 Motion). */
export const popup = [
  "rounded-panel bg-raised text-ink shadow-float outline-none",
  "origin-(--transform-origin) transition-[opacity,scale] duration-160 ease-out",
  "data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0",
].join(" ");

export const popupItem = [
  "flex min-h-7 items-center gap-2 rounded-control px-2 py-1 text-13 outline-none select-none max-md:min-h-10",
  "data-disabled:text-ink-3 data-highlighted:bg-press",
].join(" ");
